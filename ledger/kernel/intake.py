"""Signed consents, many in one durable write: each is accepted or refused by itself, as if it had come alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache

from mydata_ledger.ledger import typed_data
from mydata_ledger.ledger.commitment.entry import Entry, new_salts
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
from mydata_ledger.ledger.errors import InvalidStatement, LedgerError, StaleConsent
from mydata_ledger.ledger.kernel.delegations import Delegations
from mydata_ledger.ledger.kernel.drafts import grantee_name
from mydata_ledger.ledger.kernel.signing import Signers
from mydata_ledger.ledger.ports import Published
from mydata_ledger.ledger.ports.soon import then
from mydata_ledger.ledger.receipt import CONSENTS, Logged, Signed
from mydata_ledger.ledger.typed_data import Domain


@dataclass(frozen=True, slots=True)
class Handed:
    """A signed consent as it was handed in; `claimed` is the domain that the wallet says it signed for, if it does."""

    consent: Consent
    signature: bytes
    claimed: Domain | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """Where a consent lies, and whether it is new there: it may have been handed in before."""

    logged: Logged
    is_new: bool


VERSIONED = (Consent, Revocation)
Outcome = Taken | LedgerError


class Intake(Delegations):
    """What the consents of a group share is looked up once."""

    def consent(self, consent: Consent, signature: bytes, claimed: Domain | None = None) -> Logged:
        """Accept a signed consent; it permits from the moment its leaf is on chain.

        Raises WrongChain, SignatureInvalid, NotEntitled, InvalidStatement, UnknownTerm, StaleConsent. Handing in the
        same statement again returns where it already lies.
        """
        return self.take(Handed(consent, signature, claimed)).logged

    def take(self, handed: Handed) -> Taken:
        """The same, told whether it is new."""
        (outcome,) = self._taken([handed], self.world.signers).result()
        if isinstance(outcome, LedgerError):
            raise outcome
        return outcome

    def consents_soon(self, handed: Sequence[Handed]) -> Future[list[Outcome]]:
        """`consent`, for many in one step: of each where it lies, or why it was refused, in order.

        The chain is not asked, so that nobody waits for it: the signature of a contract wallet is SignatureInvalid
        here. Raises, or ends in, SourceUnavailable or StorageFull for all of them.
        """
        return self._taken(handed, self.world.signers.without_contracts())

    def _taken(self, handed: Sequence[Handed], signers: Signers) -> Future[list[Outcome]]:
        now = self.world.clock.now()
        salts = new_salts(len(handed))
        sealed = [self._sealed(one, signers, salt) for one, salt in zip(handed, salts, strict=True)]
        whole = [one for one in sealed if isinstance(one, Signed)]
        not_theirs = dict(self._not_theirs(whole))
        sayings: dict[Published, Condition[Consent]] = {}

        def check(signed: Signed, newest: Logged | None, published: Published) -> None:
            check_newer(signed.statement, newest)
            if refusal := not_theirs.get(signed.entry.digest):
                raise refusal
            if isinstance(signed.statement, Consent):
                if published not in sayings:
                    sayings[published] = self.saying(now, published)
                sayings[published](signed.statement)

        def merged(found: list[Logged | LedgerError]) -> list[Outcome]:
            outcomes = iter(found)
            return [_outcome(one, next(outcomes)) if isinstance(one, Signed) else one for one in sealed]

        return then(self.world.store.accept_soon(whole, check, now), merged)

    def _sealed(self, handed: Handed, signers: Signers, salt: bytes) -> Signed | LedgerError:
        said, signature = handed.consent, handed.signature
        try:
            self.check_domain(Consent, handed.claimed)
            digest = typed_data.digest(said, self.world.domains[CONSENTS])
            signers.verify(said.signer, digest, signature)
        except LedgerError as error:
            return error
        return Signed(said, Entry(digest, signature, salt, said.lock))

    def _not_theirs(self, sealed: Sequence[Signed]) -> Iterator[tuple[bytes, LedgerError]]:
        """By their digests, why some are not their signers' to say."""
        for signed in sealed:
            said = signed.statement
            try:
                if isinstance(said, Consent) and said.signer != said.data_subject:
                    self.check_signer(said)
            except LedgerError as error:
                yield signed.entry.digest, error

    def saying(self, now: int, published: Published) -> Condition[Consent]:
        """Whoever signed it: it is whole, in known words, true to what is published and lately said."""
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
            in_vocabulary(self.world.vocabulary),
            shows_a_known_notice,
            names_the_grantee_truly,
        ]
        return all_of([signed_lately(now), _once(all_of(content))])


def _once(content: Condition[Consent]) -> Condition[Consent]:
    """What is said to many alike is looked at once."""
    held: set[tuple[object, ...]] = set()

    def check(consent: Consent) -> None:
        about = consent.grantee, consent.grantee_name, consent.notice_hash, consent.notice_language
        said = (*about, consent.grants)
        if said not in held:
            content(consent)
            held.add(said)

    return check


def check_newer(said: object, newest: Logged | None) -> None:
    """Raise StaleConsent for what the newest statement between the two has replaced, or is another one of."""
    last = newest.signed.statement if newest else None
    if (
        isinstance(said, Consent | Revocation)
        and isinstance(last, Consent | Revocation)
        and said.version <= last.version
    ):
        raise StaleConsent(f"version {last.version} was accepted already; ask for a new draft")


def _outcome(signed: Signed, found: Logged | LedgerError) -> Outcome:
    return found if isinstance(found, LedgerError) else Taken(found, is_new=found.signed is signed)
