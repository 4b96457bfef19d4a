"""Every parser of bytes from outside, fed by atheris (coverage-guided): only our own errors may come out."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from bench.report import Report, Row, Say

SECONDS, QUICK_SECONDS = 120, 10
DONE = re.compile(r"Done (\d+) runs in (\d+) second")
COVERED = re.compile(r"cov: (\d+) ft: (\d+)")


def measure(*, quick: bool, say: Say) -> Report:
    """One row a parser; two minutes each, ten seconds when quick."""
    if find_spec("atheris") is None:
        return Report([], ["atheris is not installed here: .venv/bin/pip install atheris"])
    targets, rows = import_module("bench.fuzz.targets"), []
    for name in targets.TARGETS:
        say(name)
        rows.append(_fuzzed(name, targets.SEEDS[name], QUICK_SECONDS if quick else SECONDS))
    return Report(rows, [f"crash in {row['name']}: {row['crash']}" for row in rows if "crash" in row])


def _fuzzed(name: str, seeds: list[bytes], seconds: int) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds):
            (Path(folder) / str(number)).write_bytes(seed)
        command = [sys.executable, "-m", "bench.fuzz.run", name, folder]
        limits = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=3000", "-max_len=65536"]
        limits += [f"-artifact_prefix={folder}/crash-"]
        done = subprocess.run([*command, *limits], capture_output=True, text=True, errors="replace", check=False)
        crashes = [path.read_bytes() for path in Path(folder).glob("crash-*")]
    runs, covered = DONE.search(done.stderr), COVERED.findall(done.stderr)
    row: Row = {"name": name, "runs": int(runs[1]) if runs else 0, "seconds": seconds, "met": done.returncode == 0}
    if covered:
        row |= {"edges": int(covered[-1][0]), "features": int(covered[-1][1])}
    if done.returncode:
        row["crash"] = crashes[0][:200].hex() if crashes else done.stderr[-300:]
    return row
