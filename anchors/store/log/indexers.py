"""Index accepted statements, a whole batch at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db.prepared import BulkChange, Driver, ListQuery, Upsert, chunks
from mydata_ledger.anchors.store.rows import content_digests, past, records, statements
from mydata_ledger.anchors.store.rows.codec import key, keys
from mydata_ledger.anchors.store.rows.use_counts import Uses
from mydata_ledger.anchors.store.schema import CONSENTS, MARKS, RECEIPTS, USES
from mydata_ledger.ledger.access import Acknowledgement
from mydata_ledger.ledger.commitment.entry import NO_LOCK, RevocationMark, lock_of
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.equivalence import shared_window
from mydata_ledger.ledger.receipt import ACCESS, AccessReceipt, LoggedStatement
from mydata_ledger.ledger.receipt import CONSENTS as CONSENTS_LOG
from mydata_ledger.ledger.receipt import RECORDS as RECORDS_LOG

WithPredecessor = tuple[LoggedStatement, LoggedStatement | None]
"""A statement and, for consents, delegations and revocations, its predecessor."""
BY_INDEX_KEY = (
    CONSENTS.c.person == bindparam("who"),
    CONSENTS.c.grantee == bindparam("whom"),
    CONSENTS.c.position == bindparam("where"),
)
SUPERSEDE = BulkChange(CONSENTS.update().where(*BY_INDEX_KEY).values(superseded=True))
REVOKE = BulkChange(CONSENTS.update().where(*BY_INDEX_KEY).values(revoked=True))
ADD_CONSENTS, ADD_RECEIPTS = BulkChange(CONSENTS.insert()), BulkChange(RECEIPTS.insert())
MARKED_KEYS = ListQuery(select(MARKS.c.key), key=MARKS.c.key)
SAVE_SECRETS = Upsert(
    MARKS, lambda new: {"revocation": func.coalesce(MARKS.c.revocation, new.revocation)}, "revocation"
)
COUNT_USES = Upsert(
    USES,
    lambda new: {
        "times": USES.c.times + new.times,
        "latest": case((new.latest > USES.c.latest, new.latest), else_=USES.c.latest),
    },
)


def _index_consents(
    connection: Connection, added: Sequence[WithPredecessor], rows: Sequence[statements.RowValues]
) -> None:
    """Add rows by person and grantee, and mark the predecessors as superseded or revoked in the same transaction."""
    ADD_CONSENTS.run(connection, [_row(logged, row["common"]) for (logged, _), row in zip(added, rows, strict=True)])
    entries = [row["entry"] for row in rows]
    statements.ADD_ENTRIES.run(connection, statements.entry_rows([logged for logged, _ in added], entries))
    superseded = [
        index_key(b) for logged, b in added if b and isinstance(logged.signed.statement, Consent | Delegation)
    ]
    revocations = [(logged, b) for logged, b in added if b and isinstance(logged.signed.statement, Revocation)]
    SUPERSEDE.run(connection, superseded)
    REVOKE.run(connection, [index_key(before) for _, before in revocations])
    _end_marked(connection, dict(zip(entries, (logged for logged, _ in added), strict=True)))
    _open_locks(connection, [(logged, before) for logged, before in revocations if _has_secret(logged, before)])


def _row(logged: LoggedStatement, terms_id: int | None) -> dict[str, Any]:
    statement = _versioned_statement(logged)
    person, key_check = keys(statement.data_subject)
    is_consent = isinstance(statement, Consent)
    window = shared_window(statement) if isinstance(statement, Consent) else None
    opens, closes = window or (0, None)
    return {
        "person": person,
        "grantee": _name_key(statement.grantee),
        "position": logged.position,
        "is_consent": is_consent,
        "superseded": False,
        "revoked": False,
        "key_check": key_check,
        "terms_id": terms_id if window else None,
        "opens": opens,
        "closes": closes,
    }


def _versioned_statement(logged: LoggedStatement) -> Consent | Revocation | Delegation:
    statement = logged.signed.statement
    if not isinstance(statement, Consent | Revocation | Delegation):
        raise TypeError("only consents, delegations and revocations are in this index")
    return statement


def index_key(logged: LoggedStatement) -> dict[str, int]:
    """The primary key of a consent, delegation or revocation in the index."""
    statement = _versioned_statement(logged)
    return {"who": key(statement.data_subject), "whom": _name_key(statement.grantee), "where": logged.position}


def _has_secret(revocation: LoggedStatement, ended: LoggedStatement) -> bool:
    """True if the revocation has the secret of the consent's lock."""
    statement = revocation.signed.statement
    secret = statement.secret if isinstance(statement, Revocation) else NO_LOCK
    return secret != NO_LOCK and lock_of(secret) == ended.signed.entry.lock


