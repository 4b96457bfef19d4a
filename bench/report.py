"""Report type of every bench."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
StatusCallback = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class BenchReport:
    """`rows` are for the table and the result file, `notes` are printed below it, `beside` goes only into the file."""

    rows: list[Row]
    notes: list[str] = field(default_factory=list)
    beside: Row = field(default_factory=dict)
