"""Building: a job looks at the persons who were marked, and builds, replaces or destroys their derived records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.consent import NEVER, Consent, Grant, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.derived import DerivedKind, Source, digest_of_ids
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.kernel.derived.due import DueRecords
from mydata_ledger.ledger.kernel.derived.held import HeldRecord, HeldRecords
from mydata_ledger.ledger.kernel.derived.keeping import Derivation, DerivedRecords
from mydata_ledger.ledger.kernel.derived.reading import Considered, OpenedSource, SourceReading
from mydata_ledger.ledger.kernel.work_items import READ_TO
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import ANYONE
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.record import Erasure, Issue
from mydata_ledger.ledger.terms import RETAIN, values
from mydata_ledger.ledger.work_item import WorkItem

Make = Callable[[Sequence[OpenedSource], int], tuple[bytes, tuple[Source, ...]] | None]
"""From opened sources and the time (UTC seconds) to the content and the sources it is made of; None for nothing."""
ANCHORING = 5
"""Seconds after which a consent that is not on chain yet is looked at again."""
PEOPLE, RECORDS_TOGETHER = 100, 500
"""The most people that are looked at together, and about how many of their records are opened together."""


class DerivedBuilds:
    """What makes the content is given by the service that has the kind; this knows nothing of it."""

    def __init__(
        self, world: World, held: HeldRecords, due: DueRecords, reading: SourceReading, records: DerivedRecords
    ) -> None:
        self._world, self._held, self._due = world, held, due
        self._reading, self._records = reading, records

    def consider(self, kind: DerivedKind, logged: LoggedStatement) -> None:
        """Mark the person of a statement if it may change their derived record. Considering it again is harmless."""
        statement = logged.signed.statement
        match statement:
            case Issue():
                if self._reads(kind, statement.category) and self._concerned(kind, statement.data_subject):
                    self._due.mark(kind.name, statement.data_subject)
            case Erasure():
                record = self._world.index.record(statement.record_id)
                if record and self._held.of(kind, [record.issue.data_subject]):
                    self._due.mark(kind.name, record.issue.data_subject)
            case Consent() | Revocation():
                is_to_us = statement.grantee in {ANYONE, *self._names()}
                if is_to_us or (statement.grantee.startswith("0x") and self._ends_delegation(kind, statement)):
                    self._due.mark(kind.name, statement.data_subject)
            case Delegation():
                if self._held.of(kind, [statement.data_subject]):
                    self._due.mark(kind.name, statement.data_subject)
            case _:
                return

    def work(self, kind: DerivedKind, make: Make, most: int) -> int:
        """Look at up to `most` persons who were marked; returns how many. Raises ChainBehind, SourceUnavailable: what
        was not done then is done by the next call.
        """
        worked = 0
        while worked < most and (items := self._due.waiting(kind.name, min(PEOPLE, most - worked))):
            for group in self._groups(kind, items):
                self._build(kind, make, group)
            worked += len(items)
        return worked

    def sweep(self, kind: DerivedKind, most: int) -> int:
        """Look at the next `most` derived records, and mark the persons of those that do not stand any more: an end by
        time, or on chain, is no statement of the logs. Returns how many were marked.
        """
        mark = self._world.work_items.item(READ_TO, _sweep(kind)) or WorkItem(READ_TO, _sweep(kind), body={"after": ""})
        page, after = self._held.page(bytes.fromhex(mark.body["after"]), most)
        outdated = [held for held in page if held.record.kind == kind.name and not self._stands(kind, held)]
        for held in outdated:
            self._due.mark(kind.name, held.record.data_subject)
        self._world.work_items.file(WorkItem(READ_TO, _sweep(kind), body={"after": after.hex()}, version=mark.version))
        return len(outdated)

    def _groups(self, kind: DerivedKind, items: Sequence[WorkItem]) -> Iterator[list[tuple[WorkItem, Considered]]]:
        """The persons in groups with about RECORDS_TOGETHER records."""
        group: list[tuple[WorkItem, Considered]] = []
        for item in items:
            group.append((item, self._reading.considered(kind, item.person)))
            if sum(len(one.open) for _, one in group) >= RECORDS_TOGETHER:
                yield group
                group = []
        if group:
            yield group

    def _build(self, kind: DerivedKind, make: Make, group: Sequence[tuple[WorkItem, Considered]]) -> None:
        items, now = {one.data_subject: item for item, one in group}, self._world.clock.now()
        before = self._held.of(kind, list(items))
        changed = [one for _, one in group if not _is_left(one, before.get(one.data_subject))]
        derivations, gone = [], []
        for person in self._reading.open(kind, changed):
            try:
                made = make(person.opened, now)
            except SourceUnavailable:
                raise
            except Exception:  # what cannot be read of one person holds up nobody else
                self._due.postpone(items.pop(person.data_subject))
                continue
            if made and made[1]:
                opened = digest_of_ids(one.source.record_id for one in person.opened)
                derivations.append(Derivation(person.data_subject, *made, person.considered, opened))
            elif person.data_subject in before:
                gone.append(before[person.data_subject])
        self._records.destroy(gone)
        self._records.derive(kind, derivations)
        looks = {one.data_subject: _next_look(one.consents, now) for _, one in group}
        self._due.done([(item, looks[data_subject]) for data_subject, item in items.items()])

    def _stands(self, kind: DerivedKind, held: HeldRecord) -> bool:
        considered = self._reading.considered(kind, held.record.data_subject)
        opened = {record.issue.record_id for record in considered.open}
        sources = {source.record_id for source in held.record.sources}
        return held.is_live and considered.digest == held.record.considered and sources <= opened

    def _reads(self, kind: DerivedKind, category: str) -> bool:
        return any(category == above or category.startswith(above + ".") for above in kind.reads)

    def _concerned(self, kind: DerivedKind, person: bytes) -> bool:
        """Whether a person has a derived record, or a consent that names the operator."""
        newest = (self._world.index.newest(person, name) for name in self._names())
        return any(one and isinstance(one.signed.statement, Consent) for one in newest) or bool(
            self._held.of(kind, [person])
        )

    def _ends_delegation(self, kind: DerivedKind, statement: Consent | Revocation) -> bool:
        """Whether a statement may end consents that a delegate signed."""
        return isinstance(statement, Revocation) and bool(self._held.of(kind, [statement.data_subject]))

    def _names(self) -> frozenset[str]:
        account = self._world.gateway.address
        party = self._world.directory.party(account)
        return party.grantee_names(self._world.clock.now()) if party else frozenset({account})


def _is_left(considered: Considered, held: HeldRecord | None) -> bool:
    return held is not None and held.is_live and considered.leaves(held.record)


def _next_look(consents: Sequence[ConsentState], now: int) -> int:
    """When time alone, or the chain, changes what consents permit (UTC seconds); 0 for never."""
    standing = [state for state in consents if state.stands]
    grants = [grant for state in standing for grant in state.consent.grants]
    edges = (edge for grant in grants for edge in (grant.not_before, grant.expires, *_deadlines(grant)))
    looks = [edge for edge in edges if now < edge < NEVER]
    return min([*looks, *(now + ANCHORING for state in standing if not state.anchored)], default=0)


def _deadlines(grant: Grant) -> Iterator[int]:
    return map(int, values(grant.terms(), RETAIN))


def _sweep(kind: DerivedKind) -> bytes:
    return b"sweep/" + kind.name.encode()
