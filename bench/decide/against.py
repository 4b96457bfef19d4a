"""This checkout against another commit: what an evaluation, an intake and a search take, in turns in one run.

Both sides run on one Python with the same installed packages, each over a database that it filled by itself, and answer
the same requests. Every round asks both, and who comes first alternates.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from bench.decide import bulk, request_supply
from bench.decide.checkouts import Checkout, Server, here, other
from bench.decide.counters import Counter, counters
from bench.report import BenchReport, Row, StatusCallback

MOST = 1.05
"""How many times what the old commit takes the new one may take."""
SIGNED_AT_ONCE, WARM_UP = 100, 40
Figures = Mapping[str, Mapping[str, Sequence[float]]]
"""What a call took in each round, by task and side."""


def _consents(_: int) -> Iterator[str]:
    """Consents that nobody has handed in before, each signed by another person."""
    while True:
        for _said, signature, shown in bulk.signed_consents(SIGNED_AT_ONCE):
            form = {"message": shown["message"], "domain": shown["domain"], "signature": "0x" + signature.hex()}
            yield request_supply.post("/consents", form)


TASKS: Mapping[str, Callable[[int], Iterator[str]]] = {
    "evaluation": lambda people: cycle(request_supply.evaluations(people)),
    "intake, a consent accepted": _consents,
    "action search": lambda people: cycle(request_supply.actions(people)),
    "resource search, ten a page": lambda people: cycle(request_supply.pages(people)),
}
"""An endless supply of requests for each task, by how many people there are."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many people, how many rounds, and which part of each counter's usual number of calls makes a figure."""

    people: int
    rounds: int
    part: float


def compare(*, against: str, rounds: int, quick: bool, on_status: StatusCallback) -> BenchReport:
    """A row for each task and counter; quick means fewer people and a tenth of the calls."""
    size = Size(1_000, rounds, 0.1) if quick else Size(20_000, rounds, 1.0)
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as made:
        folder = Path(made)
        return measured([other(against, folder / "checkout"), here()], folder, size, counters(), on_status)


def measured(
    sides: Sequence[Checkout], folder: Path, size: Size, by: Sequence[Counter], on_status: StatusCallback
) -> BenchReport:
    """The report over `sides`, named "old" and "new"; each fills a database in `folder`."""
    on_status("filling")
    with ThreadPoolExecutor() as at_once:
        databases = list(at_once.map(lambda side: side.fill(folder / side.name, size.people), sides))
    rows: list[Row] = []
    beside: Row = {side.name: {"commit": side.commit} for side in sides}
    for counter in by:
        on_status(f"{counter.name}: starting")
        with ExitStack() as stack:
            started = [Server(side, database, counter) for side, database in zip(sides, databases, strict=True)]
            servers = [stack.enter_context(server) for server in started]
            taken = _in_turns(servers, size, max(1, int(size.part * counter.work)), on_status)
        rows += [_row(counter, task, figures["old"], figures["new"]) for task, figures in taken.items()]
        beside |= {f"rounds by {counter.name}": taken}
        for server in servers:
            beside[server.checkout.name]["files_loaded"] = len(server.sources())
    return BenchReport(rows, [_verdict(rows, by[0]), *_how(by)], beside | {"goal": MOST, "verdict_by": by[0].name})


def _in_turns(servers: Sequence[Server], size: Size, calls: int, on_status: StatusCallback) -> Figures:
    supply = {task: map(bytes.fromhex, make(size.people)) for task, make in TASKS.items()}
    batches = [list(islice(some, WARM_UP)) for some in supply.values()]
    for server in servers:
        server.warm_up(batches)
    taken: dict[str, dict[str, list[float]]] = {task: {one.checkout.name: [] for one in servers} for task in TASKS}
    for turn in range(size.rounds):
        for task, some in supply.items():
            on_status(f"round {turn + 1} of {size.rounds}: {task}")
            requests = list(islice(some, calls))
            for server in servers if turn % 2 == 0 else reversed(servers):
                taken[task][server.checkout.name].append(server.spent(requests))
    return taken


def _row(counter: Counter, task: str, old: Sequence[float], new: Sequence[float]) -> Row:
    ratios = [mine / theirs for theirs, mine in zip(old, new, strict=True)]
    ratio = median(ratios)
    return {
        "name": task,
        "unit": counter.unit,
        "old": median(old),
        "new": median(new),
        "old_spread": _spread(old),
        "new_spread": _spread(new),
        "ratio": ratio,
        "from": min(ratios),
        "to": max(ratios),
        "met": ratio <= MOST,
    }


def _spread(figures: Sequence[float]) -> float:
    """From the least to the most, as a part of the median."""
    return (max(figures) - min(figures)) / median(figures)


def _verdict(rows: Sequence[Row], by: Counter) -> str:
    """By the first counter alone: the processor's time tells little on a machine that others use."""
    worse = [f"{row['name']} ({row['ratio']:.3f})" for row in rows if not row["met"] and row["unit"] == by.unit]
    found = f"worse than {MOST - 1:.0%}: {', '.join(worse)}" if worse else f"no worse than {MOST - 1:.0%}: everything"
    return f"{found}, by {by.name}"


def _how(by: Sequence[Counter]) -> list[str]:
    names = " and ".join(counter.name for counter in by)
    return [
        f"counted for each call: {names}; load of the machine at the end {os.getloadavg()[0]:.1f}",
        "ratio: the median of new / old of each round; spread: from the least to the most, as a part of the median",
    ]
