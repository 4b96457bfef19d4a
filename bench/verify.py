"""Offline verification: proof documents per second and core, from the bytes of a file to the verdict.

The chain is a devnet. It is read in batches as of one block: the head, the code of each contract, each checkpoint and
each revocation mark once. The floor is one secp256k1 recovery for each document, which every verifier needs.
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
    """Rows for each kind of document."""
    count, rounds = (300, 1) if quick else (10_000, 3)
    with live_chain() as chain, tempfile.TemporaryDirectory() as folder:
        on_status(f"signing and anchoring {count:,} of each kind")
        by_kind = _documents(proofs.ProofBuilder(chain), count)
        floor = _recoveries(count)
        rows: list[Row] = [{"name": "secp256k1 recovery alone", "value": floor, "unit": "/s per core"}]
        for name, documents in by_kind.items():
            on_status(name)
            path = Path(folder) / "bundle.jsonl"
            path.write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")
            figures = _figures(path, len(documents), RegistryReader(chain.url), rounds)
            rows += _rows(name, floor, *figures)
    return BenchReport(
        rows, [f"each figure is the best of {rounds} rounds over a file of one document a line, all valid"]
    )


def _documents(builder: Any, count: int) -> dict[str, list[dict[str, Any]]]:
    consents = [builder.log(builder.consent(version=number + 1), PERSON) for number in range(CONSENTS)]
    entries = itertools.cycle(consent.signed.entry.entry for consent in consents)
    receipts = [builder.log(builder.receipt(consents=(next(entries),)), GATEWAY) for _ in range(count)]
    records = [builder.log(builder.issue(), HOLDER) for _ in range(count // 10)]
    builder.anchor()
    issued = [builder.document(record) for record in records]
    return {
        "access receipts": [builder.document(receipt) for receipt in receipts],
        "records with content": [proofs.with_content(document) for document in issued],
        "disclosures of 3 fields": [proofs.with_fields(document, "/valueQuantity", "/status") for document in issued],
        "consents": [proofs.with_notice(builder.document(consent)) for consent in consents],
    }


def _figures(path: Path, count: int, chain: RegistryReader, rounds: int) -> tuple[float, float]:
    """Documents per second of processor time, and of wall time including the chain's answers."""

    def verify() -> None:
        assert {verdict.result for verdict in verify_all(load_all(path), chain)} == {"valid"}

    cpu, wall = zip(*[_times(verify) for _ in range(rounds)], strict=True)
    return count / min(cpu), count / min(wall)


def _rows(name: str, floor: float, per_core: float, wall_rate: float) -> list[Row]:
    goal: Row = {"goal": GOAL, "met": per_core >= GOAL} if name == "access receipts" else {}
    unit = "/s per core"
    return [
        {"name": name, "value": per_core, "unit": unit, "floor": floor, "ratio": per_core / floor, **goal},
        {"name": f"{name}, with the chain's answers awaited", "value": wall_rate, "unit": "/s"},
    ]


def _times(task: Callable[[], None]) -> tuple[float, float]:
    """Seconds of processor time and of wall time."""
    cpu, wall = time.process_time(), time.perf_counter()
    task()
    return time.process_time() - cpu, time.perf_counter() - wall


def _recoveries(count: int) -> float:
    digest = bytes(range(32))
    signature = coincurve.PrivateKey(b"\1" * 32).sign_recoverable(digest, hasher=None)

    def recover() -> None:
        for _ in range(count):
            coincurve.PublicKey.from_signature_and_message(signature, digest, hasher=None)

    return count / _times(recover)[0]
