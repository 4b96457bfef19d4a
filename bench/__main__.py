"""`bench/run NAME [--quick] [--minutes N] [--against COMMIT [--rounds N]]`: run one bench, print its rows, and write
them to `bench/results/NAME.json`.

A bench is a module `bench/NAME.py` or a package `bench/NAME/`. The first line of its docstring is its line in the list.
It has a function `measure(*, quick: bool, on_status: Callable[[str], None]) -> BenchReport`, with another parameter
`minutes: float | None = None` if its duration can be chosen. A bench that can compare this checkout with another commit
has a module `against` with `compare(*, against: str, rounds: int, quick: bool, on_status: …) -> BenchReport`; its
result file is `bench/results/NAME-against.json`.
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
from collections.abc import Callable
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

import bench
from bench.report import BenchReport, Row

RESULTS = Path(__file__).parent / "results"
NOT_BENCHES = {"__main__", "report"}
Measure = Callable[..., BenchReport]
ROUNDS = 5


def names() -> list[str]:
    """Names of all benches."""
    return sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if module.name not in NOT_BENCHES)


def headline(name: str) -> str:
    """First line of the docstring of a bench, read without importing it."""
    folder = Path(__file__).parent
    package = folder / name / "__init__.py"
    source = package if package.exists() else folder / f"{name}.py"
    return (ast.get_docstring(ast.parse(source.read_text())) or "").partition("\n")[0]


def table(name: str, report: BenchReport) -> Table:
    """The rows as a table with every column of any row, in order of first occurrence."""
    columns = list(dict.fromkeys(key for row in report.rows for key in row))
    result = Table(title=f"bench {name}")
    for column in columns:
        text = column in {"name", "peer", "note"}
        result.add_column(column, justify="left" if text else "right", no_wrap=column != "note")
    for row in report.rows:
        result.add_row(*[_cell(row.get(column)) for column in columns])
    return result


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


def write(name: str, report: BenchReport, *, command: str, seconds: float) -> Path:
    """Write the result file: rows, command, duration and machine; return its path."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    content: Row = {
        "bench": name,
        "command": command,
        "seconds": round(seconds, 1),
        "machine": {"system": platform.system(), "machine": platform.machine(), "python": platform.python_version()},
        "rows": report.rows,
        **report.beside,
    }
    path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return path


def main() -> int:
    """Command line."""
    parser = _parser()
    arguments = parser.parse_args()
    if arguments.name is None:
        parser.print_help()
        return 0
    given = {name: value for name in ("minutes", "against", "rounds") if (value := getattr(arguments, name))}
    if arguments.against:
        given.setdefault("rounds", ROUNDS)
    elif arguments.rounds:
        parser.error("--rounds needs --against")
    measure = _measure_of(arguments.name, compared=bool(arguments.against))
    if measure is None:
        parser.error(f"{arguments.name} cannot compare commits: it has no --against")
    if not given.keys() <= inspect.signature(measure).parameters.keys():
        parser.error(f"{arguments.name} has a fixed duration: it has no --minutes")
    return _run(arguments.name, measure, given, quick=arguments.quick)


def _parser() -> argparse.ArgumentParser:
    listing = "\n".join(f"  {name:<14} {headline(name)}" for name in names())
    parser = argparse.ArgumentParser(
        prog="bench/run",
        description="Run one bench and write bench/results/NAME.json.",
        epilog=f"benches:\n{listing}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "name", nargs="?", choices=names(), help="name of the bench; see the list below", metavar="NAME"
    )
    parser.add_argument(
        "--quick", action="store_true", help="fewer and smaller rounds: a test that the bench runs, no figures"
    )
    parser.add_argument("--minutes", type=float, help="total duration, where it can be chosen (fuzz, services)")
    parser.add_argument("--against", metavar="COMMIT", help="compare this checkout with that commit (decide)")
    parser.add_argument("--rounds", type=int, metavar="N", help=f"number of rounds of --against (default {ROUNDS})")
    return parser


def _measure_of(name: str, *, compared: bool) -> Measure | None:
    """The function of a bench; None if it should compare commits and cannot."""
    if not compared:
        measure: Measure = importlib.import_module(f"bench.{name}").measure
        return measure
    if not (Path(__file__).parent / name / "against.py").exists():
        return None
    compare: Measure = importlib.import_module(f"bench.{name}.against").compare
    return compare


def _run(name: str, measure: Measure, given: Row, *, quick: bool) -> int:
    console = Console(width=None if sys.stdout.isatty() else 160)
    started = time.monotonic()
    with console.status(f"bench {name}") as status:
        report = measure(quick=quick, on_status=lambda text: status.update(f"bench {name}: {text}"), **given)
    options = (" --quick" if quick else "") + "".join(f" --{option} {value}" for option, value in given.items())
    result = f"{name}-against" if "against" in given else name
    path = write(result, report, command=f"bench/run {name}{options}", seconds=time.monotonic() - started)
    console.print(table(result, report))
    for note in report.notes:
        console.print(note, markup=False)
    console.print(f"written: {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
