"""Statements that may change a person's clinical profile."""

from __future__ import annotations

from mydata_ledger.formats.profile.kind import CLINICAL_PROFILE
from mydata_ledger.ledger.kernel import Kernel
from mydata_ledger.ledger.receipt import LoggedStatement


def on_statement(kernel: Kernel, logged: LoggedStatement) -> None:
    """Mark the person whose profile a statement may change."""
    kernel.derived.builds.consider(CLINICAL_PROFILE, logged)
