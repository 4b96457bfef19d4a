"""Accept statements in one transaction: check their order, append to log and tree, and write the indexes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db import changes
from mydata_ledger.anchors.store.log.indexers import INDEXERS, WithPredecessor
from mydata_ledger.anchors.store.log.tree import Tree
from mydata_ledger.anchors.store.log.versions import VersionChain, check_extensions, check_record_ids, pair_of
from mydata_ledger.anchors.store.rows import content_digests
from mydata_ledger.anchors.store.rows.statements import ADD, RowValues, by_digests, rows_of
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.merkle import leaf_hash
from mydata_ledger.ledger.ports import Check, DirectorySnapshot
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, RECORDS, LoggedStatement, SignedStatement

StatementBatch = tuple[Sequence[SignedStatement], int]
"""Statements submitted in one batch, and the time of acceptance in UTC seconds."""


def accept_many(connection: Connection, batches: Sequence[StatementBatch]) -> list[list[LoggedStatement]]:
    """Accept all batches or none, in order. Raises StaleConsent, InvalidStatement."""
    changes.increment(connection)
    by_log: dict[str, list[tuple[SignedStatement, int]]] = defaultdict(list)
    for statements, accepted_at in batches:
        for signed in statements:
            by_log[signed.log].append((signed, accepted_at))
    logged: dict[bytes, LoggedStatement] = {}
    for log in sorted(by_log):
        logged.update(_accept_into(connection, log, by_log[log]))
    return [[logged[signed.entry.digest] for signed in statements] for statements, _ in batches]


def accept_each(
    connection: Connection,
    statements: Sequence[SignedStatement],
    check: Check,
    published: DirectorySnapshot,
    accepted_at: int,
) -> list[LoggedStatement | LedgerError]:
    """Accept each consent by itself, in order. Returns for each the logged statement or the error that refuses it."""
    versions, added, added_by_digest = VersionChain(connection), list[WithPredecessor](), dict[bytes, LoggedStatement]()
    versions.preload(pair for signed in statements if (pair := pair_of(signed.statement)))
    size = Tree(connection, CONSENTS).head_row().size

    def accept(signed: SignedStatement) -> LoggedStatement | LedgerError:
        pair = pair_of(signed.statement)
        newest = versions.newest(pair) if pair else None
        if newest and newest.signed.entry.digest == signed.entry.digest:
            return newest
        try:
            check(signed, newest, published)
            logged = LoggedStatement(signed, size + len(added), accepted_at)
            accepted = added_by_digest.get(signed.entry.digest) or versions.find_or_follow(logged, newest)
        except LedgerError as error:
            return error
        if accepted is logged:
            added.append((logged, newest))
            added_by_digest[signed.entry.digest] = logged
        return accepted

    outcomes = [accept(signed) for signed in statements]
    if added:
        changes.increment(connection)
        write(connection, CONSENTS, added, rows_of(connection, CONSENTS, [logged for logged, _ in added]))
    return outcomes


def _accept_into(
    connection: Connection, log: str, statements: Sequence[tuple[SignedStatement, int]]
) -> dict[bytes, LoggedStatement]:
    size = Tree(connection, log).head_row().size
    first_by_digest = {signed.entry.digest: (signed, accepted_at) for signed, accepted_at in reversed(statements)}
    versions = VersionChain(connection)
    if log == CONSENTS:
        logged_before = versions.by_digests(signed for signed, _ in first_by_digest.values())
    else:
        logged_before = by_digests(connection, log, list(first_by_digest))
    new_digests = list(
        dict.fromkeys(signed.entry.digest for signed, _ in statements if signed.entry.digest not in logged_before)
    )
    added = [
        LoggedStatement(first_by_digest[digest][0], size + n, first_by_digest[digest][1])
        for n, digest in enumerate(new_digests)
    ]
    if added:
        with_predecessors = _in_order(connection, log, added, versions)
        write(connection, log, with_predecessors, rows_of(connection, log, added))
    return logged_before | {logged.signed.entry.digest: logged for logged in added}


def write(connection: Connection, log: str, added: Sequence[WithPredecessor], rows: Sequence[RowValues]) -> None:
    """Append statements and their rows to their log, at the positions that they have already."""
    tree = Tree(connection, log)
    ADD[log].run(connection, rows)
    tree.grow(tree.head_row(), [leaf_hash(row["entry"]) for row in rows])
    INDEXERS[log](connection, added, rows)


def _in_order(
    connection: Connection, log: str, added: Sequence[LoggedStatement], versions: VersionChain
) -> list[WithPredecessor]:
    """Each statement with its predecessor. Raises StaleConsent, InvalidStatement."""
    if log == CONSENTS:
        return [(logged, versions.follow(logged)) for logged in added]
    if log == RECORDS:
        check_record_ids(connection, added)
        content_digests.check_new(connection, added)
    if log == ACCESS:
        check_extensions(connection, added)
    return [(logged, None) for logged in added]
