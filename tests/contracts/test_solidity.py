"""The Solidity tests, run as Hardhat runs them, with a floor under what they cover."""

import fcntl
import os
import subprocess
from pathlib import Path

import pytest

from scripts.solc import ROOT, node

CLI = ROOT / "node_modules" / "hardhat" / "dist" / "src" / "cli.js"
LCOV = ROOT / "coverage" / "lcov.info"


@pytest.fixture(scope="module")
def run():
    if not CLI.is_file():
        pytest.fail("hardhat is missing: run `npm ci` in the project's folder")
    with (ROOT / "package.json").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # one Hardhat at a time: workers share its cache
        return subprocess.run(
            [node(), str(CLI), "test", "solidity", "--coverage"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
            env={**os.environ, "NODE_NO_WARNINGS": "1"},
        )


def test_the_solidity_tests_pass(run):
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    assert " passing" in run.stdout
    assert " failing" not in run.stdout


def test_every_line_of_the_contracts_is_run(run):
    assert run.returncode == 0, "the tests failed"
    seen, file = {}, ""
    for line in LCOV.read_text().splitlines():
        if line.startswith("SF:"):
            file = line[3:]
        elif line.startswith("DA:"):
            number, count = line[3:].split(",")[:2]
            seen.setdefault(file, {})[int(number)] = int(count)
    ours = {name: lines for name, lines in seen.items() if "/test/" not in name}
    names = {Path(name).name for name in ours}
    assert {"ConsentRegistry.sol", "RFC6962.sol", "PartyRegistry.sol"} <= names, "a check that looked at nothing"
    missed = {name: [n for n, count in lines.items() if not count] for name, lines in ours.items()}
    assert {name: lines for name, lines in missed.items() if lines} == {}
