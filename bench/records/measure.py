"""Rows of `bench/run records`, in the order in which a record is processed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.records.issuing import issued
from bench.records.kubo import against_kubo
from bench.records.timing import interleaved, median_cpu
from bench.report import BenchReport, Row, StatusCallback
from mydata_ledger.anchors.blockstore import BlockPayloads, Blocks
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.commitment import disclosure, fields
from mydata_ledger.ledger.commitment.content import record_commitment
from mydata_ledger.ledger.commitment.threaded import begin_commitment
from mydata_ledger.ledger.envelope import Content

KIND = "application/octet-stream"
KEY, RECORD, SEED = b"k" * 32, b"r" * 32, b"s" * 32
SIZES = {"1 KB": 1 << 10, "1 MB": 1 << 20, "16 MB": 16 << 20, "1 GB": 1 << 30}
STREAMED = 32 << 20
"""Size in bytes from which a record is sealed and stored as a stream instead of in memory."""
MB = 1 << 20


def measure(*, quick: bool, on_status: StatusCallback) -> BenchReport:
    """Measure all rows; `quick` means fewer rounds and nothing above 16 MB."""
    rounds, rows = (5, []) if quick else (15, [])
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        for name, size in SIZES.items():
            if not quick or size <= 16 * MB:
                on_status(f"{name}: seal, commit, store")
                rows.append(_stored(name, size, Path(folder), min(rounds * 10, max(3, 300 * MB // size))))
        on_status("issue")
        rows.append(issued(Path(folder), 1_000 if quick else 10_000))
        on_status("commitments and disclosures")
        rows += _fields(rounds)
        on_status("keys")
        rows += _keys(rounds * 20)
        on_status("a thousand small payloads")
        rows.append(_batch(Path(folder), 5 if quick else 9))
        on_status("constant memory")
        rows.append(_memory((256 if quick else 5 * 1024) * MB))
        on_status("Kubo")
        kubo_rows, notes = against_kubo(Path(folder), rounds)
    return BenchReport(rows + kubo_rows, notes)


def _stored(name: str, size: int, folder: Path, rounds: int) -> Row:
    content, payloads = os.urandom(size), BlockPayloads(Blocks(folder / "blocks"))
    floors = folder / f"floor {name}"
    floors.mkdir()

    def ours() -> None:
        finish_commitment = begin_commitment(content, KIND, SEED)
        if size < STREAMED:
            payloads.put_many([envelope.seal(Content(KIND, SEED, content), KEY, RECORD)])
        else:
            pieces = (memoryview(content)[start : start + MB] for start in range(0, size, MB))
            payloads.put_stream(envelope.seal_stream(envelope.Header(KIND, SEED, size), pieces, KEY, RECORD))
        finish_commitment()

    def floor() -> None:
        step, hashed = min(size, STREAMED), sha256()
        with (floors / os.urandom(8).hex()).open("wb") as file:
            for start in range(0, size, step):
                piece = memoryview(content)[start : start + step]
                hashed.update(piece)
                file.write(AESGCM(KEY).encrypt(os.urandom(12), piece, RECORD))
            file.flush()
            os.fsync(file.fileno())

    seconds_by_task = interleaved({"ours": ours, "floor": floor}, rounds)
    shutil.rmtree(floors)
    for cid in payloads.pinned():
        payloads.remove(cid)
    payloads.collect()
    goal = 0.6 if size >= MB else None
    return _row(
        f"seal + commit + store {name}",
        seconds_by_task["ours"],
        "SHA-256 + AES-GCM + one synced file",
        ratio=seconds_by_task["floor"] / seconds_by_task["ours"],
        goal_ratio=goal,
        mb_per_s=size / MB / seconds_by_task["ours"],
    )


def _fields(rounds: int) -> list[Row]:
    resource = json.dumps({"resourceType": "Observation", "component": [_component(n) for n in range(19)]}).encode()
    document = json.dumps({f"field{n}": f"value {n}" for n in range(500)}).encode()
    five = [f"/field{n}" for n in (3, 77, 150, 320, 499)]
    shown = disclosure.disclose(document, SEED, five)
    whole = record_commitment(document, "application/json", SEED)
    size = len(fields.disclose(resource, SEED, [""]))
    return [
        _row(
            f"commit FHIR resource, {len(resource):,} B, {size} fields",
            median_cpu(lambda: record_commitment(resource, "application/fhir+json", SEED), rounds * 10),
            goal_ms=1.0,
        ),
        _row(
            "disclose 5 of 500 fields",
            median_cpu(lambda: disclosure.disclose(document, SEED, five), rounds * 5),
            goal_ms=2.0,
        ),
        _row("verify 5 of 500 fields", median_cpu(lambda: disclosure.verify(shown, whole), rounds * 10), goal_ms=1.0),
    ]


def _component(number: int) -> dict[str, object]:
    coding = [{"system": "http://loinc.org", "code": f"{number}-4", "display": "a laboratory component of a panel"}]
    return {
        "code": {"coding": coding},
        "valueQuantity": {"value": number + 0.5, "unit": "mmol/L", "system": "http://unitsofmeasure.org"},
    }


def _keys(rounds: int) -> list[Row]:
    rows = []
    for name, post_quantum in (("ML-KEM-768 + X25519", True), ("X25519", False)):
        reader = envelope.generate_reader_key(post_quantum=post_quantum)
        public, wrapped = reader.public, envelope.wrap(KEY, reader.public, RECORD)
        rows += [
            _row(f"wrap a data key, {name}", median_cpu(partial(envelope.wrap, KEY, public, RECORD), rounds)),
            _row(f"unwrap, {name}", median_cpu(partial(envelope.unwrap, wrapped, reader, RECORD), rounds)),
        ]
    return rows


def _batch(folder: Path, rounds: int) -> Row:
    payloads, files = BlockPayloads(Blocks(folder / "batch")), folder / "files"
    files.mkdir()

    def one_by_one() -> None:
        for _ in range(1_000):
            with (files / os.urandom(8).hex()).open("wb") as file:
                file.write(os.urandom(6_000))
                file.flush()
                os.fsync(file.fileno())

    seconds_by_task = interleaved(
        {"ours": lambda: payloads.put_many([os.urandom(6_000) for _ in range(1_000)]), "floor": one_by_one}, rounds
    )
    ratio = seconds_by_task["floor"] / seconds_by_task["ours"]
    return _row("put 1,000 payloads of 6 KB in one call", seconds_by_task["ours"], "1,000 synced files", ratio=ratio)


PROBE = """
import sys
from pathlib import Path
from mydata_ledger.ledger import envelope

