"""Pages on a slow phone: bytes, requests and time until they can be used, for a first and for a second visit."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.report import BenchReport, Row, StatusCallback
from bench.web.phone import Visit, visit
from mydata_ledger.scripts.stack import Stack
from testing.browser import CHROMIUM, chromium

MOST_SCRIPT, MOST_MS = 150 * 1024, 2_000
"""The goals: bytes of script as they are sent, and milliseconds until the page can be used."""
ROUNDS = 5
READY = {
    "/portal": "!!document.querySelector('#welcome button:enabled')",
    "/verify": "!!document.querySelector('input[type=file]')",
    "/": "!!document.querySelector('#contracts code')",
    "/status": "!!document.querySelector('#state') && document.querySelector('#state').className.includes('ok')",
    "/workspace": "!!document.querySelector('#sign-in:enabled')",
    "/explorer": "/accepted|접수/.test(document.querySelector('#explorer')?.innerText ?? '')",
}
"""The pages, and the expression that is true when one can be used."""
EMPTY = "/web/mark.svg"
"""The floor: the smallest file of the site, which needs one request and no script."""


def measure(*, quick: bool, on_status: StatusCallback) -> BenchReport:
    """A row for each page and visit; the floor is one small file over the same line."""
    if CHROMIUM is None:
        raise RuntimeError("Chromium is not installed")
    rounds = 1 if quick else ROUNDS
    with tempfile.TemporaryDirectory() as folder, Stack(Path(folder) / "state", on_status=on_status) as stack:
        floor = min(_visit(Path(folder), stack.url + EMPTY, "true")[0].milliseconds for _ in range(rounds))
        rows: list[Row] = [{"name": "one small file", "ms": floor}]
        for path, ready in READY.items():
            on_status(path)
            pairs = [_visit(Path(folder), stack.url + path, ready) for _ in range(rounds)]
            first, second = (min(one, key=lambda made: made.milliseconds) for one in zip(*pairs, strict=True))
            rows += [_row(path, "first visit", first, floor), _row(path, "second visit", second, floor)]
    note = "150 ms of latency, 1.6 Mbit/s, a processor four times slower than this one; the better of the rounds"
    return BenchReport(rows, [note])


def _visit(folder: Path, url: str, ready: str) -> tuple[Visit, Visit]:
    """A visit with a new browser, and another one of the same browser."""
    with tempfile.TemporaryDirectory(dir=folder) as profile, chromium(Path(profile)) as tab:
        return visit(tab, url, ready), visit(tab, url, ready)


def _row(path: str, which: str, made: Visit, floor: float) -> Row:
    held = made.milliseconds <= MOST_MS and made.script_bytes <= MOST_SCRIPT
    figures = {
        "ms": made.milliseconds,
        "requests": made.requests,
        "bytes": made.bytes,
        "script_bytes": made.script_bytes,
    }
    return {"name": f"{path}, {which}", **figures, "ratio": made.milliseconds / floor, "goal_ms": MOST_MS, "met": held}
