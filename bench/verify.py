"""Offline verification: proof documents per second and core, from the file's bytes to the verdict.

The chain is a real devnet, asked in batches as of one block: the head once, each contract's code once, each checkpoint
and each consent's mark once. The floor is what no verifier can do without: one secp256k1 recovery for each document.
"""

from __future__ import annotations

import itertools
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import coincurve

from bench.report import BenchReport, Row, StatusCallback
from mydata_ledger.scripts.verify import RegistryReader, load_all, verify_all
from testing import proofs
from testing.devnet import live_chain
from testing.proofs import GATEWAY, HOLDER, PERSON

GOAL = 3_000
CONSENTS = 200


def measure(*, quick: bool, on_status: StatusCallback) -> BenchReport:
    """One row a kind of document."""
    count, rounds = (300, 1) if quick else (10_000, 3)
    with live_chain() as chain, tempfile.TemporaryDirectory() as folder:
        on_status(f"signing and anchoring {count:,} of each kind")
        made = _documents(proofs.ProofBuilder(chain), count)
        floor = _recoveries(count)
        rows: list[Row] = [{"name": "secp256k1 recovery alone", "value": floor, "unit": "/s per core"}]
        for name, documents in made.items():
            on_status(name)
            path = Path(folder) / "bundle.jsonl"
            path.write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")
            figures = _figures(path, len(documents), RegistryReader(chain.url), rounds)
            rows += _rows(name, floor, *figures)
    return BenchReport(
        rows, [f"each figure is the best of {rounds} rounds over a file of one document a line, all valid"]
    )


def _documents(scribe: Any, count: int) -> dict[str, list[dict[str, Any]]]:
    consents = [scribe.log(scribe.consent(version=number + 1), PERSON) for number in range(CONSENTS)]
    entries = itertools.cycle(one.signed.entry.entry for one in consents)
    receipts = [scribe.log(scribe.receipt(consents=(next(entries),)), GATEWAY) for _ in range(count)]
    records = [scribe.log(scribe.issue(), HOLDER) for _ in range(count // 10)]
    scribe.anchor()
    issued = [scribe.document(one) for one in records]
    return {
        "access receipts": [scribe.document(one) for one in receipts],
        "records with content": [proofs.with_content(one) for one in issued],
        "disclosures of 3 fields": [proofs.with_fields(one, "/valueQuantity", "/status") for one in issued],
        "consents": [proofs.with_notice(scribe.document(one)) for one in consents],
    }


def _figures(path: Path, count: int, chain: RegistryReader, rounds: int) -> tuple[float, float]:
    """Documents per second of this core's work, and with the chain's answers awaited."""

    def verify() -> None:
        assert {verdict.result for verdict in verify_all(load_all(path), chain)} == {"valid"}

    cpu, wall = zip(*[_times(verify) for _ in range(rounds)], strict=True)
    return count / min(cpu), count / min(wall)


def _rows(name: str, floor: float, per_core: float, through: float) -> list[Row]:
    goal: Row = {"goal": GOAL, "met": per_core >= GOAL} if name == "access receipts" else {}
    unit = "/s per core"
    return [
        {"name": name, "value": per_core, "unit": unit, "floor": floor, "ratio": per_core / floor, **goal},
        {"name": f"{name}, with the chain's answers awaited", "value": through, "unit": "/s"},
    ]


def _times(act: Callable[[], None]) -> tuple[float, float]:
    """Seconds of this process's own work, and of waiting and working."""
    cpu, wall = time.process_time(), time.perf_counter()
    act()
    return time.process_time() - cpu, time.perf_counter() - wall


def _recoveries(count: int) -> float:
    digest = bytes(range(32))
    signature = coincurve.PrivateKey(b"\1" * 32).sign_recoverable(digest, hasher=None)

    def recover() -> None:
        for _ in range(count):
            coincurve.PublicKey.from_signature_and_message(signature, digest, hasher=None)

    return count / _times(recover)[0]
