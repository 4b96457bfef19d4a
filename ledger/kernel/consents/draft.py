"""Drafts of consents and revocations, complete for a wallet, so that no page or client composes a statement."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mydata_ledger.ledger.access import RESPONDER
from mydata_ledger.ledger.commitment.entry import NO_LOCK
from mydata_ledger.ledger.consent import Consent, Grant, Revocation
from mydata_ledger.ledger.errors import InvalidStatement, NotFound
from mydata_ledger.ledger.kernel.draft import Draft
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import ANYONE, ROLE_PREFIX
from mydata_ledger.ledger.ports import DirectorySnapshot
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.terms import canonical
from mydata_ledger.ledger.wording import ENGLISH


@dataclass(frozen=True, slots=True)
class GrantRequest:
    """The grants that a person wants to give to one grantee; `lock` is SHA-256 of a secret that only the person has."""

    data_subject: bytes
    grantee: str
    grants: tuple[Grant, ...]
    notice_hash: bytes
    lock: bytes
    signer: bytes = b""


class Drafts:
    """The next statement between a person and a grantee, based on the newest one."""

    def __init__(self, world: World, statements: StatementSigning) -> None:
        self._world, self._statements = world, statements

    def consent(self, wish: GrantRequest) -> Draft:
        """The next version of the consent.

        Nobody should sign what would be refused, so it raises NotFound for an unknown notice, InvalidStatement for an
        unknown party, and UnknownTerm.
        """
        for grant in wish.grants:
            self._world.vocabulary.check_grant(grant)
        wish = replace(wish, grants=tuple(replace(g, conditions=canonical(g.conditions)) for g in wish.grants))
        notice = self._world.directory.notice(wish.notice_hash)
        if notice is None:
            raise NotFound
        newest = self._world.index.newest(wish.data_subject, wish.grantee)
        consent = Consent(
            data_subject=wish.data_subject,
            signer=wish.signer or wish.data_subject,
            grantee=wish.grantee,
            grantee_name=self.name_of(wish.grantee),
            version=_next_version(newest),
            previous=newest.signed.entry.entry if newest else bytes(32),
            grants=wish.grants,
            notice_hash=notice.digest,
            notice_language=notice.language,
            signed_at=self._world.clock.now(),
            lock=wish.lock,
        )
        words, before = self._statements.words(notice.language), _grants_of(newest)
        name = words.named(consent.grantee, consent.grantee_name)
        summary = tuple(words.sentence(grant, name) for grant in wish.grants)
        summary += words.emergencies(wish.grants) if self._reaches_crews(wish.grantee) else ()
        summary += words.behalf(consent.signer, consent.data_subject)
        changes = tuple(words.describe(difference) for difference in words.differences(before, wish.grants, name))
        return self._statements.draft(consent, summary, notice, changes if newest else ())

    def _reaches_crews(self, grantee: str) -> bool:
        """Whether the grantee is an emergency crew, or may be one."""
        party = self._world.directory.party(grantee)
        crew = party is not None and party.plays(RESPONDER, self._world.clock.now())
        return crew or grantee in {ANYONE, ROLE_PREFIX + RESPONDER}

    def revocation(
        self,
        data_subject: bytes,
        grantee: str,
        secret: bytes = NO_LOCK,
        signer: bytes = b"",
        language: str = ENGLISH,
    ) -> Draft:
        """The statement that ends the newest consent to a grantee, under the name that the consent gave them: a party
        that is no longer accredited can be withdrawn from too. Raises NotFound if there is none to end.
        """
        newest = self._world.index.newest(data_subject, grantee)
        consent = newest.signed.statement if newest else None
        if newest is None or not isinstance(consent, Consent):
            raise NotFound
        revocation = Revocation(
            data_subject=data_subject,
            signer=signer or data_subject,
            grantee=grantee,
            grantee_name=consent.grantee_name,
            version=_next_version(newest),
            consent=newest.signed.entry.entry,
            secret=secret,
            signed_at=self._world.clock.now(),
        )
        return self._statements.draft(revocation, self._statements.words(language).withdrawal(revocation, consent))

    def name_of(self, grantee: str) -> str:
        """The grantee's name in the wallet. Raises InvalidStatement for an address without an accredited party."""
        return grantee_name(grantee, self._world.directory)


def grantee_name(grantee: str, published: DirectorySnapshot) -> str:
    """The published name of a grantee. Raises InvalidStatement for an account without an accredited party."""
    if grantee == ANYONE:
        return "anyone"
    if grantee.startswith(ROLE_PREFIX):
        return f"any accredited {grantee.removeprefix(ROLE_PREFIX)}"
    party = published.party(grantee)
    if party is None:
        raise InvalidStatement("the grantee is not an accredited party; see the list of parties")
    return party.name


def _grants_of(newest: LoggedStatement | None) -> tuple[Grant, ...]:
    statement = newest.signed.statement if newest else None
    return statement.grants if isinstance(statement, Consent) else ()


def _next_version(newest: LoggedStatement | None) -> int:
    statement = newest.signed.statement if newest else None
    return statement.version + 1 if isinstance(statement, Consent | Revocation) else 1
