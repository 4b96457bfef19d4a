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
from mydata_ledger.ledger.ports import DirectorySnapshot
from mydata_ledger.ledger.ports.futures import mapped
from mydata_ledger.ledger.receipt import CONSENTS, LoggedStatement, SignedStatement
from mydata_ledger.ledger.typed_data import Domain


@dataclass(frozen=True, slots=True)
class SubmittedConsent:
    """A signed consent as it was handed in; `claimed` is the domain that the wallet says it signed for, if it does."""

    consent: Consent
    signature: bytes
    claimed: Domain | None = None


@dataclass(frozen=True, slots=True)
class AcceptedConsent:
    """Where a consent lies, and whether it is new there: it may have been handed in before."""

    logged: LoggedStatement
    is_new: bool


Outcome = AcceptedConsent | LedgerError


class AcceptConsents:
    """Accepts consents, alone or many together: what those of a group share is looked up once."""

    def __init__(
        self, world: World, statements: StatementSigning, checks: StatementChecks, delegations: Delegations
    ) -> None:
        self._world, self._statements, self._checks, self._delegations = world, statements, checks, delegations

    def accept(self, consent: Consent, signature: bytes, claimed: Domain | None = None) -> LoggedStatement:
        """Accept a signed consent; it permits from the moment its leaf is on chain.

        Raises WrongChain, SignatureInvalid, NotEntitled, InvalidStatement, UnknownTerm, StaleConsent. Handing in the
        same statement again returns where it already lies.
        """
        return self.submit(SubmittedConsent(consent, signature, claimed)).logged

    def submit(self, handed: SubmittedConsent) -> AcceptedConsent:
        """Accept a signed consent, and say whether it is new. Raises what `accept` raises."""
        (outcome,) = self._taken([handed], self._world.signers).result()
        if isinstance(outcome, LedgerError):
            raise outcome
        return outcome

    def submit_soon(self, handed: Sequence[SubmittedConsent]) -> Future[list[Outcome]]:
        """`accept`, for many in one step: of each where it lies, or why it was refused, in order.

        The chain is not asked, so that nobody waits for it: the signature of a contract wallet is SignatureInvalid
        here. Raises, or ends in, SourceUnavailable or StorageFull for all of them.
        """
        return self._taken(handed, self._world.signers.without_contracts())

    def _taken(self, handed: Sequence[SubmittedConsent], signers: Signers) -> Future[list[Outcome]]:
        now = self._world.clock.now()
        salts = new_salts(len(handed))
        sealed = [self._sealed(one, signers, salt) for one, salt in zip(handed, salts, strict=True)]
        whole = [one for one in sealed if isinstance(one, SignedStatement)]
        not_theirs = dict(self._not_theirs(whole))
        sayings: dict[DirectorySnapshot, Condition[Consent]] = {}

        def check(signed: SignedStatement, newest: LoggedStatement | None, published: DirectorySnapshot) -> None:
            check_newer(signed.statement, newest)
            if refusal := not_theirs.get(signed.entry.digest):
                raise refusal
            if isinstance(signed.statement, Consent):
                if published not in sayings:
                    sayings[published] = self._checks.content(now, published)
                sayings[published](signed.statement)

        def merged(found: list[LoggedStatement | LedgerError]) -> list[Outcome]:
            outcomes = iter(found)
            return [_outcome(one, next(outcomes)) if isinstance(one, SignedStatement) else one for one in sealed]

        return mapped(self._world.log.accept_soon(whole, check, now), merged)

    def _sealed(self, handed: SubmittedConsent, signers: Signers, salt: bytes) -> SignedStatement | LedgerError:
        said, signature = handed.consent, handed.signature
        try:
            self._statements.check_domain(Consent, handed.claimed)
            digest = typed_data.digest(said, self._world.domains[CONSENTS])
            signers.verify(said.signer, digest, signature)
        except LedgerError as error:
            return error
        return SignedStatement(said, Entry(digest, signature, salt, said.lock))

    def _not_theirs(self, sealed: Sequence[SignedStatement]) -> Iterator[tuple[bytes, LedgerError]]:
        """By their digests, why some are not their signers' to say."""
        for signed in sealed:
            said = signed.statement
            try:
                if isinstance(said, Consent) and said.signer != said.data_subject:
                    self._delegations.check_signer(said)
            except LedgerError as error:
                yield signed.entry.digest, error


def _outcome(signed: SignedStatement, found: LoggedStatement | LedgerError) -> Outcome:
    return found if isinstance(found, LedgerError) else AcceptedConsent(found, is_new=found.signed is signed)
