"""This checkout against another commit: cost of an evaluation, an accepted consent and a search, in one run.

Both sides run on one Python with the same installed packages, each over a database that it filled itself, and answer
the same requests. Each round measures both sides; the first side alternates.
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
from bench.decide.checkouts import Checkout, Server, other_checkout, this_checkout
from bench.decide.counters import Counter, counters
from bench.report import BenchReport, Row, StatusCallback

MAX_RATIO = 1.05
"""Largest allowed ratio of the cost of the new commit to that of the old one."""
SIGNED_AT_ONCE, WARM_UP = 100, 40
Figures = Mapping[str, Mapping[str, Sequence[float]]]
"""Cost of a call in each round, by task and side."""


def _consents(_: int) -> Iterator[str]:
    """New consents, each signed by another person."""
    while True:
        for _consent, signature, shown in bulk.signed_consents(SIGNED_AT_ONCE):
            form = {"message": shown["message"], "domain": shown["domain"], "signature": "0x" + signature.hex()}
            yield request_supply.post("/consents", form)


TASKS: Mapping[str, Callable[[int], Iterator[str]]] = {
    "evaluation": lambda people: cycle(request_supply.evaluations(people)),
    "intake, a consent accepted": _consents,
    "action search": lambda people: cycle(request_supply.actions(people)),
    "resource search, ten a page": lambda people: cycle(request_supply.pages(people)),
}
"""Endless iterator of requests for each task, by the number of people."""


@dataclass(frozen=True, slots=True)
class Size:
    """Number of people, number of rounds, and fraction of the counter's usual number of calls for one figure."""

    people: int
    rounds: int
    part: float


def compare(*, against: str, rounds: int, quick: bool, on_status: StatusCallback) -> BenchReport:
    """A row for each task and counter; quick means fewer people and a tenth of the calls."""
    size = Size(1_000, rounds, 0.1) if quick else Size(20_000, rounds, 1.0)
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as made:
        folder = Path(made)
        return measured(
            [other_checkout(against, folder / "checkout"), this_checkout()], folder, size, counters(), on_status
        )


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
    return BenchReport(rows, [_verdict(rows, by[0]), *_how(by)], beside | {"goal": MAX_RATIO, "verdict_by": by[0].name})


def _in_turns(servers: Sequence[Server], size: Size, calls: int, on_status: StatusCallback) -> Figures:
    supply = {task: map(bytes.fromhex, make(size.people)) for task, make in TASKS.items()}
    batches = [list(islice(requests, WARM_UP)) for requests in supply.values()]
    for server in servers:
        server.warm_up(batches)
    taken: dict[str, dict[str, list[float]]] = {
        task: {server.checkout.name: [] for server in servers} for task in TASKS
    }
    for turn in range(size.rounds):
        for task, endless in supply.items():
            on_status(f"round {turn + 1} of {size.rounds}: {task}")
            requests = list(islice(endless, calls))
            for server in servers if turn % 2 == 0 else reversed(servers):
                taken[task][server.checkout.name].append(server.cost(requests))
    return taken


def _row(counter: Counter, task: str, old: Sequence[float], new: Sequence[float]) -> Row:
    ratios = [new_cost / old_cost for old_cost, new_cost in zip(old, new, strict=True)]
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
        "met": ratio <= MAX_RATIO,
    }


def _spread(figures: Sequence[float]) -> float:
    """Range of the figures divided by their median."""
    return (max(figures) - min(figures)) / median(figures)


def _verdict(rows: Sequence[Row], by: Counter) -> str:
    """Verdict by the first counter only, since processor time is unreliable on a shared machine."""
    worse = [f"{row['name']} ({row['ratio']:.3f})" for row in rows if not row["met"] and row["unit"] == by.unit]
    verdict = (
        f"worse than {MAX_RATIO - 1:.0%}: {', '.join(worse)}"
        if worse
        else f"no worse than {MAX_RATIO - 1:.0%}: everything"
    )
    return f"{verdict}, by {by.name}"


def _how(by: Sequence[Counter]) -> list[str]:
    names = " and ".join(counter.name for counter in by)
    return [
        f"counted for each call: {names}; load of the machine at the end {os.getloadavg()[0]:.1f}",
        "ratio: the median of new / old of each round; spread: from the least to the most, as a part of the median",
    ]
