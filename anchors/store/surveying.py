"""The facts about many records at once, read in one snapshot and in few queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.engine import Connection

from anchors.store import facts, records
from anchors.store.codec import key
from anchors.store.facts import USED
from anchors.store.indexing import ALL_RECORDS, Uses
from anchors.store.rows import chunks
from anchors.store.schema import CONSENTS
from ledger.access import AccessRequest, ConsentState, Facts
from ledger.party import ANYONE
from ledger.receipt import RECORDS
from ledger.record import Record

SAID = facts.INDEXED.where(CONSENTS.c.is_consent)


def of_person(connection: Connection, question: AccessRequest, data_subject: bytes, at: int) -> list[Facts]:
    """Facts about each record of one person."""
    anchored = facts.anchored_heads(connection)[RECORDS].anchored_size
    return about(connection, question, records.records_of(connection, data_subject, anchored), at)


def about(connection: Connection, question: AccessRequest, found: Sequence[Record], at: int) -> list[Facts]:
    """Facts about each of the records."""
    if not found:
        return []
    known = facts.gather(connection, question, at)
    names = {ANYONE} | (known.requester.grantee_names(at) if known.requester else frozenset())
    said = _said_by({record.issue.data_subject for record in found}, connection, names, known.consents_size)
    used = _used(connection, [state for states in said.values() for state in states], found)
    blockers = {person for person, states in said.items() if any(state.blocks(at) for state in states)}

    def each(record: Record) -> Facts:
        whose = record.issue.data_subject
        consents = _counted(said[whose], used, record)
        return replace(known, record=record, consents=consents, blocked=whose in blockers)

    return [each(record) for record in found]


def _said_by(
    persons: set[bytes], connection: Connection, names: set[str], anchored: int
) -> dict[bytes, list[ConsentState]]:
    said: dict[bytes, list[ConsentState]] = defaultdict(list)
    grantees = [key(name) for name in names]
    for some in chunks(key(person) for person in persons):
        query = SAID.where(CONSENTS.c.person.in_(some), CONSENTS.c.grantee.in_(grantees))
        for state in facts.states(connection, connection.execute(query).all(), anchored):
            if state.consent.data_subject in persons and state.consent.grantee in names:
                said[state.consent.data_subject].append(state)
    return said


def _used(connection: Connection, states: Sequence[ConsentState], found: Sequence[Record]) -> Uses:
    used: Uses = Counter()
    wanted = [ALL_RECORDS, *(key(record.issue.record_id) for record in found)]
    for some in chunks(key(state.entry) for state in states):
        for these in chunks(wanted):
            where = {"consents": some, "records": these}
            used |= Counter({(row.consent, row.record): row.times for row in connection.execute(USED, where)})
    return used


def _counted(states: Sequence[ConsentState], used: Uses, record: Record) -> tuple[ConsentState, ...]:
    this = [key(record.issue.record_id)]
    return tuple(facts.counted(state, used, this) for state in states)
