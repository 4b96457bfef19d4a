"""Derived records are sealed under keys of their own, replaced, and destroyed.

The plan of a record is written before its key is made, and names what it replaces; so a crash leaves no key that
nobody knows of.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.commitment.content import SEED_SIZE
from mydata_ledger.ledger.derived import DerivedKind, DerivedRecord, Source
from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.kernel.derived.due import DueRecords
from mydata_ledger.ledger.kernel.derived.held import HeldRecord, HeldRecords, RecordChange, Remains
from mydata_ledger.ledger.kernel.world import World

SALT = 32
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Derivation:
    """What was computed from a person's records (signer bytes): JSON, the sources that it is made of, and the digests
    of all records that were considered and of those that were opened (32 bytes each).
    """

    data_subject: bytes
    content: bytes
    sources: tuple[Source, ...]
    considered: bytes
    opened: bytes


class DerivedRecords:
    """A derived record is gone when its key is destroyed. Building it again makes a new id and a new key."""

    def __init__(self, world: World, held: HeldRecords, due: DueRecords) -> None:
        self._world, self._held, self._due = world, held, due

    def derive(self, kind: DerivedKind, derivations: Sequence[Derivation]) -> list[DerivedRecord | None]:
        """Seal and keep what was derived, each in place of the person's earlier record of the kind.

        None where somebody else changed it meanwhile, or a source was erased. Raises InvalidStatement without sources,
        StorageFull, SourceUnavailable.
        """
        if any(not one.sources for one in derivations):
            raise InvalidStatement("a derived record has at least one source")
        before = self._held.of(kind, [one.data_subject for one in derivations])
        self._held.archive([held.record for held in before.values() if held.is_live])
        changes = [self._plan(kind, one, before.get(one.data_subject)) for one in derivations]
        written = zip(self._held.write(changes), derivations, strict=True)
        kept = self._seal([(held, one.content) for held, one in written if held])
        return [kept.get(one.data_subject) for one in derivations]

    def destroy(self, records: Sequence[HeldRecord]) -> None:
        """Destroy the keys and payloads of records; their sources stay, for receipts that name them."""
        self._shred([remains for held in records for remains in _all_remains(held)])
        self._held.archive([held.record for held in records if held.is_live])
        for held in records:
            self._held.discard(held)

    def destroy_using(self, person: bytes, record_id: bytes) -> int:
        """Destroy every derived record that a record is a source of; each is looked at again. Returns how many."""
        using = [held for held in self._held.of_person(person) if _uses(held.record, record_id)]
        for held in using:
            self._due.mark(held.record.kind, person)
        self.destroy(using)
        return len(using)

    def destroy_again(self) -> int:
        """Destroy the keys of records that are gone again: after a restart a restored backup may contain them. Returns
        how many there are.
        """
        count = 0
        for ids in self._held.gone():
            self._world.keys.destroy_many(ids)
            count += len(ids)
        return count

    def _plan(self, kind: DerivedKind, one: Derivation, before: HeldRecord | None) -> RecordChange:
        members = one.data_subject, secrets.token_bytes(SALT), tuple(sorted(one.sources)), one.considered
        record = DerivedRecord(kind.name, *members, "", self._world.clock.now(), one.opened)
        return RecordChange(record, before, _all_remains(before) if before else ())

    def _seal(self, planned: Sequence[tuple[HeldRecord, bytes]]) -> dict[bytes, DerivedRecord]:
        """Make keys and payloads; returns the records that are kept, by person."""
        if not planned:
            return {}
        self._shred([remains for held, _ in planned for remains in held.remains])
        ids = [(held.record.id, held.record.data_subject) for held, _ in planned]
        keys = self._world.keys.create_many(ids)
        sealed = [
            envelope.seal(envelope.Content(JSON, secrets.token_bytes(SEED_SIZE), content), key, record_id)
            for (_, content), key, (record_id, _) in zip(planned, keys, ids, strict=True)
        ]
        cids = self._world.payloads.put_many(sealed)
        return self._keep([held for held, _ in planned], cids)

    def _keep(self, planned: Sequence[HeldRecord], cids: Sequence[str]) -> dict[bytes, DerivedRecord]:
        """Write the records with their payloads, unless a source was erased meanwhile; an erasure that is accepted
        later finds the record.
        """
        changes = [RecordChange(replace(held.record, cid=cid), held) for held, cid in zip(planned, cids, strict=True)]
        written = list(zip(changes, self._held.write(changes), strict=True))
        lost = [change.record for change, held in written if held is None]
        self._shred([(record.id, record.cid) for record in lost])
        kept = [held for _, held in written if held]
        erased = self._erased(source.record_id for held in kept for source in held.record.sources)
        gone = [held for held in kept if any(source.record_id in erased for source in held.record.sources)]
        for record in [*lost, *(held.record for held in gone)]:
            self._due.mark(record.kind, record.data_subject)
        self.destroy(gone)
        return {held.record.data_subject: held.record for held in kept if held not in gone}

    def _erased(self, record_ids: Iterable[bytes]) -> set[bytes]:
        """Those of the records that are erased or not there."""
        wanted = list(record_ids)
        found = self._world.index.records_named(wanted)
        return set(wanted) - {record.issue.record_id for record in found if not record.erased}

    def _shred(self, remains: Sequence[Remains]) -> None:
        if remains:
            self._world.keys.destroy_many([record_id for record_id, _ in remains])
        for _, cid in remains:
            if cid:
                self._world.payloads.remove(cid)


def _all_remains(held: HeldRecord) -> tuple[Remains, ...]:
    return (held.record.id, held.record.cid), *held.remains


def _uses(record: DerivedRecord, record_id: bytes) -> bool:
    return any(source.record_id == record_id for source in record.sources)
