"""What is known about each of a group of questions, read together inside the one transaction that answers them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
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
MOST = 128
"""Names in one query: the text for each number of them is compiled once."""
ISSUED, SAID = STATEMENTS[RECORDS_LOG], STATEMENTS[CONSENTS_LOG]
Names = tuple[Party | None, frozenset[str], dict[str, int]]
"""A requester, the names a consent may mean them by, and the keys of those."""
Said = dict[tuple[bytes, str], list[ConsentState]]
"""What persons said to requesters."""


@cache
def _records(count: int) -> Prepared:
    """So many records by their keys."""
    return Prepared(
        select(
            ISSUED.c.position, ISSUED.c.kind, ISSUED.c.entry, ISSUED.c.body, RECORDS.c.superseded_by, RECORDS.c.erased
        )
        .join(RECORDS, RECORDS.c.position == ISSUED.c.position)
        .where(RECORDS.c.record.in_(_parameters("key", count)))
    )


@cache
def _said_to(names: int, persons: int) -> Prepared:
    """The consents of so many persons to any of so many names."""
    return Prepared(
        rows.entries(CONSENTS_LOG)
        .add_columns(SAID.c.position, CONSENTS.c.superseded, CONSENTS.c.revoked)
        .join(CONSENTS, CONSENTS.c.position == SAID.c.position)
        .where(
            CONSENTS.c.person.in_(_parameters("key", persons)),
            CONSENTS.c.grantee.in_(_parameters("grantee", names)),
            CONSENTS.c.is_consent.is_(True),
        )
    )


def _parameters(name: str, count: int) -> list[BindParameter[int]]:
    return [bindparam(f"{name}{n}") for n in range(count)]


def _keyed(names: Iterable[bytes]) -> Iterator[dict[str, int]]:
    """The keys of names as parameters, in as many as there are texts for: powers of two, filled up with the last."""
    keys = list({key(name): None for name in names})
    for start in range(0, len(keys), MOST):
        some = keys[start : start + MOST]
        some += some[-1:] * ((1 << (len(some) - 1).bit_length()) - len(some))
        yield {f"key{n}": one for n, one in enumerate(some)}


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

    def each(self, requests: Sequence[AccessRequest]) -> Iterator[tuple[AccessRequest, Facts]]:
        """Everything the rule may consider about each question; a use is counted if it was answered before the next
        question is taken.
        """
        found = self._found({request.record_id for request in requests})
        said = self._said(requests, found)
        for request in requests:
            record = found.get(request.record_id)
            states = said.get((record.issue.data_subject, request.requester), []) if record else []
            yield request, self._facts(request, record, states)

    def _facts(self, request: AccessRequest, record: Record | None, states: list[ConsentState]) -> Facts:
        if any(grant.counts_uses for state in states for grant in state.consent.grants if grant.conditions):
            states = self._counted(states, request.record_id)
        incident = facts.incident(self._driver, request.incident) if request.incident != NO_INCIDENT else None
        return Facts(
            record=record,
            consents=tuple(states),
            requester=self._requester(request.requester)[0],
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

    def _found(self, ids: set[bytes]) -> dict[bytes, Record]:
        """Those of the records that there are, by their ids."""
        found: dict[bytes, Record] = {}
        for keys in _keyed(ids):
            for row in _records(len(keys)).all(self._driver, keys):
                issue = decode(row.kind, row.body)
                if isinstance(issue, Issue) and issue.record_id in ids:
                    anchored = row.position < self._records.anchored_size
                    superseded_by = row.superseded_by or b""
                    found[issue.record_id] = Record(
                        issue, row.position, row.entry, anchored, superseded_by, bool(row.erased)
                    )
        return found

    def _said(self, requests: Sequence[AccessRequest], found: dict[bytes, Record]) -> Said:
        """What the persons of the records said to those who ask about them."""
        asked: dict[str, set[bytes]] = defaultdict(set)
        for request in requests:
            if request.record_id in found:
                asked[request.requester].add(found[request.record_id].issue.data_subject)
        return {
            (person, requester): states
            for requester, persons in asked.items()
            for person, states in self._said_to(persons, requester).items()
        }

    def _said_to(self, persons: set[bytes], requester: str) -> dict[bytes, list[ConsentState]]:
        """What some persons said to one requester, oldest first."""
        said: dict[bytes, list[ConsentState]] = defaultdict(list)
        _, names, grantees = self._requester(requester)
        for keys in _keyed(persons):
            found = _said_to(len(grantees), len(keys)).all(self._driver, {**keys, **grantees})
            for state in map(self._state, sorted(found, key=_position)):
                if state.consent.grantee in names and state.consent.data_subject in persons:
                    said[state.consent.data_subject].append(state)
        return said

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
