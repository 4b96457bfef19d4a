"""What must follow what: a consent the one before it, and no record an earlier one of the same id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from sqlalchemy import bindparam, func, select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db.prepared import Driver, ListQuery, PreparedQuery, chunks
from mydata_ledger.anchors.store.rows.codec import key
from mydata_ledger.anchors.store.rows.records import issued
from mydata_ledger.anchors.store.rows.statements import at
from mydata_ledger.anchors.store.schema import CONSENTS, STATEMENTS
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.errors import InvalidStatement, StaleConsent
from mydata_ledger.ledger.receipt import CONSENTS as CONSENTS_LOG
from mydata_ledger.ledger.receipt import LoggedStatement, SignedStatement, Statement
from mydata_ledger.ledger.record import Erasure, Issue

STALE = "the statement does not follow the newest one to this grantee; ask for a new draft"
BETWEEN_TWO = (Consent, Revocation, Delegation)
Pair = tuple[bytes, str]
"""Data subject and grantee."""
BETWEEN = PreparedQuery(
    select(CONSENTS.c.position)
    .where(CONSENTS.c.person == bindparam("person"), CONSENTS.c.grantee == bindparam("grantee"))
    .order_by(CONSENTS.c.position.desc())
)
SAID = STATEMENTS[CONSENTS_LOG]
AGAIN = PreparedQuery(
    select(SAID.c.position)
    .join(CONSENTS, CONSENTS.c.position == SAID.c.position)
    .where(
        CONSENTS.c.person == bindparam("person"),
        CONSENTS.c.grantee == bindparam("grantee"),
        SAID.c.digest == bindparam("digest"),
    )
)


def newest(driver: Driver, data_subject: bytes, grantee: str) -> LoggedStatement | None:
    """The newest Consent, Delegation or Revocation between the two."""
    for row in BETWEEN.all(driver, _keys((data_subject, grantee))):
        logged = at(driver, CONSENTS_LOG, row.position)
        if logged and between(logged.signed.statement) == (data_subject, grantee):
            return logged
    return None


def between(said: Statement) -> Pair | None:
    """Data subject and grantee of a consent, delegation or revocation; None for anything else."""
    return (said.data_subject, said.grantee) if isinstance(said, BETWEEN_TWO) else None


def _keys(pair: Pair) -> dict[str, int]:
    return {"person": key(pair[0]), "grantee": _name_key(pair[1])}


@lru_cache(maxsize=1_024)
def _name_key(name: str) -> int:
    return key(name)


ANY_BETWEEN = ListQuery(
    select(CONSENTS.c.person, func.max(CONSENTS.c.position).label("position"))
    .where(CONSENTS.c.grantee == bindparam("grantee"))
    .group_by(CONSENTS.c.person),
    person=CONSENTS.c.person,
)


class VersionChain:
    """Which of some statements the log of consents holds already, and the newest of each pair while they are being
    accepted: what a pair has said is looked up once.
    """

    def __init__(self, connection: Connection) -> None:
        self._driver = Driver.of(connection)
        self._said: dict[Pair, LoggedStatement | None] = {}

    def look_up(self, pairs: Iterable[Pair]) -> None:
        """Find what many pairs said last, grantee by grantee instead of one by one."""
        persons: dict[str, dict[int, bytes]] = defaultdict(dict)
        for data_subject, grantee in pairs:
            persons[grantee][key(data_subject)] = data_subject
        for grantee, these in persons.items():
            for some in chunks(these):
                self._look_up(grantee, {each: these[each] for each in some})

    def _look_up(self, grantee: str, persons: dict[int, bytes]) -> None:
        found = ANY_BETWEEN.all(self._driver, {"grantee": _name_key(grantee)}, person=persons)
        last = {row.person: row.position for row in found}
        for each, data_subject in persons.items():
            pair = data_subject, grantee
            logged = at(self._driver, CONSENTS_LOG, last[each]) if each in last else None
            if logged is None or between(logged.signed.statement) == pair:
                self._said[pair] = logged

    def by_digests(self, said: Iterable[SignedStatement]) -> dict[bytes, LoggedStatement]:
        """Those that are there."""
        found: dict[bytes, LoggedStatement] = {}
        for signed in said:
            if logged := self._again(signed):
                found[signed.entry.digest] = logged
        return found

    def _again(self, signed: SignedStatement) -> LoggedStatement | None:
        pair = between(signed.statement)
        newest = self.newest(pair) if pair else None
        if pair is None or newest is None or newest.signed.entry.digest == signed.entry.digest:
            return newest
        places = AGAIN.all(self._driver, _keys(pair) | {"digest": signed.entry.digest})
        return at(self._driver, CONSENTS_LOG, places[0].position) if places else None

    def newest(self, pair: Pair) -> LoggedStatement | None:
        """The newest statement of the pair, among those that were followed too."""
        if pair not in self._said:
            self._said[pair] = newest(self._driver, *pair)
        return self._said[pair]

    def take(self, logged: LoggedStatement) -> LoggedStatement | None:
        """Take a statement that was accepted once as the newest of its pair, and return the one it followed."""
        said = logged.signed.statement
        is_first = isinstance(said, Consent) and said.previous == bytes(32)
        return self._take(logged, None if is_first else self._before(said))

    def follow(self, logged: LoggedStatement) -> LoggedStatement | None:
        """The same for one that was not. Raises StaleConsent unless it follows the newest."""
        before = self._before(logged.signed.statement)
        if not _follows(logged.signed.statement, before):
            raise StaleConsent(STALE)
        return self._take(logged, before)

    def again_or_follow(self, logged: LoggedStatement, newest: LoggedStatement | None) -> LoggedStatement:
        """Where a statement lies already, or itself, taken as the newest of its pair after `newest`.

        Raises StaleConsent.
        """
        said = logged.signed.statement
        follows = _follows(said, newest)
        is_surely_new = follows and not isinstance(said, Delegation)  # it names the newest, which nothing followed yet
        if not is_surely_new and (again := self._again(logged.signed)):
            return again
        if not follows:
            raise StaleConsent(STALE)
        self._take(logged, newest)
        return logged

    def _before(self, said: Statement) -> LoggedStatement | None:
        pair = between(said)
        return self.newest(pair) if pair else None

    def _take(self, logged: LoggedStatement, before: LoggedStatement | None) -> LoggedStatement | None:
        pair = between(logged.signed.statement)
        if pair:
            self._said[pair] = logged
        return before


def _follows(said: Statement, before: LoggedStatement | None) -> bool:
    last = before.signed.statement if before else None
    version, entry = 0, bytes(32)
    if before and isinstance(last, BETWEEN_TWO):
        version, entry = last.version, before.signed.entry.entry
    if isinstance(said, Consent):
        return (said.version, said.previous) == (version + 1, entry)
    if isinstance(said, Revocation):
        return isinstance(last, Consent | Delegation) and (said.version, said.consent) == (version + 1, entry)
    return isinstance(said, Delegation)


def check_record_ids(connection: Connection, added: Sequence[LoggedStatement]) -> None:
    """Raise InvalidStatement when a record is issued twice, or erased before it was issued."""
    named = [(isinstance(said, Issue), said.record_id) for each in added if (said := _of_records(each))]
    known = set(issued(connection, {record_id for _, record_id in named}))
    for is_issue, record_id in named:
        if is_issue and record_id in known:
            raise InvalidStatement("a record of that id is issued already; draft the record again")
        if not is_issue and record_id not in known:
            raise InvalidStatement("there is no record of that id to erase")
        known.add(record_id)


def _of_records(logged: LoggedStatement) -> Issue | Erasure | None:
    said = logged.signed.statement
    return said if isinstance(said, Issue | Erasure) else None
