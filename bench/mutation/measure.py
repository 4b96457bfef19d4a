"""Build once, switch on each fault alone, run the tests of its file, and those of all files where none noticed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import orjson

from bench.mutation.plant import PlantedFault, planted
from bench.report import BenchReport, Row, StatusCallback
from mydata_ledger.scripts.npm import node
from mydata_ledger.scripts.solidity.syntax import project

CONSENTS = ("ConsentRegistry.verify", "ConsentRegistry.revoke", "ConsentRegistry.signers")
RECORDS, LOG, PARTIES = ("RecordRegistry",), ("TransparencyLog", "RFC6962"), ("PartyRegistry",)
TESTED_BY: dict[str, Sequence[str]] = {
    "libraries/RFC6962.sol": ("RFC6962", "TransparencyLog"),
    "libraries/Scope.sol": ("ConsentRegistry.verify",),
    "libraries/Signatures.sol": ("ConsentRegistry.signers",),
    "libraries/StatementHash.sol": ("Digests",),
    "libraries/Entry.sol": CONSENTS,
    "TransparencyLog.sol": LOG,
    "AppendableLog.sol": LOG,
    "Governed.sol": LOG,
    "ConsentRegistry.sol": CONSENTS,
    "RecordRegistry.sol": RECORDS,
    "PartyRegistry.sol": PARTIES,
    "WalletPreparer.sol": ("ConsentRegistry.signers",),
    "AccessRegistry.sol": ("Digests",),
    "examples/TrialEnrolment.sol": ("TrialEnrolment",),
}
ALL: tuple[str, ...] = (*CONSENTS, *RECORDS, *LOG, *PARTIES, "Digests", "TrialEnrolment", "Invariants")
QUICK_STEP = 10
SOUND = 0
"""The number under which nothing is switched on: with it every test must pass."""


def measure(*, quick: bool, on_status: StatusCallback) -> BenchReport:
    """Plant every fault (`quick`: each tenth) and run the tests."""
    with tempfile.TemporaryDirectory() as folder:
        on_status("compiling every fault into one copy")
        files, every = planted()
        chosen = every[:: QUICK_STEP if quick else 1]
        place = _built(project(Path(folder), files))
        if not all(_passes(place, [(SOUND, ALL)], on_status)):
            raise RuntimeError("the tests fail with no fault switched on, so nothing could be told from them")
        passed = _passes(place, [(one.number, TESTED_BY[one.file]) for one in chosen], on_status)
        doubtful = [one for one, passes in zip(chosen, passed, strict=True) if passes]
        passed = _passes(place, [(one.number, ALL) for one in doubtful], on_status)
        survivors = [one for one, passes in zip(doubtful, passed, strict=True) if passes]
    told = [f"survived: {one.file}:{one.line}: {one.before} -> {one.after}" for one in survivors]
    return BenchReport(rows=_rows(chosen, survivors), notes=told, beside={"survivors": told})


def _built(place: Path) -> Path:
    shutil.copy(Path(__file__).with_name("run.mjs"), place / "run.mjs")
    cli = place / "node_modules" / "hardhat" / "dist" / "src" / "cli.js"
    subprocess.run([node(), str(cli), "build"], cwd=place, check=True, stdout=subprocess.DEVNULL)
    return place


def _passes(place: Path, jobs: Sequence[tuple[int, Sequence[str]]], on_status: StatusCallback) -> list[bool]:
    """Whether the tests pass, for each (number, tests)."""
    asked = [{"number": n, "files": [f"contracts/test/{name}.t.sol" for name in tests]} for n, tests in jobs]
    (place / "jobs.json").write_bytes(orjson.dumps(asked))
    answers = place / "answers.jsonl"
    answers.write_bytes(b"")
    on_status(f"{len(jobs)} runs")
    command = [node(), "run.mjs", "jobs.json", "answers.jsonl"]
    subprocess.run(command, cwd=place, check=True, stdout=subprocess.DEVNULL)
    return [orjson.loads(line)["passes"] for line in answers.read_bytes().splitlines()]


def _rows(chosen: Sequence[PlantedFault], survivors: Sequence[PlantedFault]) -> list[Row]:
    rows: list[Row] = []
    for file in TESTED_BY:
        kept = [sum(one.file == file for one in faults) for faults in (chosen, survivors)]
        rows.append({"name": file, "planted": kept[0], "killed": kept[0] - kept[1], "survived": kept[1]})
    killed = len(chosen) - len(survivors)
    return [*rows, {"name": "all", "planted": len(chosen), "killed": killed, "survived": len(survivors)}]
