"""What every bench returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
StatusCallback = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class BenchReport:
    """`rows` for the table and the result file; `notes` are printed below it; `beside` goes into the file as it is."""

    rows: list[Row]
    notes: list[str] = field(default_factory=list)
    beside: Row = field(default_factory=dict)
