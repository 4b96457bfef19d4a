"""Read the capabilities of the services from their folders, and refuse a row that says too little or too much."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SECTIONS = {
    "MyHealthData": 12,
    "Health wallet for emergencies": 10,
    "Documents and funds for small businesses": 10,
    "Marketing for small merchants": 10,
    "Matching of researchers": 10,
    "Check-ups and diet": 10,
    "Accounts and products": 10,
    "Household energy": 10,
    "Collection of data": 10,
}
"""The sections of the specification in their order, and how many capabilities each has."""
NUMBERS = [f"{section}.{row}" for section, most in enumerate(SECTIONS.values(), 1) for row in range(1, most + 1)]
FILES = "capabilities.*"
"""Not the whole name: each run of tests reads this module, so a change of a named file would reach every test."""
WORKS, PARTLY, NOT_YET = "works", "partly", "not yet"
TEST = re.compile(r"tests/[\w/]+\.py::test_\w+")
TEXT = re.compile(r"[^\s|][^|\n]*")
SENTENCE = re.compile(r"[A-Z](?!.*\. )[^|\n]*\.")


class BadRow(Exception):
    """A row cannot stand on the page; the message names its file and number."""


@dataclass(frozen=True, slots=True)
class Capability:
    """One capability of the specification.

    `number` is its section and place there. `folder` has the row. `missing` is a sentence that says what is missing,
    if the state is `partly`. `tests` are node ids of functions.
    """

    number: str
    folder: str
    name: str
    state: str
    missing: str
    tests: tuple[str, ...]


def capabilities(root: Path = ROOT) -> list[Capability]:
    """All capabilities, in the order of the specification. Raises BadRow unless they are exactly those."""
    found = [row for path in sorted((root / "services").rglob(FILES)) for row in _rows(root, path)]
    numbers = [row.number for row in found]
    for number in [*numbers, *NUMBERS]:
        if number not in NUMBERS or numbers.count(number) != 1:
            raise BadRow(f"services: capability {number} must be in one folder, and in the specification")
    return sorted(found, key=lambda row: NUMBERS.index(row.number))


def named_tests(rows: list[Capability]) -> dict[str, str]:
    """The numbers of the capabilities by each test that is named on the page."""
    tests = sorted({test for row in rows for test in row.tests})
    return {test: ", ".join(row.number for row in rows if test in row.tests) for test in tests}


def _rows(root: Path, path: Path) -> Iterator[Capability]:
    where = path.relative_to(root)
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadRow(f"{where} is not TOML: {error}") from error
    for number, table in tables.items():
        if wrong := _wrong(table):
            raise BadRow(f"{where}, capability {number}: {wrong}")
        tests = tuple(table.get("tests", ()))
        missing = table.get("missing", "")
        yield Capability(number, where.parent.as_posix(), table["name"], table["state"], missing, tests)


def _wrong(table: Any) -> str:
    """What is wrong with a row; empty if nothing is."""
    if not isinstance(table, dict) or table.keys() - {"name", "state", "missing", "tests"}:
        return "a row has name, state, missing and tests, and nothing else"
    state, tests = table.get("state"), table.get("tests", [])
    if not _is(TEXT, table.get("name")):
        return "the name must be one line"
    if state not in (WORKS, PARTLY, NOT_YET):
        return f"the state must be `{WORKS}`, `{PARTLY}` or `{NOT_YET}`"
    if ("missing" in table) != (state == PARTLY) or not _is(SENTENCE, table.get("missing", "None.")):
        return f"`missing` must be one sentence where the state is `{PARTLY}`, and is not there otherwise"
    return _wrong_tests(state, tests)


def _wrong_tests(state: str, tests: Any) -> str:
    if not isinstance(tests, list) or not all(_is(TEST, test) for test in tests) or len({*tests}) < len(tests):
        return "tests must be a list of different functions: tests/FOLDER/test_FILE.py::test_NAME"
    if (state == WORKS and not tests) or (state == NOT_YET and tests):
        return f"a row that `{WORKS}` names a test, and a row that is `{NOT_YET}` names none"
    return ""


def _is(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
