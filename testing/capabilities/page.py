"""docs/services.md, made from the capabilities of the services: `python -m testing.capabilities` writes it again."""

from __future__ import annotations

from collections import Counter

from testing.capabilities.rows import NOT_YET, PARTLY, SECTIONS, WORKS, Capability

HEAD = """# Services

Made from each `capabilities.toml` in `services/` by `python -m testing.capabilities`. The rows are those of the
specification of the eight services and of collection, under their numbers there.

- `works`: the named tests show the whole capability. A test run fails if one of them is missing, skipped or expected to
  fail; a run of the whole suite also fails if one of them did not run.
- `partly`: what is missing is said; the named tests, of which the same is required, show what is there.
  A row without a test is a statement only.
- `not yet`: nothing of it is there.

"""
TABLE = "\n| no. | capability | state | tests | folder |\n|---|---|---|---|---|\n"


def page(rows: list[Capability]) -> str:
    """The text of docs/services.md."""
    count = Counter(row.state for row in rows)
    total = f"{len(rows)} capabilities: `works` {count[WORKS]}, `partly` {count[PARTLY]}, `not yet` {count[NOT_YET]}.\n"
    return HEAD + total + "".join(_section(number, title, rows) for number, title in enumerate(SECTIONS, 1))


def _section(number: int, title: str, rows: list[Capability]) -> str:
    inside = "".join(_line(row) for row in rows if row.number.startswith(f"{number}."))
    return f"\n## {number}. {title}\n{TABLE}{inside}"


def _line(row: Capability) -> str:
    state = f"{row.state}: {row.missing}" if row.missing else row.state
    tests = "<br>".join(_link(test) for test in row.tests)
    return f"| {row.number} | {row.name} | {state} | {tests} | `{row.folder}/` |\n"


def _link(test: str) -> str:
    path, _, function = test.partition("::")
    return f"[{function}](../{path})"
