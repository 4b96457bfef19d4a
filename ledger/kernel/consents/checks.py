"""The checks of a consent or revocation that do not depend on its signer: complete, in known terms, consistent with the
directory, and the next version.
"""

from __future__ import annotations

from functools import cache

from mydata_ledger.ledger.commitment.entry import NO_LOCK, lock_of
from mydata_ledger.ledger.conditions import (
    Condition,
    all_of,
    grants_are_whole,
    has_grants,
    in_vocabulary,
    names_a_grantee,
    signed_lately,
)
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.errors import InvalidStatement, NotFound, StaleConsent
from mydata_ledger.ledger.kernel.consents.draft import grantee_name
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.ports import DirectorySnapshot
from mydata_ledger.ledger.receipt import CONSENTS, LoggedStatement


class StatementChecks:
    """Conditions on the content; `Delegations` checks who may sign."""

    def __init__(self, world: World) -> None:
        self._world = world

    def check(self, statement: Consent | Revocation) -> None:
        """Check that the statement is complete, in known terms, consistent with the directory and recently signed.

        Raises InvalidStatement, UnknownTerm, NotFound.
        """
        now = self._world.clock.now()
        if isinstance(statement, Revocation):
            all_of([signed_lately(now), self._opens_its_lock])(statement)
        else:
            self.content(now, self._world.directory)(statement)

    def accepted_before(self, digest: bytes, statement: Consent | Revocation) -> LoggedStatement | None:
        """The newest statement as logged, if it is this one. Raises StaleConsent for an older one that is submitted
        again.
        """
        newest = self._world.index.newest(statement.data_subject, statement.grantee)
        if newest is None or newest.signed.entry.digest == digest:
            return newest
        check_newer(statement, newest)
        return None

    def content(self, now: int, published: DirectorySnapshot) -> Condition[Consent]:
        """The condition on a consent at `now` (UTC seconds): complete, in known terms, consistent with the directory,
        recently signed.
        """
        notices, names = cache(published.notice), cache(lambda grantee: grantee_name(grantee, published))

        def shows_a_known_notice(consent: Consent) -> None:
            notice = notices(consent.notice_hash)
            if notice is None or notice.language != consent.notice_language:
                raise InvalidStatement("the notice is not a published one in that language; ask for a new draft")
            if notice.outdated:
                raise InvalidStatement("the notice was replaced; ask for a new draft with the present one")

        def names_the_grantee_truly(consent: Consent) -> None:
            if consent.grantee_name != names(consent.grantee):
                raise InvalidStatement("the grantee's name is not the accredited one; ask for a new draft")

        content = [
            names_a_grantee,
            has_grants,
            grants_are_whole(now),
            in_vocabulary(self._world.vocabulary),
            shows_a_known_notice,
            names_the_grantee_truly,
        ]
        return all_of([signed_lately(now), _once(all_of(content))])

    def _opens_its_lock(self, revocation: Revocation) -> None:
        ended_statement = self._world.log.find(CONSENTS, revocation.consent)
        if ended_statement is None or not isinstance(ended_statement.signed.statement, Consent | Delegation):
            raise NotFound
        if revocation.secret not in {NO_LOCK} and lock_of(revocation.secret) != ended_statement.signed.entry.lock:
            raise InvalidStatement("the secret does not open the consent's lock; sign without it if it is lost")


def _once(content: Condition[Consent]) -> Condition[Consent]:
    """The condition, evaluated once for consents with equal terms."""
    checked: set[tuple[object, ...]] = set()

    def check(consent: Consent) -> None:
        about = consent.grantee, consent.grantee_name, consent.notice_hash, consent.notice_language
        terms = (*about, consent.grants)
        if terms not in checked:
            content(consent)
            checked.add(terms)

    return check


def check_newer(statement: object, newest: LoggedStatement | None) -> None:
    """Raise StaleConsent for a version that is not newer than the newest statement between data subject and grantee."""
    last = newest.signed.statement if newest else None
    if (
        isinstance(statement, Consent | Revocation)
        and isinstance(last, Consent | Revocation)
        and statement.version <= last.version
    ):
        raise StaleConsent(f"version {last.version} was accepted already; ask for a new draft")
