"""Run the Solidity tests of Hardhat with coverage, in an instrumented copy of the project."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mydata_ledger.scripts.npm import ToolMissing, node, node_modules
from mydata_ledger.scripts.solidity.branches import PLANTED, Branch, counted, missed
from mydata_ledger.scripts.solidity.syntax import project

Hits = Mapping[int, int]
SECONDS = 900


@dataclass(frozen=True, slots=True)
class Tested:
    """Result of a run: `lines` has hits by file below `contracts/` and line, `missed` the branches never taken."""

    passed: bool
    output: str
    lines: Mapping[str, Hits]
    branches: list[Branch]
    missed: list[Branch]

    def rows(self) -> list[tuple[str, int, int, int, int]]:
        """Rows of file, lines, covered lines, branches, covered branches; the last row is the total."""
        rows = [(file, *self._counts(file)) for file in sorted(self.lines)]
        lines, covered_lines, branches, covered_branches = (
            sum(column) for column in list(zip(*(row[1:] for row in rows), strict=True))
        )
        return [*rows, ("all", lines, covered_lines, branches, covered_branches)]

    def _counts(self, file: str) -> tuple[int, int, int, int]:
        hits = self.lines[file]
        branches, lost = (sum(b.file == file for b in group) for group in (self.branches, self.missed))
        return len(hits), sum(map(bool, hits.values())), branches, branches - lost


def run() -> Tested:
    """Run every Solidity test. Raises ToolMissing if Hardhat is not installed."""
    cli = node_modules() / "hardhat" / "dist" / "src" / "cli.js"
    if not cli.is_file():
        raise ToolMissing("hardhat is missing: run `npm ci` in the project's folder")
    files, branches = counted()
    with tempfile.TemporaryDirectory() as folder:
        project_folder = project(Path(folder), files)
        command = [node(), str(cli), "test", "solidity", "--coverage"]
        quiet = {**os.environ, "NODE_NO_WARNINGS": "1"}
        done = subprocess.run(
            command, cwd=project_folder, capture_output=True, text=True, check=False, timeout=SECONDS, env=quiet
        )
        report = project_folder / "coverage" / "lcov.info"
        hits = _hits(report.read_text()) if report.is_file() else {}
    planted = hits.pop(str(PLANTED), None)
    passed = done.returncode == 0 and " passing" in done.stdout and planted is not None
    lost = missed(branches, planted) if planted else branches
    return Tested(passed, done.stdout + done.stderr, hits, branches, lost)


def _hits(report: str) -> dict[str, dict[int, int]]:
    """Hits by line for each file of an lcov report, without the test files."""
    hits, file = dict[str, dict[int, int]](), ""
    for line in report.splitlines():
        if line.startswith("SF:"):
            file = line.rpartition("contracts/")[2]
        elif line.startswith("DA:") and not file.startswith("test/"):
            number, count = line[3:].split(",")[:2]
            hits.setdefault(file, {})[int(number)] = int(count)
    return hits
