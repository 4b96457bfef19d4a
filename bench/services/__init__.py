"""What services stand on: batched computing, streams, verification, figures, and profiles.

One module for each subject, with `rows(folder, quick=…, on_status=…)`; a new one is added to `SUBJECTS`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import ModuleType

from bench.report import BenchReport, Row, StatusCallback
from bench.services import computing, figures, profiles, verifying

SUBJECTS = (computing, verifying, figures)


def measure(*, quick: bool, on_status: StatusCallback, minutes: float | None = None) -> BenchReport:
    """Measure all rows; `quick` means fewer records, people and days, `minutes` (about) fewer people with profiles."""
    most = round(minutes * profiles.PEOPLE_A_MINUTE) if minutes else None
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        for subject in SUBJECTS:
            rows += subject.rows(_place(folder, subject, on_status), quick=quick, on_status=on_status)
        place = _place(folder, profiles, on_status)
        rows += profiles.rows(place, quick=quick, on_status=on_status, most=most)
    return BenchReport(rows)


def _place(folder: str, subject: ModuleType, on_status: StatusCallback) -> Path:
    """A new folder for a subject."""
    name = subject.__name__.rpartition(".")[2]
    on_status(name)
    place = Path(folder) / name
    place.mkdir()
    return place
