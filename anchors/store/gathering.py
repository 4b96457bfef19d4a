"""What is known about each of a group of questions, read inside the one transaction that answers them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.engine import Connection

from anchors.store import facts, rows
from anchors.store.codec import decode, key
from anchors.store.indexing import Uses
from anchors.store.prepared import Driver, Prepared, Reading
from anchors.store.schema import CONSENTS, RECORDS, STATEMENTS
from anchors.store.writer import Work
from ledger.access import AccessRequest, ConsentState, Facts
from ledger.commitment.entry import Entry
from ledger.consent import Consent
from ledger.party import ANYONE, Party
from ledger.receipt import CONSENTS as CONSENTS_LOG
from ledger.receipt import RECORDS as RECORDS_LOG
from ledger.record import Issue, Record

NO_INCIDENT = bytes(32)
ISSUED, SAID = STATEMENTS[RECORDS_LOG], STATEMENTS[CONSENTS_LOG]
RECORD = Prepared(
    select(ISSUED.c.position, ISSUED.c.kind, ISSUED.c.entry, ISSUED.c.body, RECORDS.c.superseded_by, RECORDS.c.erased)
    .join(RECORDS, RECORDS.c.position == ISSUED.c.position)
    .where(RECORDS.c.record == bindparam("record"))
)
Names = tuple[Party | None, frozenset[str], dict[str, int]]
"""A requester, the names a consent may mean them by, and the keys of those."""


@cache
def _said_to(names: int) -> Prepared:
    """The consents of a person to any of so many names."""
    grantees: list[BindParameter[int]] = [bindparam(f"grantee{n}") for n in range(names)]
    return Prepared(
        rows.entries(CONSENTS_LOG)
        .add_columns(SAID.c.position, CONSENTS.c.superseded, CONSENTS.c.revoked)
        .join(CONSENTS, CONSENTS.c.position == SAID.c.position)
        .where(
            CONSENTS.c.person == bindparam("person"), CONSENTS.c.grantee.in_(grantees), CONSENTS.c.is_consent.is_(True)
        )
    )


class UsesCount(Exception):
    """An answer depends on how often a consent was used, and so on every answer before it."""


@dataclass
class Counting:
    """How often consents were used, seen from the writing transaction: `unwritten` tells the uses that only lie on the
    desk, `settle` is done once before those that are written are read.
    """

    connection: Connection
    unwritten: Callable[[], Uses]
    settle: Work[None]
    _settled: bool = False

    def counted(self, states: list[ConsentState], record_id: bytes) -> list[ConsentState]:
        """The states with their uses."""
        if not self._settled:
            self.settle(self.connection)
            self._settled = True
        return facts.with_uses(self.connection, states, record_id, self.unwritten())


class Gathering:
    """Reads once what its questions share: heads, requesters, outdated notices. Raises SourceUnavailable.

    How often a consent was used is read only where one of its grants counts it; UsesCount is raised there without
    `counting`.
    """

    def __init__(self, reading: Reading, at: int, counting: Counting | None = None) -> None:
        self._driver, self._at, self._counting = Driver.of(reading), at, counting
        heads = facts.anchored_heads(self._driver)
        self._consents, self._records = heads[CONSENTS_LOG], heads[RECORDS_LOG]
        self._block = max(self._consents.anchored_block, self._records.anchored_block)
        self._requesters: dict[str, Names] = {}
        self._outdated: set[bytes] | None = None

    def facts(self, request: AccessRequest) -> Facts:
        """Everything the rule may consider about one question."""
        party, names, keys = self._requester(request.requester)
        record = self._record(request.record_id)
        states = self._states(record, names, keys) if record else []
        if any(grant.counts_uses for state in states for grant in state.consent.grants if grant.conditions):
            states = self._counted(states, request.record_id)
        incident = facts.incident(self._driver, request.incident) if request.incident != NO_INCIDENT else None
        return Facts(
            record=record,
            consents=tuple(states),
            requester=party,
            blocked=any(state.blocks(self._at) for state in states),
            incident=incident,
            consents_size=self._consents.anchored_size,
            records_size=self._records.anchored_size,
            block=self._block,
            followed_at=self._consents.followed_at,
        )

    def _requester(self, account: str) -> Names:
        if account not in self._requesters:
            party = facts.party(self._driver, account)
            names = frozenset({ANYONE}) | (party.grantee_names(self._at) if party else frozenset())
            keys = {f"grantee{n}": key(name) for n, name in enumerate(sorted(names))}
            self._requesters[account] = party, names, keys
        return self._requesters[account]

    def _record(self, record_id: bytes) -> Record | None:
        for row in RECORD.all(self._driver, {"record": key(record_id)}):
            issue = decode(row.kind, row.body)
            if isinstance(issue, Issue) and issue.record_id == record_id:
                anchored = row.position < self._records.anchored_size
                return Record(issue, row.position, row.entry, anchored, row.superseded_by or b"", bool(row.erased))
        return None

    def _states(self, record: Record, names: frozenset[str], keys: dict[str, int]) -> list[ConsentState]:
        person = record.issue.data_subject
        found = _said_to(len(keys)).all(self._driver, {"person": key(person), **keys})
        states = [self._state(row) for row in (found if len(found) < 2 else sorted(found, key=_position))]
        return [state for state in states if state.consent.data_subject == person and state.consent.grantee in names]

    def _state(self, row: Any) -> ConsentState:
        consent = rows.statement_of(row)
        if not isinstance(consent, Consent):
            raise TypeError("only consents have a state")
        lock = consent.lock if row.lock is None else row.lock
        state = ConsentState(
            entry=Entry(row.digest, row.signature, row.salt, lock).entry,
            position=row.position,
            consent=consent,
            anchored=row.position < self._consents.anchored_size,
            revoked=bool(row.revoked),
            superseded=bool(row.superseded),
            notice_outdated=consent.notice_hash in self._outdated_notices(),
        )
        return state if consent.signer == consent.data_subject else facts.with_a_say(self._driver, state)

    def _outdated_notices(self) -> set[bytes]:
        if self._outdated is None:
            self._outdated = facts.outdated(self._driver)
        return self._outdated

    def _counted(self, states: list[ConsentState], record_id: bytes) -> list[ConsentState]:
        if self._counting is None:
            raise UsesCount
        return self._counting.counted(states, record_id)


def _position(row: Any) -> int:
    position: int = row.position
    return position
