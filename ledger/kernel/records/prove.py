"""Proofs: a signed statement, its position in the log, and the anchored head that includes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mydata_ledger.ledger.commitment.entry import Entry
from mydata_ledger.ledger.errors import NotFound
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.ports import AnchoredHead
from mydata_ledger.ledger.receipt import CONSENTS, AccessReceipt, LoggedStatement
from mydata_ledger.ledger.typed_data import Domain


@dataclass(frozen=True, slots=True)
class Proof:
    """A logged statement with its inclusion proof under the newest anchored head; `head` and `path` are empty until it
    is anchored. `consents` has the commitments of the consents that an access receipt names, in their order.
    """

    logged: LoggedStatement
    domain: Domain
    head: Head | None
    path: tuple[bytes, ...]
    block: int
    consents: tuple[Entry, ...] = ()


class Proofs:
    """Everything that an independent verifier needs."""

    def __init__(self, world: World) -> None:
        self._world = world

    def prove(self, log: str, position: int) -> Proof:
        """The statement at a position with its proof. Raises NotFound."""
        logged = self._world.log.statement_at(log, position)
        if logged is None:
            raise NotFound
        return self.prove_all(log, [logged])[0]

    def prove_all(self, log: str, statements: Sequence[LoggedStatement]) -> list[Proof]:
        """Each statement with its proof, all under one head."""
        anchored = self._world.log.anchored(log)
        return [self._proof(log, logged, anchored) for logged in statements]

    def _proof(self, log: str, logged: LoggedStatement, anchored: AnchoredHead) -> Proof:
        domain, size = self._world.domains[log], anchored.head.size
        consents = self._consents_of(logged)
        if logged.position >= size:
            return Proof(logged, domain, None, (), 0, consents)
        path = self._world.log.inclusion(log, logged.position, size)
        return Proof(logged, domain, anchored.head, tuple(path), anchored.block, consents)

    def _consents_of(self, logged: LoggedStatement) -> tuple[Entry, ...]:
        statement = logged.signed.statement
        entries = statement.consents if isinstance(statement, AccessReceipt) else ()
        found = [consent.signed.entry for entry in entries if (consent := self._world.log.find(CONSENTS, entry))]
        return tuple(found) if len(found) == len(entries) else ()
