"""What must follow what: a consent the one before it, and no record an earlier one of the same id."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from anchors.store.codec import key
from anchors.store.prepared import Driver, Prepared
from anchors.store.records import issued
from anchors.store.rows import at
from anchors.store.schema import CONSENTS
from ledger.consent import Consent, Revocation
from ledger.delegation import Delegation
from ledger.errors import InvalidStatement, StaleConsent
from ledger.receipt import CONSENTS as CONSENTS_LOG
from ledger.receipt import Logged
from ledger.record import Erasure, Issue

BETWEEN = Prepared(
    select(CONSENTS.c.position)
    .where(CONSENTS.c.person == bindparam("person"), CONSENTS.c.grantee == bindparam("grantee"))
    .order_by(CONSENTS.c.position.desc())
)


def newest(driver: Driver, data_subject: bytes, grantee: str) -> Logged | None:
    """The newest Consent, Delegation or Revocation between the two."""
    keys = {"person": key(data_subject), "grantee": key(grantee)}
    for row in BETWEEN.all(driver, keys):
        logged = at(driver, CONSENTS_LOG, row.position)
        if logged and between(logged) == (data_subject, grantee):
            return logged
    return None


def between(logged: Logged) -> tuple[bytes, str] | None:
    """Data subject and grantee of a consent, delegation or revocation; None for anything else."""
    said = logged.signed.statement
    return (said.data_subject, said.grantee) if isinstance(said, Consent | Revocation | Delegation) else None


class Newest:
    """The newest statement of each pair, while a batch is being accepted."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._said: dict[tuple[bytes, str], Logged] = {}

    def follow(self, logged: Logged) -> Logged | None:
        """Take it as the newest of its pair and return the one before. Raises StaleConsent unless it follows that."""
        pair = between(logged)
        if pair is None:
            return None
        before = self._said.get(pair) or newest(Driver.of(self._connection), *pair)
        if not _follows(logged, before):
            raise StaleConsent("the statement does not follow the newest one to this grantee; ask for a new draft")
        self._said[pair] = logged
        return before


def _follows(logged: Logged, before: Logged | None) -> bool:
    said, last = logged.signed.statement, before.signed.statement if before else None
    version, entry = 0, bytes(32)
    if before and isinstance(last, Consent | Revocation | Delegation):
        version, entry = last.version, before.signed.entry.entry
    if isinstance(said, Delegation):
        return True
    if isinstance(said, Revocation):
        return isinstance(last, Consent | Delegation) and (said.version, said.consent) == (version + 1, entry)
    return isinstance(said, Consent) and (said.version, said.previous) == (version + 1, entry)


def check_record_ids(connection: Connection, added: Sequence[Logged]) -> None:
    """Raise InvalidStatement when a record is issued twice, or erased before it was issued."""
    named = [(isinstance(said, Issue), said.record_id) for each in added if (said := _of_records(each))]
    known = set(issued(connection, {record_id for _, record_id in named}))
    for is_issue, record_id in named:
        if is_issue and record_id in known:
            raise InvalidStatement("a record of that id is issued already; draft the record again")
        if not is_issue and record_id not in known:
            raise InvalidStatement("there is no record of that id to erase")
        known.add(record_id)


def _of_records(logged: Logged) -> Issue | Erasure | None:
    said = logged.signed.statement
    return said if isinstance(said, Issue | Erasure) else None
