"""A ledger whose database is lost, rebuilt from the chain, the payload store and the keystore (design §6, I12)."""

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
from mydata_ledger.scripts.state_folder import StateFolder

ProgressCallback = Callable[[str, int, int], None]
PAGE = 1_000
DRAFT = ".recovering"


@dataclass(frozen=True, slots=True)
class RecoveryReport:
    """What came back; `beyond` counts the statements, by log, that were kept and not yet on chain."""

    restored: RestoredCounts
    beyond: dict[str, int]
    erased: int


def recover(state_folder: StateFolder, on_progress: ProgressCallback) -> RecoveryReport:
    """Rebuild the database of a ledger that does not run.

    A SQLite database is made beside its place and moved there once the chain agrees with it, so a recovery that is
    stopped is simply said again. Raises InvalidStatement for a database that is not empty, NotFound without a
    journal, SourceUnavailable or IntegrityFailure with what is out of reach, missing or altered.
    """
    place = _file_of(state_folder.settings.database)
    _check_lost(state_folder.settings.database, place)
    if not BlobStore.exists_in(state_folder.keystore):
        raise InvalidStatement(
            f"{state_folder.keystore} holds no journal; put back the keystore folder of the lost ledger"
        )
    draft = f"sqlite:///{place}{DRAFT}" if place else state_folder.settings.database
    store = Store(draft, loading=True)
    try:
        recovered = _recover_into(store, state_folder, on_progress)
    finally:
        store.dispose()
    if place:
        _move(Path(f"{place}{DRAFT}"), place)
    return recovered


def _recover_into(store: Store, state_folder: StateFolder, on_progress: ProgressCallback) -> RecoveryReport:
    restoring = JournalReader(state_folder.blob_store(), state_folder.domains)
    restored = restoring.into(store, on_progress)
    erased = _erase_again(store, state_folder.keys(store))
    beyond = _follow(store, state_folder)
    return RecoveryReport(restored, beyond, erased)


def _follow(store: Store, state_folder: StateFolder) -> dict[str, int]:
    """Hold the logs against the chain, and take from it what only it knows: anchored heads, parties, revocations."""
    chain = Chain(state_folder.settings.rpc_url, state_folder.deployment)
    heads = chain.heads()
    for log in LOGS:
        there, ours = heads[log].size if heads else 0, store.log.head(log).size
        if there > ours:
            raise SourceUnavailable(
                f"the chain has {there} statements of the {log} log and the journal {ours}; "
                "put back the newest copy of the keystore folder and say it again"
            )
    Follower(store, chain, state_folder.clock, state_folder.settings.depth).once()
    return {log: store.log.head(log).size - store.log.last_anchored(log).head.size for log in LOGS}


def _erase_again(store: Store, keys: FileKeys) -> int:
    """Whatever the log says was erased has no key, also in a keystore that came from a backup (I9)."""
    count, start = 0, 0
    while logged := store.rebuilding.statements(RECORDS, start, PAGE):
        said = [(each.position, each.signed.statement) for each in logged]
        erased = [(position, one) for position, one in said if isinstance(one, Erasure)]
        keys.destroy_many([erasure.record_id for _, erasure in erased])
        store.rebuilding.restore_work_items([_paper(position, erasure) for position, erasure in erased])
        count, start = count + len(erased), start + len(logged)
    return count


def _paper(position: int, erasure: Erasure) -> WorkItem:
    body = {"cid": erasure.cid, "at": erasure.erased_at, "position": position}
    return WorkItem(ERASURE, erasure.record_id, state=DONE, body=body, version=2)


def _file_of(database: str) -> Path | None:
    """Where an SQLite database lies; None for a server's."""
    url = make_url(database)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _check_lost(database: str, place: Path | None) -> None:
    if place and not place.exists():
        return
    store = Store(database)
    try:
        held = sum(store.log.head(log).size for log in LOGS)
    finally:
        store.dispose()
    if held:
        where = str(place) if place else "the database"
        raise InvalidStatement(f"{where} holds {held} statements; move it away first, nothing was changed")


def _move(draft: Path, place: Path) -> None:
    """The journal of the draft is empty once it is closed; what is left of the old one's must not be read with it."""
    for left in ("-wal", "-shm"):
        Path(f"{place}{left}").unlink(missing_ok=True)
    draft.replace(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
