"""`python -m testing.capabilities.collected OUTPUT FILE...` writes the test functions that pytest collects, with their
marks, as JSON.
"""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from testing.capabilities.named import function_of


class Collected:
    """The marks of each function, those of its module, its class and its cases too."""

    def __init__(self) -> None:
        self.marks: dict[str, list[str]] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            marks = self.marks.setdefault(function_of(item.nodeid), [])
            marks += [mark.name for mark in item.iter_markers() if mark.name not in marks]


def main(output: Path, arguments: list[str]) -> int:
    """Write what is collected to a file; returns the exit status of pytest."""
    collected = Collected()
    with redirect_stdout(sys.stderr):
        status = pytest.main(["--collect-only", "-q", *arguments], plugins=[collected])
    output.write_text(json.dumps(collected.marks), encoding="utf-8")
    return int(status)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), sys.argv[2:]))
