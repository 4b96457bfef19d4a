"""erase: the key destroyed for good, the payload let go, and a certificate that a stranger can check.

The log hears of it first: from that moment the rule knows no such record. What a crash leaves undone is done at the
next turn, and said again of every erased record after a restart, so that a restored keystore backup revives nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mydata_ledger.ledger.conditions import CLOCK_SKEW, SIGNED_WITHIN
from mydata_ledger.ledger.errors import InvalidStatement, NotFound, TooLarge
from mydata_ledger.ledger.kernel.draft import Draft
from mydata_ledger.ledger.kernel.people.links import Links
from mydata_ledger.ledger.kernel.records.prove import Proof, Proofs
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.work_items import ERASURE, every
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import RECORDS, LoggedStatement
from mydata_ledger.ledger.record import Erasure, Record, key_id
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.ledger.wording import ENGLISH
from mydata_ledger.ledger.work_item import WorkItem

PENDING, DONE = "pending", "done"
PAGE = 500


class Erasures:
    """Erased by whom the record is about, or by who issued it; both see the certificate, nobody else knows of it."""

    def __init__(self, world: World, statements: StatementSigning, proofs: Proofs, links: Links) -> None:
        self._world, self._statements, self._proofs, self._links = world, statements, proofs, links

    def draft(self, signer: bytes, record_ids: Sequence[bytes] | None = None, language: str = ENGLISH) -> list[Draft]:
        """The erasures of records, ready for the wallet; of all of the signer's own without `record_ids`. The summary,
        the same on each, says what all of them do together.

        Raises NotFound for a record that is not there, not theirs, or erased; TooLarge beyond 1,000 records.
        """
        if record_ids is None:
            theirs = [r.issue.record_id for r in self._world.index.records_of(signer) if not r.erased]
        else:
            theirs = list(dict.fromkeys(record_ids))
            self._check_count(theirs)
        now = self._world.clock.now()
        records = [self._erasable(signer, record_id) for record_id in theirs[: self._world.bounds.batch]]
        erasures = [Erasure(r.issue.record_id, signer, r.issue.cid, key_id(r.issue.record_id), now) for r in records]
        own = all(record.issue.data_subject == signer for record in records)
        said = self._statements.words(language).erasure(len(records), own=own)
        return [self._statements.draft(one, (said,)) for one in erasures]

    def accept(self, signed: Sequence[tuple[Erasure, bytes]], claimed: Domain | None = None) -> list[LoggedStatement]:
        """Accept signed erasures, all or none, and carry them out. Handing in the same again changes nothing.

        Raises WrongChain, SignatureInvalid, NotFound, InvalidStatement, TooLarge; SourceUnavailable when the log has
        accepted and the rest is left to the next turn.
        """
        self._statements.check_domain(Erasure, claimed)
        self._check_count(signed)
        entries = [self._statements.seal(erasure, erasure.signer, signature) for erasure, signature in signed]
        fresh = [e for e in (erasure for erasure, _ in signed) if not self._is_said(e)]
        for erasure in fresh:
            self._check_erasure(erasure)
        now = self._world.clock.now()
        for erasure in fresh:
            self._plan(erasure, now)
        logged = self._world.log.append(entries, now)
        for one in logged:
            self._carry_out(one)
        return logged

    def finish(self) -> int:
        """Carry out what the log accepted and a crash left undone; how many there were."""
        due = self._world.work_items.due(ERASURE, PENDING, self._world.clock.now(), PAGE)
        return sum(self._finish(paper) for paper in due)

    def destroy_again(self) -> int:
        """Destroy the key of everything ever erased once more: after a restart a restored backup may hold it again."""
        done = [paper.id for paper in every(self._world.work_items, ERASURE) if paper.state == DONE]
        for record_id in done:
            self._world.keys.destroy(record_id)
        return len(done)

    def certificate(self, asker: bytes, record_id: bytes) -> tuple[Proof, Proof]:
        """The erasure and the issue it ended, each with its proof. Raises NotFound for whom it does not concern."""
        record, paper = self._world.index.record(record_id), self._world.work_items.item(ERASURE, record_id)
        if record is None or paper is None or paper.state != DONE or not _concerns(record, asker):
            raise NotFound
        return self._proofs.prove(RECORDS, paper.body["position"]), self._proofs.prove(RECORDS, record.position)

    def _check_count(self, items: Sequence[object]) -> None:
        if not 0 < len(items) <= self._world.bounds.batch:
            raise TooLarge(f"1 to {self._world.bounds.batch} records in one call; send the rest in another")

    def _erasable(self, signer: bytes, record_id: bytes) -> Record:
        record = self._world.index.record(record_id)
        if record is None or record.erased or not _concerns(record, signer):
            raise NotFound
        return record

    def _is_said(self, erasure: Erasure) -> bool:
        paper = self._world.work_items.item(ERASURE, erasure.record_id)
        return paper is not None and paper.body["at"] == erasure.erased_at and "position" in paper.body

    def _check_erasure(self, erasure: Erasure) -> None:
        record = self._erasable(erasure.signer, erasure.record_id)
        if (erasure.cid, erasure.key_id) != (record.issue.cid, key_id(erasure.record_id)):
            raise InvalidStatement("the erasure names another payload or key than the record's; ask for a new draft")
        now = self._world.clock.now()
        if not now - SIGNED_WITHIN <= erasure.erased_at <= now + CLOCK_SKEW:
            raise InvalidStatement("the erasure was signed too long ago or in the future; ask for a new draft")

    def _plan(self, erasure: Erasure, now: int) -> None:
        paper = self._world.work_items.item(ERASURE, erasure.record_id)
        version = paper.version if paper else 0
        body = {"cid": erasure.cid, "at": erasure.erased_at}
        self._world.work_items.file(
            WorkItem(ERASURE, erasure.record_id, state=PENDING, due=now, body=body, version=version)
        )

    def _carry_out(self, logged: LoggedStatement) -> None:
        """Key first: without it the payload is noise, wherever copies of it lie. Links that show the record end."""
        erasure = logged.signed.statement
        if not isinstance(erasure, Erasure):
            raise InvalidStatement("only an erasure is carried out as one")
        paper = self._world.work_items.item(ERASURE, erasure.record_id)
        if paper is None or paper.state == DONE:
            return
        self._world.keys.destroy(erasure.record_id)
        self._world.payloads.remove(erasure.cid)
        if record := self._world.index.record(erasure.record_id):
            self._links.end_all(record.issue.data_subject, erasure.record_id)
        body = {**paper.body, "position": logged.position}
        self._world.work_items.file(replace(paper, state=DONE, due=0, body=body))

    def _finish(self, paper: WorkItem) -> bool:
        """Whether the log holds the erasure, and it is carried out now; a plan that never came so far is dropped."""
        record = self._world.index.record(paper.id)
        position = self._position_of(paper.id) if record and record.erased else None
        logged = self._world.log.statement_at(RECORDS, position) if position is not None else None
        if logged is None:
            if self._world.clock.now() - paper.due > SIGNED_WITHIN:
                self._world.work_items.discard(ERASURE, paper.id)
            return False
        self._carry_out(logged)
        return True

    def _position_of(self, record_id: bytes) -> int | None:
        """Where the erasure lies, looked for from the end of the log: it was accepted moments before the crash."""
        for position in range(self._world.log.head(RECORDS).size - 1, -1, -1):
            logged = self._world.log.statement_at(RECORDS, position)
            said = logged.signed.statement if logged else None
            if isinstance(said, Erasure) and said.record_id == record_id:
                return position
        return None


def _concerns(record: Record, who: bytes) -> bool:
    return who in {record.issue.data_subject, bytes.fromhex(record.issue.holder[2:])}
