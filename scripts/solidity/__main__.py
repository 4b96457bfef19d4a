"""`python -m mydata_ledger.scripts.solidity`: run the Solidity tests and print the lines and branches they cover."""

from __future__ import annotations

import re
import sys

from rich.console import Console
from rich.table import Table

from mydata_ledger.scripts.solidity.running import Tested, run


def table(report: Tested) -> Table:
    """Table of covered and total lines and branches by file."""
    rows_table = Table("file", "lines", "branches")
    for file, lines, covered_lines, branches, covered_branches in report.rows():
        rows_table.add_row(file, f"{covered_lines}/{lines}", f"{covered_branches}/{branches}")
    return rows_table


def main() -> int:
    """Command line; exit code 1 if a test fails, or a line or branch was not covered."""
    console, report = Console(), run()
    if not report.passed:
        console.print(report.output, markup=False, highlight=False)
        return 1
    console.print(*re.findall(r"\d+ passing", report.output), markup=False)
    console.print(table(report))
    for branch in report.missed:
        console.print(f"never {branch.outcome}: {branch.file}:{branch.line}: {branch.text}", markup=False)
    *_, (_, lines, covered_lines, branches, covered_branches) = report.rows()
    return 0 if (covered_lines, covered_branches) == (lines, branches) else 1


if __name__ == "__main__":
    sys.exit(main())
