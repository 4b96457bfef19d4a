"""Clinical profiles: building them is linear in the number of people, and matching costs little more than opening."""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from bench.decide.population import TRIAL, person
from bench.report import Row, StatusCallback
from bench.services.profile_population import DIABETES, SNOMED, ProfileLedger, filled
from mydata_ledger.formats.codes import Coding
from mydata_ledger.formats.profile.kind import CLINICAL_PROFILE
from mydata_ledger.formats.profile.matching import Criteria, Limit
from mydata_ledger.formats.units import normal
from mydata_ledger.ledger.kernel.decisions.group_opening import OpenItem
from mydata_ledger.ledger.kernel.derived.due import marked
from mydata_ledger.services.health.jobs import make_profile
from mydata_ledger.services.trials.logic.counting import figure_of

SIZES, QUICK = (1_000, 10_000, 100_000), (200, 400)
MATCHED = 10_000
"""The most people that are matched and opened for the ratio."""
PEOPLE_A_MINUTE = 2_500
"""About how many people's records are made and their profiles built in a minute."""
GROUP, PURPOSE = 500, "hl7:CLINTRCH"


def rows(place: Path, *, quick: bool, on_status: StatusCallback, most: int | None = None) -> list[Row]:
    """Building for each number of people up to `most`, then matching against opening one record a person."""
    result: list[Row] = []
    normal("%")  # the table of units takes two seconds to load, once in a process
    sizes = [people for people in (QUICK if quick else SIZES) if most is None or people <= most] or QUICK[:1]
    for people in sizes:
        with tempfile.TemporaryDirectory(dir=place) as folder:
            ledger = filled(Path(folder), people, on_status)
            on_status(f"{people:,} people: building")
            result.append(_built(ledger, people))
            if people <= MATCHED:
                on_status(f"{people:,} people: matching and opening")
                result += _matched(ledger, people)
            ledger.close()
    built = [row for row in result if row["name"] == "build"]
    growth = built[-1]["ms_person"] / built[0]["ms_person"]
    result.append({"name": "build, cost of a person: most people against fewest", "ratio": growth})
    return result


def _built(ledger: ProfileLedger, people: int) -> Row:
    ledger.world.work_items.file_many([marked(CLINICAL_PROFILE.name, person(n), None) for n in range(people)])
    seconds, cpu, worked = _timed(lambda: ledger.kernel.derived.builds.work(CLINICAL_PROFILE, make_profile, people))
    if worked != people:
        raise RuntimeError(f"{worked} of {people} profiles were built")
    return _row("build", people, seconds, cpu)


def _matched(ledger: ProfileLedger, people: int) -> list[Row]:
    """The better of three rounds of each, in turns."""
    openings, matchings = [], []
    for _ in range(3):
        openings.append(_timed(lambda: _open(ledger)))
        matchings.append(_timed(lambda: _match(ledger)))
    opening, matching = min(openings), min(matchings)
    if not opening[2] == people or not 0 < matching[2] < people:
        raise RuntimeError(f"{opening[2]} of {people} opened, {matching[2]} counted")
    found = [_row("open one record a person", people, *opening[:2]), _row("match", people, *matching[:2])]
    ratios = {"ratio": matching[0] / opening[0], "cpu_ratio": matching[1] / opening[1], "goal": 3}
    return [*found, {"name": "match against open", "people": people, **ratios, "held": ratios["ratio"] <= 3}]


def _open(ledger: ProfileLedger) -> int:
    """Decision, receipt, key and payload of one record of each person, in groups."""
    opened, evaluation = 0, ledger.kernel.decisions.evaluation
    for start in range(0, len(ledger.first_records), GROUP):
        records = ledger.world.index.records_named(ledger.first_records[start : start + GROUP])
        named = [(record.issue.record_id, record.issue.category) for record in records]
        requests = [evaluation.request(TRIAL.address, *record, PURPOSE, "compute") for record in named]
        items = [
            OpenItem(record.issue.record_id, record.issue.cid, receipt)
            for record, (decision, receipt) in zip(records, evaluation.ask_soon(requests).result(), strict=True)
            if decision.permitted
        ]
        opened += sum(hasattr(outcome, "content") for outcome in ledger.kernel.decisions.opening.outcomes(items))
    return opened


def _match(ledger: ProfileLedger) -> int:
    """How many people meet the criteria."""
    criteria = Criteria(Coding(SNOMED, DIABETES), "female", 30, 90, Limit("4548-4", ">", Decimal("5.5"), "%"))
    opened = ledger.kernel.derived.questions.compute(CLINICAL_PROFILE, TRIAL.address, PURPOSE)
    return len(figure_of(opened, criteria, 5).parts)


def _timed(work: Callable[[], int]) -> tuple[float, float, int]:
    """Wall and CPU seconds, and the result."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return time.perf_counter() - wall, time.process_time() - cpu, result


def _row(name: str, people: int, seconds: float, cpu: float) -> Row:
    per_person = {"ms_person": seconds / people * 1_000, "cpu_ms_person": cpu / people * 1_000}
    return {"name": name, "people": people, "seconds": seconds, **per_person}
