"""What services stand on: batched computing, streams, verification, figures, and profiles.

One module for each subject, with `rows(folder, quick=…, on_status=…)`; a new one is added to `SUBJECTS`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.report import BenchReport, Row, StatusCallback
from bench.services import computing, figures, profiles, verifying

SUBJECTS = (computing, verifying, figures, profiles)


def measure(*, quick: bool, on_status: StatusCallback) -> BenchReport:
    """Measure all rows; `quick` means fewer records, people and days."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        for subject in SUBJECTS:
            name = subject.__name__.rpartition(".")[2]
            on_status(name)
            place = Path(folder) / name
            place.mkdir()
            rows += subject.rows(place, quick=quick, on_status=on_status)
    return BenchReport(rows)
