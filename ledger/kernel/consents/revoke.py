"""Revocation: a revocation is accepted if its signer may sign it, and it is complete and the next version."""

from __future__ import annotations

from mydata_ledger.ledger.consent import Revocation
from mydata_ledger.ledger.kernel.consents.checks import StatementChecks
from mydata_ledger.ledger.kernel.consents.delegate import Delegations
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.typed_data import Domain


class Revocations:
    """Accepts signed revocations. A grant takes effect when it is anchored, a withdrawal at once."""

    def __init__(
        self, world: World, statements: StatementSigning, checks: StatementChecks, delegations: Delegations
    ) -> None:
        self._world, self._statements, self._checks, self._delegations = world, statements, checks, delegations

    def accept(self, revocation: Revocation, signature: bytes, claimed: Domain | None = None) -> LoggedStatement:
        """Accept a signed revocation; questions are denied before this returns.

        Raises WrongChain, SignatureInvalid, NotEntitled, NotFound, InvalidStatement, StaleConsent.
        """
        self._statements.check_domain(Revocation, claimed)
        signed = self._statements.seal(revocation, revocation.signer, signature)
        if accepted := self._checks.accepted_before(signed.entry.digest, revocation):
            return accepted
        self._delegations.check_signer(revocation)
        self._checks.check(revocation)
        return self._world.log.append([signed], self._world.clock.now())[0]
