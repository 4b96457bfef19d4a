"""Signed consents, many in one durable write: each is accepted or refused by itself, as if it had come alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from mydata_ledger.ledger import typed_data
from mydata_ledger.ledger.commitment.entry import Entry, new_salts
from mydata_ledger.ledger.conditions import Condition
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.kernel.consents.checks import StatementChecks, check_newer
from mydata_ledger.ledger.kernel.consents.delegate import Delegations
from mydata_ledger.ledger.kernel.signing import Signers
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.world import World
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


Outcome = Taken | LedgerError


class ConsentIntake:
    """Accepts consents, alone or many together: what those of a group share is looked up once."""

    def __init__(
        self, world: World, statements: StatementSigning, checks: StatementChecks, delegations: Delegations
    ) -> None:
        self._world, self._statements, self._checks, self._delegations = world, statements, checks, delegations

    def accept(self, consent: Consent, signature: bytes, claimed: Domain | None = None) -> Logged:
        """Accept a signed consent; it permits from the moment its leaf is on chain.

        Raises WrongChain, SignatureInvalid, NotEntitled, InvalidStatement, UnknownTerm, StaleConsent. Handing in the
        same statement again returns where it already lies.
        """
        return self.take(Handed(consent, signature, claimed)).logged

    def take(self, handed: Handed) -> Taken:
        """Accept a signed consent, and say whether it is new. Raises what `accept` raises."""
        (outcome,) = self._taken([handed], self._world.signers).result()
        if isinstance(outcome, LedgerError):
            raise outcome
        return outcome

    def take_soon(self, handed: Sequence[Handed]) -> Future[list[Outcome]]:
        """`accept`, for many in one step: of each where it lies, or why it was refused, in order.

        The chain is not asked, so that nobody waits for it: the signature of a contract wallet is SignatureInvalid
        here. Raises, or ends in, SourceUnavailable or StorageFull for all of them.
        """
        return self._taken(handed, self._world.signers.without_contracts())

    def _taken(self, handed: Sequence[Handed], signers: Signers) -> Future[list[Outcome]]:
        now = self._world.clock.now()
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
                    sayings[published] = self._checks.content(now, published)
                sayings[published](signed.statement)

        def merged(found: list[Logged | LedgerError]) -> list[Outcome]:
            outcomes = iter(found)
            return [_outcome(one, next(outcomes)) if isinstance(one, Signed) else one for one in sealed]

        return then(self._world.log.accept_soon(whole, check, now), merged)

    def _sealed(self, handed: Handed, signers: Signers, salt: bytes) -> Signed | LedgerError:
        said, signature = handed.consent, handed.signature
        try:
            self._statements.check_domain(Consent, handed.claimed)
            digest = typed_data.digest(said, self._world.domains[CONSENTS])
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
                    self._delegations.check_signer(said)
            except LedgerError as error:
                yield signed.entry.digest, error


def _outcome(signed: Signed, found: Logged | LedgerError) -> Outcome:
    return found if isinstance(found, LedgerError) else Taken(found, is_new=found.signed is signed)
