"""Decisions: evaluation over HTTP at a million consents, other routes, bulk questions, intake, follower, rebuild."""

from __future__ import annotations

from bench.report import BenchReport, StatusCallback


def measure(*, quick: bool, on_status: StatusCallback) -> BenchReport:
    """All rows of the bench."""
    from bench.decide import rows  # noqa: PLC0415 - the bench's own server and client are modules of this package

    return rows.measure(quick=quick, on_status=on_status)
