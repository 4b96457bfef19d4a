"""Erasure: the key is destroyed, the payload is unpinned, and a certificate that anybody can check remains.

The erasure is logged first: from that moment the rule treats the record as absent. What a crash leaves undone is done
in the next run. After a restart the keys of all erased records are destroyed again, so that a restored backup of the
keystore recovers nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mydata_ledger.ledger.conditions import CLOCK_SKEW, SIGNED_WITHIN
from mydata_ledger.ledger.errors import InvalidStatement, NotFound, TooLarge
from mydata_ledger.ledger.kernel.derived.keeping import DerivedRecords
from mydata_ledger.ledger.kernel.draft import Draft
from mydata_ledger.ledger.kernel.people.links import Links
from mydata_ledger.ledger.kernel.records.prove import Proof, Proofs
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.work_items import ERASURE, every
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import RECORDS, LoggedStatement, SignedStatement
from mydata_ledger.ledger.record import Erasure, Record, key_id
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.ledger.wording import ENGLISH
from mydata_ledger.ledger.work_item import WorkItem

PENDING, DONE = "pending", "done"
PAGE = 500


class Erasures:
    """The data subject or the holder of a record may erase it. Both see the certificate; nobody else learns of it."""

    def __init__(
        self, world: World, statements: StatementSigning, proofs: Proofs, links: Links, derived: DerivedRecords
    ) -> None:
        self._world, self._statements, self._proofs, self._links = world, statements, proofs, links
        self._derived = derived

    def draft(self, signer: bytes, record_ids: Sequence[bytes] | None = None, language: str = ENGLISH) -> list[Draft]:
        """The erasures of records, ready for the wallet; without `record_ids`, of all of the signer's own. The summary
        is equal on each and describes all of them.

        Raises:
            NotFound: a record does not exist, is not theirs, or is erased.
            TooLarge: there are more than 1,000 records.
        """
        if record_ids is None:
            ids = [r.issue.record_id for r in self._world.index.records_of(signer) if not r.erased]
        else:
            ids = list(dict.fromkeys(record_ids))
            self._check_count(ids)
        now = self._world.clock.now()
        records = [self._erasable(signer, record_id) for record_id in ids[: self._world.bounds.batch]]
        erasures = [Erasure(r.issue.record_id, signer, r.issue.cid, key_id(r.issue.record_id), now) for r in records]
        own = all(record.issue.data_subject == signer for record in records)
        summary = self._statements.words(language).erasure(len(records), own=own)
        return [self._statements.draft(erasure, (summary,)) for erasure in erasures]

    def accept(
        self,
        signed: Sequence[tuple[Erasure, bytes]],
        claimed: Domain | None = None,
        beside: Sequence[SignedStatement] = (),
    ) -> list[LoggedStatement]:
        """Accept signed erasures, all or none, and carry them out. Submitting them again changes nothing. The
        statements `beside` are logged after them in the same transaction.

        Raises WrongChain, SignatureInvalid, NotFound, InvalidStatement, TooLarge; SourceUnavailable if the log has
        accepted and the rest is left to the next run.
        """
        entries = self.check(signed, claimed)
        now = self._world.clock.now()
        for erasure, _ in signed:
            if not self._is_accepted(erasure):
                self._plan(erasure, now)
        logged = self._world.log.append([*entries, *beside], now)
        for statement in logged[: len(signed)]:
            self._carry_out(statement)
        return logged

    def check(self, signed: Sequence[tuple[Erasure, bytes]], claimed: Domain | None = None) -> list[SignedStatement]:
        """The signed erasures, ready for the log. Raises what `accept` raises before it stores anything."""
        self._statements.check_domain(Erasure, claimed)
        self._check_count(signed)
        entries = [self._statements.seal(erasure, erasure.signer, signature) for erasure, signature in signed]
        for erasure, _ in signed:
            if not self._is_accepted(erasure):
                self._check_erasure(erasure)
        return entries

    def finish(self) -> int:
        """Carry out what the log accepted and a crash left undone; returns the number of erasures."""
        due = self._world.work_items.due(ERASURE, PENDING, self._world.clock.now(), PAGE)
        return sum(self._finish(item) for item in due)

    def destroy_again(self) -> int:
        """Destroy the keys of all erased records again: after a restart a restored backup may contain them."""
        done = [item.id for item in every(self._world.work_items, ERASURE) if item.state == DONE]
        for record_id in done:
            self._world.keys.destroy(record_id)
        return len(done)

    def certificate(self, asker: bytes, record_id: bytes) -> tuple[Proof, Proof]:
        """The erasure and the issue that it ended, each with its proof. Raises NotFound for a caller whom it does not
        concern.
        """
        record, item = self._world.index.record(record_id), self._world.work_items.item(ERASURE, record_id)
        if record is None or item is None or item.state != DONE or not _concerns(record, asker):
            raise NotFound
        return self._proofs.prove(RECORDS, item.body["position"]), self._proofs.prove(RECORDS, record.position)

    def _check_count(self, items: Sequence[object]) -> None:
        if not 0 < len(items) <= self._world.bounds.batch:
            raise TooLarge(f"1 to {self._world.bounds.batch} records in one call; send the rest in another")

    def _erasable(self, signer: bytes, record_id: bytes) -> Record:
        record = self._world.index.record(record_id)
        if record is None or record.erased or not _concerns(record, signer):
            raise NotFound
        return record

    def _is_accepted(self, erasure: Erasure) -> bool:
        item = self._world.work_items.item(ERASURE, erasure.record_id)
        return item is not None and item.body["at"] == erasure.erased_at and "position" in item.body

    def _check_erasure(self, erasure: Erasure) -> None:
        record = self._erasable(erasure.signer, erasure.record_id)
        if (erasure.cid, erasure.key_id) != (record.issue.cid, key_id(erasure.record_id)):
            raise InvalidStatement("the erasure names another payload or key than the record's; ask for a new draft")
        now = self._world.clock.now()
        if not now - SIGNED_WITHIN <= erasure.erased_at <= now + CLOCK_SKEW:
            raise InvalidStatement("the erasure was signed too long ago or in the future; ask for a new draft")

    def _plan(self, erasure: Erasure, now: int) -> None:
        item = self._world.work_items.item(ERASURE, erasure.record_id)
        version = item.version if item else 0
        body = {"cid": erasure.cid, "at": erasure.erased_at}
        self._world.work_items.file(
            WorkItem(ERASURE, erasure.record_id, state=PENDING, due=now, body=body, version=version)
        )

    def _carry_out(self, logged: LoggedStatement) -> None:
        """Destroy the key first: without it every copy of the payload is unreadable. What was derived from the record
        is destroyed with it, and links that show it end.
        """
        erasure = logged.signed.statement
        if not isinstance(erasure, Erasure):
            raise InvalidStatement("only an erasure is carried out as one")
        item = self._world.work_items.item(ERASURE, erasure.record_id)
        if item is None or item.state == DONE:
            return
        self._world.keys.destroy(erasure.record_id)
        self._world.payloads.remove(erasure.cid)
        if record := self._world.index.record(erasure.record_id):
            self._derived.destroy_using(record.issue.data_subject, erasure.record_id)
            self._links.end_all(record.issue.data_subject, erasure.record_id)
        body = {**item.body, "position": logged.position}
        self._world.work_items.file(replace(item, state=DONE, due=0, body=body))

    def _finish(self, item: WorkItem) -> bool:
        """Whether the log has the erasure and it is carried out now; an old plan that was never logged is deleted."""
        record = self._world.index.record(item.id)
        position = self._position_of(item.id) if record and record.erased else None
        logged = self._world.log.statement_at(RECORDS, position) if position is not None else None
        if logged is None:
            if self._world.clock.now() - item.due > SIGNED_WITHIN:
                self._world.work_items.discard(ERASURE, item.id)
            return False
        self._carry_out(logged)
        return True

    def _position_of(self, record_id: bytes) -> int | None:
        """The log position of the erasure, searched from the end: it was accepted shortly before the crash."""
        for position in range(self._world.log.head(RECORDS).size - 1, -1, -1):
            logged = self._world.log.statement_at(RECORDS, position)
            statement = logged.signed.statement if logged else None
            if isinstance(statement, Erasure) and statement.record_id == record_id:
                return position
        return None


def _concerns(record: Record, signer: bytes) -> bool:
    return signer in {record.issue.data_subject, bytes.fromhex(record.issue.holder[2:])}
