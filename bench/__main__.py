"""`bench/run NAME [--quick] [--minutes N]`: run one bench, print its rows, and write them to `bench/results/NAME.json`.

A bench is a module `bench/NAME.py` or package `bench/NAME/` with a docstring, whose first line is what the list says,
and a function `measure(*, quick: bool, say: Callable[[str], None]) -> Report`; one that can go on for as long as it is
let takes `minutes: float | None = None` beside them.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import pkgutil
import platform
import sys
import time
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

import bench
from bench.report import Report, Row

RESULTS = Path(__file__).parent / "results"
PLUMBING = {"__main__", "report"}


def names() -> list[str]:
    """Every bench there is."""
    return sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if module.name not in PLUMBING)


def headline(name: str) -> str:
    """First line of a bench's docstring, read without running it."""
    folder = Path(__file__).parent
    package = folder / name / "__init__.py"
    source = package if package.exists() else folder / f"{name}.py"
    return (ast.get_docstring(ast.parse(source.read_text())) or "").partition("\n")[0]


def table(name: str, report: Report) -> Table:
    """The rows as people read them: the columns that any row has, in the order first met."""
    columns = list(dict.fromkeys(key for row in report.rows for key in row))
    made = Table(title=f"bench {name}")
    for column in columns:
        text = column in {"name", "peer", "note"}
        made.add_column(column, justify="left" if text else "right", no_wrap=column != "note")
    for row in report.rows:
        made.add_row(*[_cell(row.get(column)) for column in columns])
    return made


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "[green]yes" if value else "[red]no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.4g}" if abs(value) < 100 else f"{value:,.0f}"
        case _:
            return str(value)


def write(name: str, report: Report, *, options: str, seconds: float) -> Path:
    """The result file: rows, the command that made them, and where."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    content: Row = {
        "bench": name,
        "command": f"bench/run {name}{options}",
        "seconds": round(seconds, 1),
        "machine": {"system": platform.system(), "machine": platform.machine(), "python": platform.python_version()},
        "rows": report.rows,
        **report.beside,
    }
    path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return path


def main() -> int:
    """Command line."""
    listing = "\n".join(f"  {name:<14} {headline(name)}" for name in names())
    parser = argparse.ArgumentParser(
        prog="bench/run",
        description="Run one bench and write bench/results/NAME.json.",
        epilog=f"benches:\n{listing}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", nargs="?", choices=names(), help="which bench; the list is below", metavar="NAME")
    parser.add_argument("--quick", action="store_true", help="fewer and smaller rounds: does it run, not how fast")
    parser.add_argument("--minutes", type=float, help="how long in all, for benches that can go on (fuzz)")
    arguments = parser.parse_args()
    if arguments.name is None:
        parser.print_help()
        return 0
    measure = importlib.import_module(f"bench.{arguments.name}").measure
    if arguments.minutes and "minutes" not in inspect.signature(measure).parameters:
        parser.error(f"{arguments.name} takes as long as it takes: it has no --minutes")
    return _run(arguments.name, quick=arguments.quick, minutes=arguments.minutes)


def _run(name: str, *, quick: bool, minutes: float | None) -> int:
    console = Console(width=None if sys.stdout.isatty() else 160)
    started = time.monotonic()
    with console.status(f"bench {name}") as status:
        given = {"minutes": minutes} if minutes else {}
        report = importlib.import_module(f"bench.{name}").measure(
            quick=quick, say=lambda text: status.update(f"bench {name}: {text}"), **given
        )
    options = (" --quick" if quick else "") + (f" --minutes {minutes:g}" if minutes else "")
    path = write(name, report, options=options, seconds=time.monotonic() - started)
    console.print(table(name, report))
    for note in report.notes:
        console.print(note, markup=False)
    console.print(f"written: {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
