"""The embedded store against a Kubo node on one disk, through one port class."""

from __future__ import annotations

import os
from pathlib import Path

from bench.records.timing import Task, interleaved
from bench.report import Row
from mydata_ledger.anchors.blockstore import BlockPayloads, Blocks
from mydata_ledger.anchors.ipfs import KuboPayloads
from mydata_ledger.ledger.ports import Payloads
from testing.kubo import BINARY, REASON, Kubo

SIZE = 1 << 20
GOAL = 3.0


def against_kubo(folder: Path, rounds: int) -> tuple[list[Row], list[str]]:
    """Rows for adding and reading 1 MB; a note instead if there is no Kubo."""
    if BINARY is None:
        return [], [f"Kubo not measured: {REASON}"]
    node = Kubo(folder / "kubo").start()
    try:
        stores: dict[str, Payloads] = {
            "ours": BlockPayloads(Blocks(folder / "mine")),
            "kubo": KuboPayloads(node.api),
        }
        added = interleaved({name: _adding(store) for name, store in stores.items()}, rounds)
        read = interleaved({name: _reading(store) for name, store in stores.items()}, rounds)
    finally:
        node.stop()
    return [_row("add 1 MB, embedded", added), _row("cat 1 MB, embedded", read)], []


def _adding(store: Payloads) -> Task:
    return lambda: store.put_many([os.urandom(SIZE)])


def _reading(store: Payloads) -> Task:
    (cid,) = store.put_many([os.urandom(SIZE)])
    return lambda: store.get(cid)


def _row(name: str, seconds: dict[str, float]) -> Row:
    ratio = seconds["kubo"] / seconds["ours"]
    peer = "Kubo 0.42 RPC, flatfs synced"
    return {
        "name": name,
        "ms": seconds["ours"] * 1_000,
        "per_s": 1 / seconds["ours"],
        "peer": peer,
        "ratio": ratio,
        "goal_ratio": GOAL,
        "met": ratio >= GOAL,
    }
