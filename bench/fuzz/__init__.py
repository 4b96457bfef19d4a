"""Fuzzing of every parser of external bytes with atheris (coverage-guided): they may raise only our own errors."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from bench.report import BenchReport, Row, StatusCallback

MINUTES, QUICK_MINUTES = 4.0, 1.0
DONE = re.compile(r"Done (\d+) runs in (\d+) second")
COVERED = re.compile(r"cov: (\d+) ft: (\d+)")
WORD = re.compile(rb"[A-Za-z0-9_.:-]{3,40}")
MAX_BYTES = 65_536


def corpora() -> Path:
    """Folder of the corpora, outside the repository; the next run continues with them."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(os.environ.get("MYDATA_CORPORA") or Path(cache) / "mydata" / "corpora")


def measure(*, quick: bool, on_status: StatusCallback, minutes: float | None = None) -> BenchReport:
    """One row for each parser; `minutes` is divided among them."""
    if find_spec("atheris") is None:
        return BenchReport(
            [], ["atheris is not installed here (Linux on x86-64, Python before 3.14): it is in the dev extra"]
        )
    targets, rows = import_module("bench.fuzz.targets"), []
    seconds_each = max(1, round(60 * (minutes or (QUICK_MINUTES if quick else MINUTES)) / len(targets.TARGETS)))
    for name in targets.TARGETS:
        on_status(name)
        rows.append(_fuzzed(name, targets.SEEDS[name], seconds_each))
    crash_notes = [f"crash in {row['name']}: {row['crash']}" for row in rows if "crash" in row]
    return BenchReport(rows, [*crash_notes, f"corpora and crashes are kept in {corpora()}"])


def _fuzzed(name: str, seeds: list[bytes], seconds: int) -> Row:
    folder, crashes = corpora() / name, corpora() / f"{name}.crashes"
    for path in (folder, crashes):
        path.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (folder / f"seed-{number}").write_bytes(seed)
    earlier = set(crashes.iterdir())
    command = [sys.executable, "-m", "bench.fuzz.run", name, str(folder), *_dictionary(name, seeds)]
    limits = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=3000", f"-max_len={MAX_BYTES}"]
    command += [*limits, f"-artifact_prefix={crashes}/"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    return _row(name, seconds, done, sorted(set(crashes.iterdir()) - earlier))


def _dictionary(name: str, seeds: list[bytes]) -> list[str]:
    """Option with a dictionary of the words in the seeds, since libFuzzer hardly guesses names of members."""
    words = sorted({word for seed in seeds for word in WORD.findall(seed)})[:300]
    path = corpora() / f"{name}.dict"
    path.write_text("".join(f'"{word.decode()}"\n' for word in words))
    return [f"-dict={path}"] if words else []


def _row(name: str, seconds: int, done: subprocess.CompletedProcess[str], crashes: list[Path]) -> Row:
    runs, covered = DONE.search(done.stderr), COVERED.findall(done.stderr)
    row: Row = {"name": name, "runs": int(runs[1]) if runs else 0, "seconds": seconds, "met": done.returncode == 0}
    if covered:
        row |= {"edges": int(covered[-1][0]), "features": int(covered[-1][1])}
    if done.returncode:
        row["crash"] = crashes[0].name if crashes else done.stderr.strip().rpartition("\n")[2][:80]
    return row