def status(name):  # kB; of this process alone, where ru_maxrss begins with its parent's
    return int(Path("/proc/self/status").read_text().split(name + ":")[1].split()[0])

size, piece = int(sys.argv[1]), bytes(1 << 20)
header = envelope.Header("application/octet-stream", bytes(32), size)
base = status("VmRSS")
sealed = envelope.seal_stream(header, (piece for _ in range(size >> 20)), bytes(32), b"r")
_, opened = envelope.open_stream(sealed, bytes(32), b"r")
assert sum(map(len, opened)) == size
print((status("VmHWM") - base) / 1024)
"""


def _memory(size: int) -> Row:
    done = subprocess.run([sys.executable, "-c", PROBE, str(size)], capture_output=True, check=True, text=True)
    used = float(done.stdout)
    return {"name": f"seal and open a stream of {size >> 20:,} MB", "mb_over_base": used, "goal": 64, "met": used <= 64}


def _row(
    name: str,
    seconds: float,
    peer: str = "",
    *,
    ratio: float | None = None,
    goal_ratio: float | None = None,
    goal_ms: float | None = None,
    mb_per_s: float | None = None,
) -> Row:
    row: Row = {"name": name, "ms": seconds * 1_000, "per_s": 1 / seconds, "peer": peer, "ratio": ratio}
    row |= {"goal_ratio": goal_ratio, "goal_ms": goal_ms, "mb_per_s": mb_per_s}
    if goal_ratio is not None and ratio is not None:
        row["met"] = ratio >= goal_ratio
    if goal_ms is not None:
        row["met"] = seconds * 1_000 <= goal_ms
    return {key: value for key, value in row.items() if value not in {None, ""}}
