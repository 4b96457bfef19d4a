"""Checks of order: a consent must follow the newest version, and a record id is issued only once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from sqlalchemy import bindparam, func, select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db.prepared import Driver, ListQuery, PreparedQuery, chunks
from mydata_ledger.anchors.store.rows.codec import KINDS, decode, key
from mydata_ledger.anchors.store.rows.records import issued
from mydata_ledger.anchors.store.rows.statements import statement_at
from mydata_ledger.anchors.store.schema import CONSENTS, RECEIPTS, STATEMENTS
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.emergency import IncidentExtension
from mydata_ledger.ledger.errors import InvalidStatement, StaleConsent
from mydata_ledger.ledger.receipt import ACCESS, LoggedStatement, SignedStatement, Statement
from mydata_ledger.ledger.receipt import CONSENTS as CONSENTS_LOG
from mydata_ledger.ledger.record import Erasure, Issue

STALE = "the statement does not follow the newest one to this grantee; ask for a new draft"
VERSIONED = (Consent, Revocation, Delegation)
Pair = tuple[bytes, str]
"""Data subject and grantee."""
POSITIONS_OF_PAIR = PreparedQuery(
    select(CONSENTS.c.position)
    .where(CONSENTS.c.person == bindparam("person"), CONSENTS.c.grantee == bindparam("grantee"))
    .order_by(CONSENTS.c.position.desc())
)
EXTENDED = "the incident was extended before; declare a new incident"
EXTENSION_KIND = KINDS.index(IncidentExtension)
EXTENSIONS_OF_PERSON = PreparedQuery(
    select(STATEMENTS[ACCESS].c.body)
    .join(RECEIPTS, RECEIPTS.c.position == STATEMENTS[ACCESS].c.position)
    .where(RECEIPTS.c.person == bindparam("person"), RECEIPTS.c.requester.is_(None))
    .where(STATEMENTS[ACCESS].c.kind == EXTENSION_KIND)
)
LOG = STATEMENTS[CONSENTS_LOG]
POSITION_BY_DIGEST = PreparedQuery(
    select(LOG.c.position)
    .join(CONSENTS, CONSENTS.c.position == LOG.c.position)
    .where(
        CONSENTS.c.person == bindparam("person"),
        CONSENTS.c.grantee == bindparam("grantee"),
        LOG.c.digest == bindparam("digest"),
    )
)


def newest(driver: Driver, data_subject: bytes, grantee: str) -> LoggedStatement | None:
    """The newest Consent, Delegation or Revocation between the two."""
    for row in POSITIONS_OF_PAIR.all(driver, _keys((data_subject, grantee))):
        logged = statement_at(driver, CONSENTS_LOG, row.position)
        if logged and pair_of(logged.signed.statement) == (data_subject, grantee):
            return logged
    return None


def pair_of(statement: Statement) -> Pair | None:
    """Data subject and grantee of a consent, delegation or revocation; None for anything else."""
    return (statement.data_subject, statement.grantee) if isinstance(statement, VERSIONED) else None


def _keys(pair: Pair) -> dict[str, int]:
    return {"person": key(pair[0]), "grantee": _name_key(pair[1])}


@lru_cache(maxsize=1_024)
def _name_key(name: str) -> int:
    return key(name)


NEWEST_POSITIONS = ListQuery(
    select(CONSENTS.c.person, func.max(CONSENTS.c.position).label("position"))
    .where(CONSENTS.c.grantee == bindparam("grantee"))
    .group_by(CONSENTS.c.person),
    person=CONSENTS.c.person,
)


class VersionChain:
    """The newest statement of each pair of data subject and grantee, while a batch is being accepted.

    Each pair is read from the database once. The chain also finds statements that are in the log already.
    """

    def __init__(self, connection: Connection) -> None:
        self._driver = Driver.of(connection)
        self._newest: dict[Pair, LoggedStatement | None] = {}

    def preload(self, pairs: Iterable[Pair]) -> None:
        """Read the newest statements of many pairs, in one query for each grantee and chunk of persons."""
        persons: dict[str, dict[int, bytes]] = defaultdict(dict)
        for data_subject, grantee in pairs:
            persons[grantee][key(data_subject)] = data_subject
        for grantee, persons_by_key in persons.items():
            for person_keys in chunks(persons_by_key):
                self._preload_grantee(grantee, {person_key: persons_by_key[person_key] for person_key in person_keys})

    def _preload_grantee(self, grantee: str, persons: dict[int, bytes]) -> None:
        rows = NEWEST_POSITIONS.all(self._driver, {"grantee": _name_key(grantee)}, person=persons)
        newest_positions = {row.person: row.position for row in rows}
        for person_key, data_subject in persons.items():
            pair = data_subject, grantee
            position = newest_positions.get(person_key)
            logged = None if position is None else statement_at(self._driver, CONSENTS_LOG, position)
            if logged is None or pair_of(logged.signed.statement) == pair:
                self._newest[pair] = logged

    def by_digests(self, statements: Iterable[SignedStatement]) -> dict[bytes, LoggedStatement]:
        """The given statements that are logged already, by digest."""
        logged_by_digest: dict[bytes, LoggedStatement] = {}
        for signed in statements:
            if logged := self._logged_before(signed):
                logged_by_digest[signed.entry.digest] = logged
        return logged_by_digest

    def _logged_before(self, signed: SignedStatement) -> LoggedStatement | None:
        pair = pair_of(signed.statement)
        newest = self.newest(pair) if pair else None
        if pair is None or newest is None or newest.signed.entry.digest == signed.entry.digest:
            return newest
        rows = POSITION_BY_DIGEST.all(self._driver, _keys(pair) | {"digest": signed.entry.digest})
        return statement_at(self._driver, CONSENTS_LOG, rows[0].position) if rows else None

    def newest(self, pair: Pair) -> LoggedStatement | None:
        """The newest statement of the pair, with those accepted since; None if there is none."""
        if pair not in self._newest:
            self._newest[pair] = newest(self._driver, *pair)
        return self._newest[pair]

    def follow_unchecked(self, logged: LoggedStatement) -> LoggedStatement | None:
        """Make a statement that was accepted before the newest of its pair, without a check; return its predecessor."""
        statement = logged.signed.statement
        is_first = isinstance(statement, Consent) and statement.previous == bytes(32)
        return self._set_newest(logged, None if is_first else self._predecessor(statement))

    def follow(self, logged: LoggedStatement) -> LoggedStatement | None:
        """Make a new statement the newest of its pair; return its predecessor.

        Raises StaleConsent if it does not follow the newest one.
        """
        predecessor = self._predecessor(logged.signed.statement)
        if not _follows(logged.signed.statement, predecessor):
            raise StaleConsent(STALE)
        return self._set_newest(logged, predecessor)

    def find_or_follow(self, logged: LoggedStatement, newest: LoggedStatement | None) -> LoggedStatement:
        """The statement as it is logged already, or the given one, which becomes the newest of its pair after `newest`.

        Raises StaleConsent if it is new and does not follow `newest`.
        """
        statement = logged.signed.statement
        does_follow = _follows(statement, newest)
        # a consent or revocation that names the newest statement is new: nothing has followed that statement yet
        is_surely_new = does_follow and not isinstance(statement, Delegation)
        if not is_surely_new and (logged_before := self._logged_before(logged.signed)):
            return logged_before
        if not does_follow:
            raise StaleConsent(STALE)
        self._set_newest(logged, newest)
        return logged

    def _predecessor(self, statement: Statement) -> LoggedStatement | None:
        pair = pair_of(statement)
        return self.newest(pair) if pair else None

    def _set_newest(self, logged: LoggedStatement, predecessor: LoggedStatement | None) -> LoggedStatement | None:
        pair = pair_of(logged.signed.statement)
        if pair:
            self._newest[pair] = logged
        return predecessor


def _follows(statement: Statement, predecessor: LoggedStatement | None) -> bool:
    last = predecessor.signed.statement if predecessor else None
    version, entry = 0, bytes(32)
    if predecessor and isinstance(last, VERSIONED):
        version, entry = last.version, predecessor.signed.entry.entry
    if isinstance(statement, Consent):
        return (statement.version, statement.previous) == (version + 1, entry)
    if isinstance(statement, Revocation):
        return isinstance(last, Consent | Delegation) and (statement.version, statement.consent) == (version + 1, entry)
    return isinstance(statement, Delegation)


def check_record_ids(connection: Connection, added: Sequence[LoggedStatement]) -> None:
    """Raise InvalidStatement if a record id is issued twice, or erased before it is issued."""
    record_ids = [
        (isinstance(statement, Issue), statement.record_id)
        for logged in added
        if (statement := _issue_or_erasure(logged))
    ]
    issued_ids = set(issued(connection, {record_id for _, record_id in record_ids}))
    for is_issue, record_id in record_ids:
        if is_issue and record_id in issued_ids:
            raise InvalidStatement("a record of that id is issued already; draft the record again")
        if not is_issue and record_id not in issued_ids:
            raise InvalidStatement("there is no record of that id to erase")
        issued_ids.add(record_id)


def check_extensions(connection: Connection, added: Sequence[LoggedStatement]) -> None:
    """Raise StaleConsent if an incident is extended a second time."""
    extended = set[bytes]()
    for logged in added:
        extension = logged.signed.statement
        if isinstance(extension, IncidentExtension):
            rows = EXTENSIONS_OF_PERSON.all(Driver.of(connection), {"person": key(extension.data_subject)})
            extended |= {getattr(decode(EXTENSION_KIND, row.body), "incident", b"") for row in rows}
            if extension.incident in extended:
                raise StaleConsent(EXTENDED)
            extended.add(extension.incident)


def _issue_or_erasure(logged: LoggedStatement) -> Issue | Erasure | None:
    statement = logged.signed.statement
    return statement if isinstance(statement, Issue | Erasure) else None
