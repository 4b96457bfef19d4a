"""The rows of `bench/run decide`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.decide import bulk, postgres, profile, request_supply
from bench.decide.bulk import most_row, ratio_row
from bench.decide.following import following
from bench.decide.serving import Population, Result, Served, in_turns
from bench.report import BenchReport, Row, StatusCallback
from mydata_ledger.ledger.receipt import CONSENTS, RECORDS

SECONDS = 2.0
FEW = 10_000
HELLO = "plain ASGI hello, {} connections"
RATIO_GOALS = {32: 2.0, 128: 2.5}


def measure(*, quick: bool, on_status: StatusCallback) -> BenchReport:
    """Measure all rows; `quick` means 20,000 people instead of a million, and fewer and shorter rounds."""
    people, rounds, seconds = (20_000, 3, 0.5) if quick else (1_000_000, 5, SECONDS)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as temporary:
        folder = Path(temporary)
        small, large = Population(folder, FEW, on_status), Population(folder, people, on_status)
        rows += _filled(large)
        with Served(small, folder) as few, Served(large, folder) as many:
            for connections, goal in RATIO_GOALS.items():
                on_status(f"evaluation, {connections} connections")
                rows += _evaluation(many, connections, goal, rounds, seconds)
            on_status("many in a call, flat, other routes")
            rows += [_many(many, rounds, seconds), _flat(few, many, rounds, seconds)]
            rows += _routes(many, rounds, seconds)
            rows.append(_memory(many))
        on_status("questions about everybody")
        rows += bulk.accessible(large, 100)
        on_status("intake")
        rows += bulk.consent_acceptance(folder, 500 if quick else 2_000, rounds)
        on_status("follower")
        rows += following(folder, *((20_000, 2_000) if quick else (100_000, 20_000)), on_status)
        on_status("profile")
        plain = next(row for row in rows if row["name"] == HELLO.format(32))
        profile.write(small, folder, plain["floor"], plain["value"])
        rows += postgres.postgres_rows(folder, 200_000 if quick else 10_000_000, rounds, seconds, on_status)
    return BenchReport(rows, ["where an evaluation's time goes: bench/results/decide-profile.txt"])


def _filled(large: Population) -> list[Row]:
    """Rows of the rebuild: both logs as in a recovery, and each log alone."""
    seconds, people = sum(large.taken.values()), large.people
    rebuilt = most_row("rebuild of 1,000,000 statements", "s", seconds / (2 * people) * 1e6, 180.0)
    alone = {log: most_row(f"rebuild: {log}", "µs each", large.taken[log] / people * 1e6, 180.0) for log in large.taken}
    consent = most_row("a consent on disk, with tree and all indexes", "bytes", large.bytes[CONSENTS] / people, 400)
    record = most_row("a record on disk, with tree and all indexes", "bytes", large.bytes[RECORDS] / people, 1_200)
    return [
        rebuilt | {"note": f"{2 * people:,} restored in sheets and synced: order, log, tree, indexes"},
        *alone.values(),
        consent,
        record | {"goal": None},
    ]


def _evaluation(many: Served, connections: int, goal: float, rounds: int, seconds: float) -> list[Row]:
    questions, constants = request_supply.evaluations(many.people), request_supply.constants(many.people)
    hello_requests = request_supply.hello(many.people)
    results = in_turns(
        {
            "ours": lambda: _checked(many.load(questions, connections, seconds)),
            "floor": lambda: _checked(many.load(constants, connections, seconds)),
            "hello": lambda: _checked(many.load(hello_requests, connections, seconds)),
        },
        rounds,
    )
    ours, floor, hello = results["ours"], results["floor"], results["hello"]
    name = f"evaluation, {many.people:,} consents, {connections} connections"
    peer = {"peer": "typed FastAPI route, constant, same server"}
    p99 = ratio_row(f"{name}: p99", "ms", ours["p99"], floor["p99"], 1.0)
    return [
        ratio_row(name, "answers/s", ours["rate"], floor["rate"], goal) | peer,
        p99 | {"met": ours["p99"] <= floor["p99"]} | peer,
        ratio_row(f"{name}: processor time", "µs", ours["cpu"], floor["cpu"], 1 / goal)
        | {"met": ours["cpu"] * goal <= floor["cpu"], "note": "with the index of the receipts"},
        {"name": HELLO.format(connections), "value": hello["rate"], "unit": "answers/s"}
        | {"floor": floor["rate"], "ratio": hello["rate"] / floor["rate"], "note": "what server and load can carry"},
    ]


def _many(many: Served, rounds: int, seconds: float) -> Row:
    single, hundred = request_supply.evaluations(many.people), request_supply.batches(many.people)
    results = in_turns(
        {
            "hundred": lambda: _checked(many.load(hundred, 4, seconds)),
            "single": lambda: _checked(many.load(single, 32, seconds)),
        },
        rounds,
    )
    return ratio_row(
        "100 questions in a call against one",
        "decisions/s",
        100 * results["hundred"]["rate"],
        results["single"]["rate"],
        10.0,
    )


def _flat(few: Served, many: Served, rounds: int, seconds: float) -> Row:
    few_requests, many_requests = request_supply.evaluations(few.people), request_supply.evaluations(many.people)
    results = in_turns(
        {
            "few": lambda: _checked(few.load(few_requests, 32, seconds)),
            "many": lambda: _checked(many.load(many_requests, 32, seconds)),
        },
        rounds,
    )
    slower = results["few"]["rate"] / results["many"]["rate"]
    row = most_row(f"flat: {few.people:,} against {many.people:,} consents", "times slower", slower, 1.15)
    return row | {"floor": results["few"]["rate"]}


def _routes(many: Served, rounds: int, seconds: float) -> list[Row]:
    rows = []
    for name, make in request_supply.ROUTES.items():
        ours, twin = make(many.people), make(many.people, "/twin")
        tasks = {
            "ours": lambda ours=ours: many.load(ours, 32, seconds),
            "twin": lambda twin=twin: many.load(twin, 32, seconds),
        }
        results = in_turns(tasks, rounds)
        ours_, twin_, peer = results["ours"], results["twin"], {"peer": "its constant twin"}
        times = ratio_row(f"{name}: processor time", "µs", ours_["cpu"], twin_["cpu"], 1 / 0.75)
        rows += [
            ratio_row(f"{name}, against its twin", "answers/s", ours_["rate"], twin_["rate"], 0.75) | peer,
            times | {"met": times["ratio"] <= 1 / 0.75, "note": "with the index of the receipts"} | peer,
        ]
    return rows


def _memory(many: Served) -> Row:
    return most_row(f"memory of a worker at {many.people:,} consents", "MB", many.memory(), 250.0)


def _checked(result: Result) -> Result:
    assert not result["bad"], result["bad"]
    return result
