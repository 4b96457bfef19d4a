"""Batched computing, against the same questions in evaluation calls, and one record at a time as it was before."""

from __future__ import annotations

import resource
from collections.abc import Sequence
from pathlib import Path

from bench.records.timing import interleaved
from bench.report import Row, StatusCallback
from bench.services.population import PeopleWithRecords, populated
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.kernel import answered

PURPOSE, ACTION = "hl7:HMARKT", "compute"
AT_ONCE, GOAL = 500, 5.0


def rows(folder: Path, *, quick: bool, on_status: StatusCallback) -> list[Row]:
    """Rows for computing over many records of many people."""
    on_status("computing: a population")
    population = populated(folder, 20 if quick else 200, 10 if quick else 25)
    on_status("computing: rounds")
    questions = [(record.issue.record_id, record.issue.category) for record in population.issued]
    categories = sorted({category for _, category in questions})
    tasks = {
        "evaluations": lambda: _evaluations(population, questions),
        "computing": lambda: _computed(population, categories),
        "one by one": lambda: _one_by_one(population, questions[::10]),
    }
    seconds = interleaved(tasks, 1 if quick else 5)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _computed(population, categories)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    ratio, count = seconds["computing"] / seconds["evaluations"], population.count
    alone = 10 * seconds["one by one"]
    return [
        _row(f"ask {count:,} questions, {AT_ONCE} in one evaluation call", seconds["evaluations"], count),
        {
            **_row(f"compute over {count:,} records: search, ask, open", seconds["computing"], count),
            "peer": "the same questions in evaluation calls",
            "ratio": ratio,
            "goal_ratio": GOAL,
            "met": ratio <= GOAL,
            "mb_over_base": grown,
        },
        {
            **_row(f"ask and open one by one, as before (a tenth of {count:,}, times ten)", alone, count),
            "peer": "the same questions in evaluation calls",
            "ratio": alone / seconds["evaluations"],
        },
    ]


def _row(name: str, seconds: float, count: int) -> Row:
    return {"name": name, "ms": seconds * 1_000, "per_s": count / seconds}


def _evaluations(population: PeopleWithRecords, questions: Sequence[tuple[bytes, str]]) -> None:
    kernel, requester = population.fixture.kernel, population.fixture.merchant.address
    for start in range(0, len(questions), AT_ONCE):
        part = questions[start : start + AT_ONCE]
        requests = [kernel.decisions.evaluation.request(requester, *each, PURPOSE, ACTION) for each in part]
        answers = kernel.decisions.evaluation.ask_soon(requests).result()
        assert all(decision.permitted for decision, _ in answers)


def _computed(population: PeopleWithRecords, categories: Sequence[str]) -> None:
    requester = population.fixture.merchant.address
    opened = population.fixture.kernel.decisions.computation.records(requester, categories, PURPOSE)
    assert sum(1 for _ in opened) == population.count


def _one_by_one(population: PeopleWithRecords, questions: Sequence[tuple[bytes, str]]) -> None:
    """Some of the records, each with a question, a receipt and a wrapped key of its own."""
    fixture, world = population.fixture, population.fixture.world
    for record_id, category in questions:
        request = fixture.kernel.decisions.evaluation.request(
            fixture.merchant.address, record_id, category, PURPOSE, ACTION
        )
        answer, receipt = fixture.kernel.decisions.evaluation.answer(request, answered)
        assert answer.record
        sealed = world.sealed(answer.record.issue.cid)
        assert sealed is not None
        wrapped = world.keys.rewrap(record_id, world.computer.public, receipt)
        envelope.open_sealed(sealed, envelope.unwrap(wrapped, world.computer, record_id), record_id)
