"""Services: what the ground under them costs, over many people."""

from __future__ import annotations

from bench.report import BenchReport, StatusCallback
from bench.services import profiles

__all__ = ["measure"]


def measure(*, quick: bool, on_status: StatusCallback) -> BenchReport:
    """Measure all rows; `quick` means few people."""
    return BenchReport(profiles.rows(quick=quick, on_status=on_status))
