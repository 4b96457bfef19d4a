"""Recovery of a lost database from the chain, the payload store and the keystore (design §6, I12)."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from mydata_ledger.anchors.chain import Chain
from mydata_ledger.anchors.follower import Follower
from mydata_ledger.anchors.journal import BlobStore, JournalReader, RestoredCounts
from mydata_ledger.anchors.keystore import FileKeys
from mydata_ledger.anchors.store import Store
from mydata_ledger.ledger.errors import InvalidStatement, SourceUnavailable
from mydata_ledger.ledger.kernel.records.erase import DONE
from mydata_ledger.ledger.kernel.work_items import ERASURE
from mydata_ledger.ledger.receipt import LOGS, RECORDS
from mydata_ledger.ledger.record import Erasure
from mydata_ledger.ledger.work_item import WorkItem
from mydata_ledger.scripts.content_digests import rebuild_digests
from mydata_ledger.scripts.state_folder import StateFolder

ProgressCallback = Callable[[str, int, int], None]
PAGE = 1_000
DRAFT = ".recovering"


@dataclass(frozen=True, slots=True)
class RecoveryReport:
    """Result of a recovery; `beyond` counts, by log, the restored statements that are not yet on chain. `digests` are
    the content digests that were made anew, `unreadable` the records that did not open for it.
    """

    restored: RestoredCounts
    beyond: dict[str, int]
    erased: int
    digests: int = 0
    unreadable: int = 0


def recover(state_folder: StateFolder, on_progress: ProgressCallback) -> RecoveryReport:
    """Rebuild the database of a stopped ledger.

    A SQLite database is built in a draft file and renamed after the chain agrees with it; a stopped recovery can be run
    again.

    Args:
        state_folder: The state folder of the ledger.
        on_progress: Called with the log name, the number of statements done and their total.

    Returns:
        The counts of restored items.

    Raises:
        InvalidStatement: The database is not empty, or the keystore has no journal.
        NotFound: There is no journal.
        SourceUnavailable: The chain or a store does not answer, the journal is older than the chain, or the contracts
            are of another release.
        IntegrityFailure: A segment or a statement is missing or altered.
    """
    path = _file_of(state_folder.settings.database)
    state_folder.require_contracts()
    _check_lost(state_folder, path)
    if not BlobStore.exists_in(state_folder.keystore):
        raise InvalidStatement(
            f"{state_folder.keystore} holds no journal; put back the keystore folder of the lost ledger"
        )
    draft = f"sqlite:///{path}{DRAFT}" if path else state_folder.settings.database
    store = state_folder.store(url=draft, loading=True)
    try:
        recovered = _recover_into(store, state_folder, on_progress)
    finally:
        store.dispose()
    if path:
        _move(Path(f"{path}{DRAFT}"), path)
    return recovered


def _recover_into(store: Store, state_folder: StateFolder, on_progress: ProgressCallback) -> RecoveryReport:
    restoring = JournalReader(state_folder.blob_store(), state_folder.domains)
    restored = restoring.into(store, on_progress)
    keys = state_folder.keys(store)
    erased = _erase_again(store, keys)
    beyond = _follow(store, state_folder)
    return RecoveryReport(restored, beyond, erased, *rebuild_digests(state_folder, store, keys, on_progress))


def _follow(store: Store, state_folder: StateFolder) -> dict[str, int]:
    """Compare the logs with the chain, and take anchored heads, parties and revocations from it."""
    chain = Chain(state_folder.settings.rpc_url, state_folder.deployment)
    heads = chain.heads()
    for log in LOGS:
        on_chain, restored = heads[log].size if heads else 0, store.log.head(log).size
        if on_chain > restored:
            raise SourceUnavailable(
                f"the chain has {on_chain} statements of the {log} log and the journal {restored}; "
                "put back the newest copy of the keystore folder and run the command again"
            )
    Follower(store, chain, state_folder.clock, state_folder.settings.depth).once()
    return {log: store.log.head(log).size - store.log.last_anchored(log).head.size for log in LOGS}


def _erase_again(store: Store, keys: FileKeys) -> int:
    """Destroy the keys of all erased records again, also in a keystore from a backup (I9); return their number."""
    count, start = 0, 0
    while logged := store.rebuilding.statements(RECORDS, start, PAGE):
        statements = [(item.position, item.signed.statement) for item in logged]
        erased = [(position, erasure) for position, erasure in statements if isinstance(erasure, Erasure)]
        keys.destroy_many([erasure.record_id for _, erasure in erased])
        store.rebuilding.restore_work_items([_work_item(position, erasure) for position, erasure in erased])
        count, start = count + len(erased), start + len(logged)
    return count


def _work_item(position: int, erasure: Erasure) -> WorkItem:
    body = {"cid": erasure.cid, "at": erasure.erased_at, "position": position}
    return WorkItem(ERASURE, erasure.record_id, state=DONE, body=body, version=2)


def _file_of(database: str) -> Path | None:
    """Path of an SQLite database; None for a database server."""
    url = make_url(database)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _check_lost(state_folder: StateFolder, path: Path | None) -> None:
    if path and not path.exists():
        return
    store = state_folder.store()
    try:
        held = sum(store.log.head(log).size for log in LOGS)
    finally:
        store.dispose()
    if held:
        location = str(path) if path else "the database"
        raise InvalidStatement(f"{location} holds {held} statements; move it away first, nothing was changed")


def _move(draft: Path, path: Path) -> None:
    """Rename the draft; first delete the write-ahead files of the old database, which do not belong to the draft."""
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