def _end_marked(connection: Connection, added: dict[bytes, LoggedStatement]) -> None:
    """End the added statements whose lock, digest or entry was marked before."""
    driver = Driver.of(connection)
    names = [(logged, {entry, logged.signed.entry.lock, logged.signed.entry.digest}) for entry, logged in added.items()]
    mark_keys = set().union(*(each for _, each in names)) - {NO_LOCK}
    marked = {row.key for keys in chunks(mark_keys) for row in MARKED_KEYS.all(driver, {}, key=keys)}
    for logged, each in names:
        if marked & each and isinstance(logged.signed.statement, Consent | Delegation):
            end_all(connection, [statements.Revocable.of(logged)], logged.accepted_at)


def _open_locks(connection: Connection, opening: Sequence[tuple[LoggedStatement, LoggedStatement]]) -> None:
    """Save the secrets of revocations, and end the other statements of the locks that they open."""
    for revocation, ended in opening:
        lock = ended.signed.entry.lock
        SAVE_SECRETS.run(connection, [{"key": lock, "revocation": revocation.position}])
        found = statements.revocable_by_marks(Driver.of(connection), [RevocationMark(NO_LOCK, lock, 0)])
        end_all(connection, [each for each in found if each.position != ended.position], revocation.accepted_at)


def end_all(connection: Connection, found: Sequence[statements.Revocable], at_time: int) -> None:
    """Mark consents and delegations as revoked, in the order of the index, and add their ends to the history, known
    from `at_time` (UTC seconds) on. An end is never undone.
    """
    index_keys = sorted((key(each.data_subject), _name_key(each.grantee), each.position) for each in found)
    REVOKE.run(connection, [{"who": who, "whom": whom, "where": where} for who, whom, where in index_keys])
    past.record_changes(connection, at_time, past.REVEAL, [(each.entry, b"") for each in found])


def _index_records(connection: Connection, added: Sequence[WithPredecessor], _: Sequence[statements.RowValues]) -> None:
    statements_added = [logged for logged, _ in added]
    records.index(connection, statements_added)
    content_digests.index(connection, statements_added)


def _index_receipts(
    connection: Connection, added: Sequence[WithPredecessor], _: Sequence[statements.RowValues]
) -> None:
    """Index receipts and incidents by person and requester, and count the uses of the consents they rest on."""
    receipts = [logged for logged, _ in added if not isinstance(logged.signed.statement, Acknowledgement)]
    ADD_RECEIPTS.run(connection, [_receipt_row(logged) for logged in receipts])
    COUNT_USES.run(connection, Uses.of_statements(logged.signed.statement for logged, _ in added).rows())


@lru_cache(maxsize=1_024)
def _name_key(name: str) -> int:
    return key(name)


def _receipt_row(logged: LoggedStatement) -> dict[str, Any]:
    statement = logged.signed.statement
    if not isinstance(statement, AccessReceipt | Incident | IncidentExtension):
        raise TypeError("only receipts, incidents and their extensions are in this index")
    requester = _name_key(statement.requester) if isinstance(statement, AccessReceipt) else None
    return {"position": logged.position, "person": key(statement.data_subject), "requester": requester}


INDEXERS: dict[str, Callable[[Connection, Sequence[WithPredecessor], Sequence[statements.RowValues]], None]] = {
    CONSENTS_LOG: _index_consents,
    RECORDS_LOG: _index_records,
    ACCESS: _index_receipts,
}
