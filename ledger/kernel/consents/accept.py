"""Acceptance of signed consents, many in one durable write; each is accepted or refused independently, as if submitted
alone.
"""

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
    """A submitted, signed consent; `claimed` is the domain that the wallet claims to have signed for, if it
    claims one.
    """

    consent: Consent
    signature: bytes
    claimed: Domain | None = None


@dataclass(frozen=True, slots=True)
class AcceptedConsent:
    """The log position of a consent, and whether it is new: it may have been submitted before."""

    logged: LoggedStatement
    is_new: bool


Outcome = AcceptedConsent | LedgerError


class AcceptConsents:
    """Accepts consents, alone or in a batch; data that the consents of a batch share is read once."""

    def __init__(
        self, world: World, statements: StatementSigning, checks: StatementChecks, delegations: Delegations
    ) -> None:
        self._world, self._statements, self._checks, self._delegations = world, statements, checks, delegations

    def accept(self, consent: Consent, signature: bytes, claimed: Domain | None = None) -> LoggedStatement:
        """Accept a signed consent; it permits from the moment its leaf is on chain.

        Raises WrongChain, SignatureInvalid, NotEntitled, InvalidStatement, UnknownTerm, StaleConsent. Submitting the
        statement again returns its existing log position.
        """
        return self.submit(SubmittedConsent(consent, signature, claimed)).logged

    def submit(self, submitted: SubmittedConsent) -> AcceptedConsent:
        """Accept a signed consent, and return whether it is new. Raises what `accept` raises."""
        (outcome,) = self._accept_soon([submitted], self._world.signers).result()
        if isinstance(outcome, LedgerError):
            raise outcome
        return outcome

    def submit_soon(self, submitted: Sequence[SubmittedConsent]) -> Future[list[Outcome]]:
        """`accept` for many consents in one transaction: for each its log position or its error, in order.

        The chain is not queried, so that no caller waits for it: the signature of a contract wallet is SignatureInvalid
        here. Raises, or completes with, SourceUnavailable or StorageFull for all of them.
        """
        return self._accept_soon(submitted, self._world.signers.without_contracts())

    def _accept_soon(self, submitted: Sequence[SubmittedConsent], signers: Signers) -> Future[list[Outcome]]:
        now = self._world.clock.now()
        salts = new_salts(len(submitted))
        sealed = [self._sealed(consent, signers, salt) for consent, salt in zip(submitted, salts, strict=True)]
        signed_statements = [consent for consent in sealed if isinstance(consent, SignedStatement)]
        refusals = dict(self._signer_refusals(signed_statements))
        content_checks: dict[DirectorySnapshot, Condition[Consent]] = {}

        def check(signed: SignedStatement, newest: LoggedStatement | None, published: DirectorySnapshot) -> None:
            check_newer(signed.statement, newest)
            if refusal := refusals.get(signed.entry.digest):
                raise refusal
            if isinstance(signed.statement, Consent):
                if published not in content_checks:
                    content_checks[published] = self._checks.content(now, published)
                content_checks[published](signed.statement)

        def merged(log_outcomes: list[LoggedStatement | LedgerError]) -> list[Outcome]:
            outcomes = iter(log_outcomes)
            return [
                _outcome(consent, next(outcomes)) if isinstance(consent, SignedStatement) else consent
                for consent in sealed
            ]

        return mapped(self._world.log.accept_soon(signed_statements, check, now), merged)

    def _sealed(self, submitted: SubmittedConsent, signers: Signers, salt: bytes) -> SignedStatement | LedgerError:
        consent = submitted.consent
        try:
            self._statements.check_domain(Consent, submitted.claimed)
            digest = typed_data.digest(consent, self._world.domains[CONSENTS])
            stored = signers.verify(consent.signer, digest, submitted.signature)
        except LedgerError as error:
            return error
        return SignedStatement(consent, Entry(digest, stored, salt, consent.lock))

    def _signer_refusals(self, sealed: Sequence[SignedStatement]) -> Iterator[tuple[bytes, LedgerError]]:
        """The digest of each consent that its signer may not sign, with the error."""
        for signed in sealed:
            statement = signed.statement
            try:
                if isinstance(statement, Consent) and statement.signer != statement.data_subject:
                    self._delegations.check_signer(statement)
            except LedgerError as error:
                yield signed.entry.digest, error


def _outcome(signed: SignedStatement, log_outcome: LoggedStatement | LedgerError) -> Outcome:
    return (
        log_outcome
        if isinstance(log_outcome, LedgerError)
        else AcceptedConsent(log_outcome, is_new=log_outcome.signed is signed)
    )
