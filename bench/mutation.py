"""Small faults planted in the contracts, one at a time, and whether their Solidity tests notice.

Each mutant changes one operator, drops one check, or turns one answer over, in a copy of the project; it is killed when
a test fails or it does not compile. Survivors are listed with their line, to be answered in docs/audit.md.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.report import Report, Row, Say
from scripts.solc import ROOT, node

TESTED_BY = {
    "libraries/RFC6962.sol": ["RFC6962.t.sol"],
    "libraries/Scope.sol": ["ConsentRegistry.verify.t.sol"],
    "libraries/Signatures.sol": ["ConsentRegistry.signers.t.sol"],
    "TransparencyLog.sol": ["TransparencyLog.t.sol"],
    "AppendableLog.sol": ["TransparencyLog.t.sol"],
    "ConsentRegistry.sol": ["ConsentRegistry.verify.t.sol", "ConsentRegistry.revoke.t.sol"],
    "RecordRegistry.sol": ["RecordRegistry.t.sol"],
    "PartyRegistry.sol": ["PartyRegistry.t.sol"],
    "WalletPreparer.sol": ["ConsentRegistry.signers.t.sol"],
}
CHANGES = [
    (r" == ", " != "),
    (r" != ", " == "),
    (r" < ", " <= "),
    (r" <= ", " < "),
    (r" > ", " >= "),
    (r" >= ", " > "),
    (r" && ", " || "),
    (r" \|\| ", " && "),
    (r"\bif \(!", "if ("),
    (r"return !", "return "),
    (r"return true;", "return false;"),
    (r"return false;", "return true;"),
    (r" \+ ", " - "),
    (r" - ", " + "),
    (r"^( +)if \(.*\) revert .*;$", r"\1"),
    (r"^( +)if \(.*\) return .*;$", r"\1"),
    (r"onlyRole\(\w+\)", ""),
    (r"whenNotPaused", ""),
    (r" \? (\w+) : (\w+)", r" ? \2 : \1"),
]
QUICK_STEP = 4
SECONDS = 180
"""A mutant that runs longer loops for ever: killed."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One planted fault: `line` counts from 1."""

    file: str
    line: int
    before: str
    after: str


def mutants(file: str, text: str) -> Iterator[Mutant]:
    """Every change of every line of code."""
    for number, line in enumerate(text.splitlines(), start=1):
        code = line.split("//")[0]
        if not code.strip() or code.strip().startswith(("import", "pragma", "*", "for (")):
            continue
        for pattern, replacement in CHANGES:
            for match in re.finditer(pattern, code):
                changed = code[: match.start()] + match.expand(replacement) + code[match.end() :]
                yield Mutant(file, number, code.strip(), changed)


def measure(*, quick: bool, say: Say) -> Report:
    """Plant each fault and run the tests of its file."""
    every = [m for file in TESTED_BY for m in mutants(file, (ROOT / "contracts" / file).read_text())]
    chosen = every[:: QUICK_STEP if quick else 1]
    with tempfile.TemporaryDirectory() as folder:
        project = _copy(Path(folder))
        survivors: list[Mutant] = []
        for number, mutant in enumerate(chosen, start=1):
            say(f"{number} of {len(chosen)}, {len(survivors)} survived: {mutant.file}:{mutant.line}")
            if _survives(project, mutant):
                survivors.append(mutant)
    lived = [f"survived: {m.file}:{m.line}: {m.before} -> {m.after.strip() or '(dropped)'}" for m in survivors]
    return Report(rows=_rows(chosen, survivors), notes=lived, beside={"survivors": lived})


def _rows(chosen: list[Mutant], survivors: list[Mutant]) -> list[Row]:
    rows = []
    for file in TESTED_BY:
        planted = sum(m.file == file for m in chosen)
        lived = sum(m.file == file for m in survivors)
        rows.append({"name": file, "planted": planted, "killed": planted - lived, "survived": lived})
    killed = len(chosen) - len(survivors)
    return [*rows, {"name": "all", "planted": len(chosen), "killed": killed, "survived": len(survivors)}]


def _copy(folder: Path) -> Path:
    shutil.copytree(ROOT / "contracts", folder / "contracts")
    for name in ("package.json", "hardhat.config.js"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    return folder


def _survives(project: Path, mutant: Mutant) -> bool:
    path = project / "contracts" / mutant.file
    sound = path.read_text()
    lines = sound.splitlines()
    lines[mutant.line - 1] = mutant.after
    path.write_text("\n".join(lines) + "\n")
    try:
        return _passes(project, TESTED_BY[mutant.file])
    finally:
        path.write_text(sound)


def _passes(project: Path, tests: list[str]) -> bool:
    cli = ROOT / "node_modules" / "hardhat" / "dist" / "src" / "cli.js"
    command = [node(), str(cli), "test", "solidity", *[f"contracts/test/{name}" for name in tests]]
    environment = {**os.environ, "HARDHAT_DISABLE_TELEMETRY_PROMPT": "true"}
    ended = subprocess.Popen(
        command,
        cwd=project,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    )
    try:
        return ended.wait(SECONDS) == 0
    except subprocess.TimeoutExpired:
        os.killpg(ended.pid, signal.SIGKILL)
        ended.wait()
        return False
