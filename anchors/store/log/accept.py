"""What happens inside the one transaction that accepts statements: order kept, log and tree grown, indexes written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db import changes
from mydata_ledger.anchors.store.log.indexers import INDEXERS, Followed
from mydata_ledger.anchors.store.log.tree import Tree
from mydata_ledger.anchors.store.log.versions import VersionChain, between, check_record_ids
from mydata_ledger.anchors.store.rows.statements import ADD, Fields, by_digests, rows_of
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.merkle import leaf_hash
from mydata_ledger.ledger.ports import Check, DirectorySnapshot
from mydata_ledger.ledger.receipt import CONSENTS, RECORDS, LoggedStatement, SignedStatement

Said = tuple[Sequence[SignedStatement], int]
"""Statements handed in together, and when they were accepted."""


def accept_many(connection: Connection, batches: Sequence[Said]) -> list[list[LoggedStatement]]:
    """Accept every batch or none, in order. Raises StaleConsent, InvalidStatement."""
    changes.note(connection)
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
    """Accept those consents that nothing speaks against, in order: of each where it lies, or what does."""
    known, added, fresh = VersionChain(connection), list[Followed](), dict[bytes, LoggedStatement]()
    known.look_up(pair for signed in statements if (pair := between(signed.statement)))
    size = Tree(connection, CONSENTS).row().size

    def accept(signed: SignedStatement) -> LoggedStatement | LedgerError:
        pair = between(signed.statement)
        newest = known.newest(pair) if pair else None
        if newest and newest.signed.entry.digest == signed.entry.digest:
            return newest
        try:
            check(signed, newest, published)
            logged = LoggedStatement(signed, size + len(added), accepted_at)
            found = fresh.get(signed.entry.digest) or known.again_or_follow(logged, newest)
        except LedgerError as error:
            return error
        if found is logged:
            added.append((logged, newest))
            fresh[signed.entry.digest] = logged
        return found

    outcomes = [accept(signed) for signed in statements]
    if added:
        changes.note(connection)
        write(connection, CONSENTS, added, rows_of(connection, CONSENTS, [logged for logged, _ in added]))
    return outcomes


def _accept_into(
    connection: Connection, log: str, said: Sequence[tuple[SignedStatement, int]]
) -> dict[bytes, LoggedStatement]:
    size = Tree(connection, log).row().size
    first = {each.entry.digest: (each, at) for each, at in reversed(said)}
    pairs = VersionChain(connection)
    if log == CONSENTS:
        known = pairs.by_digests(each for each, _ in first.values())
    else:
        known = by_digests(connection, log, list(first))
    fresh = list(dict.fromkeys(each.entry.digest for each, _ in said if each.entry.digest not in known))
    added = [LoggedStatement(first[digest][0], size + n, first[digest][1]) for n, digest in enumerate(fresh)]
    if added:
        followed = _in_order(connection, log, added, pairs)
        write(connection, log, followed, rows_of(connection, log, added))
    return known | {each.signed.entry.digest: each for each in added}


def write(connection: Connection, log: str, added: Sequence[Followed], rows_: Sequence[Fields]) -> None:
    """Put statements, with their rows, at the end of their log, where their positions say they lie."""
    tree = Tree(connection, log)
    ADD[log].run(connection, rows_)
    tree.grow(tree.row(), [leaf_hash(row["entry"]) for row in rows_])
    INDEXERS[log](connection, added, rows_)


def _in_order(
    connection: Connection, log: str, added: Sequence[LoggedStatement], pairs: VersionChain
) -> list[Followed]:
    """Each statement with the one it follows. Raises StaleConsent, InvalidStatement."""
    if log == CONSENTS:
        return [(logged, pairs.follow(logged)) for logged in added]
    if log == RECORDS:
        check_record_ids(connection, added)
    return [(logged, None) for logged in added]
