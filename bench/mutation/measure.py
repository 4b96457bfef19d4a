"""Build once, switch on each fault alone, and run the tests of its file; if they pass, run all tests."""

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

CONSENTS = ("ConsentRegistry.verify", "ConsentRegistry.revoke", "ConsentRegistry.signers", "ConsentRegistry.twins")
RECORDS, LOG, PARTIES = ("RecordRegistry",), ("TransparencyLog", "RFC6962"), ("PartyRegistry",)
TESTED_BY: dict[str, Sequence[str]] = {
    "libraries/RFC6962.sol": ("RFC6962", "TransparencyLog"),
    "libraries/Scope.sol": ("ConsentRegistry.verify",),
    "libraries/Signatures.sol": ("ConsentRegistry.signers",),
    "libraries/AccessStatementHash.sol": ("Digests",),
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
"""The number that switches no fault on: with it every test must pass."""


def measure(*, quick: bool, on_status: StatusCallback) -> BenchReport:
    """Plant every fault (`quick`: each tenth) and run the tests; one row for each file."""
    with tempfile.TemporaryDirectory() as folder:
        on_status("compiling every fault into one copy")
        files, faults = planted()
        chosen = faults[:: QUICK_STEP if quick else 1]
        project_folder = _built(project(Path(folder), files))
        if not all(_passes(project_folder, [(SOUND, ALL)], on_status)):
            raise RuntimeError("the tests fail with no fault switched on, so they prove nothing")
        passed = _passes(project_folder, [(fault.number, TESTED_BY[fault.file]) for fault in chosen], on_status)
        doubtful = [fault for fault, passes in zip(chosen, passed, strict=True) if passes]
        passed = _passes(project_folder, [(fault.number, ALL) for fault in doubtful], on_status)
        survivors = [fault for fault, passes in zip(doubtful, passed, strict=True) if passes]
    sentences = [f"survived: {fault.file}:{fault.line}: {fault.before} -> {fault.after}" for fault in survivors]
    return BenchReport(rows=_rows(chosen, survivors), notes=sentences, beside={"survivors": sentences})


def _built(project_folder: Path) -> Path:
    shutil.copy(Path(__file__).with_name("run.mjs"), project_folder / "run.mjs")
    cli = project_folder / "node_modules" / "hardhat" / "dist" / "src" / "cli.js"
    subprocess.run([node(), str(cli), "build"], cwd=project_folder, check=True, stdout=subprocess.DEVNULL)
    return project_folder


def _passes(project_folder: Path, jobs: Sequence[tuple[int, Sequence[str]]], on_status: StatusCallback) -> list[bool]:
    """For each job (number, tests): True if all its tests pass."""
    requests = [{"number": n, "files": [f"contracts/test/{name}.t.sol" for name in tests]} for n, tests in jobs]
    (project_folder / "jobs.json").write_bytes(orjson.dumps(requests))
    answers = project_folder / "answers.jsonl"
    answers.write_bytes(b"")
    on_status(f"{len(jobs)} runs")
    command = [node(), "run.mjs", "jobs.json", "answers.jsonl"]
    subprocess.run(command, cwd=project_folder, check=True, stdout=subprocess.DEVNULL)
    return [orjson.loads(line)["passes"] for line in answers.read_bytes().splitlines()]


def _rows(chosen: Sequence[PlantedFault], survivors: Sequence[PlantedFault]) -> list[Row]:
    rows: list[Row] = []
    for file in TESTED_BY:
        counts = [sum(fault.file == file for fault in group) for group in (chosen, survivors)]
        rows.append({"name": file, "planted": counts[0], "killed": counts[0] - counts[1], "survived": counts[1]})
    killed = len(chosen) - len(survivors)
    return [*rows, {"name": "all", "planted": len(chosen), "killed": killed, "survived": len(survivors)}]
