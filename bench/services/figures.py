"""Figures: what storing them costs, and comparing a new one with those of a year."""

from __future__ import annotations

import random
import time
from base64 import b64decode, b64encode
from dataclasses import replace
from pathlib import Path

from bench.report import Row, StatusCallback
from bench.services.population import ledger
from mydata_ledger.ledger.kernel import Figure
from mydata_ledger.ledger.kernel.decisions.figure_sets import TOKEN, FigureSet
from mydata_ledger.ledger.kernel.decisions.figures import NUMBER
from mydata_ledger.ledger.kernel.work_items import FIGURE, FIGURE_SET
from mydata_ledger.ledger.terms import DAY
from mydata_ledger.ledger.work_item import WorkItem, new_id
from testing.ledger_fixture import LedgerFixture

LEAST, CHANGED = 5, 40
"""The bound, and how many people come and go in a day: the size of the group stays, so that sizes tell nothing."""
TABLE, NAME, ASKER = "table", "people", "0x00000000000000000000000000000000000000A5"


def rows(folder: Path, *, quick: bool, on_status: StatusCallback) -> list[Row]:
    """Rows for one figure about many people, with one released on each day of a year."""
    people, days = (2_000, 10) if quick else (100_000, 366)
    fixture = ledger(folder)
    group = {number.to_bytes(20, "big"): b"" for number in range(people)}
    _released(fixture, group)
    before = _bytes(folder)
    on_status(f"figures: {days - 2} days")
    _add_days(fixture, days - 2)
    on_disk = (_bytes(folder) - before) / (days - 2) / people
    fixture.clock.passes(days * DAY)
    newer = {number.to_bytes(20, "big"): b"" for number in range(CHANGED, people + CHANGED)}
    started = time.perf_counter()
    FigureSet.of(b"k" * 32, b"c" * 16, newer)
    digests, taken = time.perf_counter() - started, _released(fixture, newer)
    (newest,) = fixture.store.work_items.items(FIGURE_SET, limit=1)
    stored = len(newest.body["tokens"]) / people
    return [
        {"name": f"make the digests of {people:,} people", "ms": digests * 1_000},
        {
            "name": f"release a figure of {people:,} people after {days - 1} others of one size",
            "ms": taken * 1_000,
            "peer": "its digests",
            "ratio": taken / digests,
        },
        {"name": "stored for one person and figure", "bytes": stored, "goal": 8, "met": stored <= 8},
        {"name": "on disk for one person and figure, sealed and indexed", "bytes": on_disk},
    ]


def _add_days(fixture: LedgerFixture, days: int) -> None:
    """The figure of the first day as it would be on the next days: each day other people come and go."""
    items, chance = fixture.store.work_items, random.Random(1)
    (table,), (stored,) = items.items(FIGURE), items.items(FIGURE_SET)
    packed = b64decode(stored.body["tokens"])
    tokens = [packed[start : start + TOKEN] for start in range(0, len(packed), TOKEN)]
    for day in range(1, days + 1):
        for place in chance.sample(range(len(tokens)), CHANGED):
            tokens[place] = chance.randbytes(TOKEN)
        added = new_id(fixture.clock.now())
        text = b64encode(b"".join(sorted(tokens))).decode()
        items.file(WorkItem(FIGURE_SET, added, party=ASKER, body={"tokens": text}))
        cells = {name: cell | {"whole": f"{day:032x}"} for name, cell in table.body["cells"].items()}
        body = {"day": table.body["day"] + day, "set": added.hex(), "cells": cells}
        name = table.id[:-NUMBER] + day.to_bytes(NUMBER, "big")
        items.file(replace(table, id=name, body=body, version=0))


def _released(fixture: LedgerFixture, group: dict[bytes, bytes]) -> float:
    control = fixture.kernel.decisions.figures
    started = time.perf_counter()
    assert control.passes_disclosure_control(ASKER, TABLE, [Figure(NAME, group, LEAST)]) == [True]
    return time.perf_counter() - started


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("ledger.db*"))
