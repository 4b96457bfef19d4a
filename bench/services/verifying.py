"""Verifying records, against reading, hashing and opening them."""

from __future__ import annotations

from pathlib import Path

from bench.records.timing import interleaved
from bench.report import Row, StatusCallback
from bench.services.population import PeopleWithRecords, populated
from mydata_ledger.ledger.access import SELF_VIEW
from mydata_ledger.ledger.kernel import RecordStatus
from mydata_ledger.ledger.kernel.decisions.group_opening import OpenItem, opened_or_raised

GOAL = 1.5


def rows(folder: Path, *, quick: bool, on_status: StatusCallback) -> list[Row]:
    """Rows for verifying all records of some people, each with a receipt."""
    on_status("verifying: people with FHIR records")
    population = populated(folder, 2 if quick else 8, 50 if quick else 500)
    on_status("verifying: rounds")
    tasks = {"floor": lambda: _opened(population), "verify": lambda: _verified(population)}
    seconds = interleaved(tasks, 1 if quick else 7)
    ratio, count = seconds["verify"] / seconds["floor"], population.count
    return [
        {
            "name": f"read, SHA-256 and open {count:,} FHIR records, with question and receipt",
            "ms": seconds["floor"] * 1_000,
            "per_s": count / seconds["floor"],
        },
        {
            "name": f"verify {count:,} FHIR records",
            "ms": seconds["verify"] * 1_000,
            "per_s": count / seconds["verify"],
            "peer": "read, SHA-256 and open",
            "ratio": ratio,
            "goal_ratio": GOAL,
            "met": ratio <= GOAL,
        },
    ]


def _opened(population: PeopleWithRecords) -> None:
    """What must be done at least: the payload store hashes each block that it reads."""
    decisions, index = population.fixture.kernel.decisions, population.fixture.store.index
    for wallet, ids in zip(population.people, population.records, strict=True):
        records = index.records_named(ids)
        requests = [
            decisions.evaluation.request(wallet.address, r.issue.record_id, r.issue.category, SELF_VIEW, "view")
            for r in records
        ]
        answers = decisions.evaluation.ask_soon(requests).result()
        items = [
            OpenItem(record.issue.record_id, record.issue.cid, receipt)
            for record, (_, receipt) in zip(records, answers, strict=True)
        ]
        assert len([len(opened_or_raised(outcome).content) for outcome in decisions.opening.outcomes(items)]) == len(
            ids
        )


def _verified(population: PeopleWithRecords) -> None:
    verification = population.fixture.kernel.decisions.verification
    for wallet, ids in zip(population.people, population.records, strict=True):
        results = verification.verify(wallet.signer, wallet.signer, ids)
        assert [status for _, status in results] == [RecordStatus.VERIFIED] * len(ids)
