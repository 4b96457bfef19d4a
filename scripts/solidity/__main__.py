"""`python -m mydata_ledger.scripts.solidity`: run the Solidity tests and print the lines and branches they cover."""

from __future__ import annotations

import re
import sys

from rich.console import Console
from rich.table import Table

from mydata_ledger.scripts.solidity.running import Tested, run


def table(tested: Tested) -> Table:
    """Lines and branches by file, as run / there."""
    made = Table("file", "lines", "branches")
    for file, lines, seen, branches, taken in tested.rows():
        made.add_row(file, f"{seen}/{lines}", f"{taken}/{branches}")
    return made


def main() -> int:
    """Command line: 1 when a test fails, or a line or branch was not run."""
    console, tested = Console(), run()
    if not tested.passed:
        console.print(tested.output, markup=False, highlight=False)
        return 1
    console.print(*re.findall(r"\d+ passing", tested.output), markup=False)
    console.print(table(tested))
    for branch in tested.missed:
        console.print(f"never {branch.outcome}: {branch.file}:{branch.line}: {branch.text}", markup=False)
    *_, (_, lines, seen, branches, taken) = tested.rows()
    return 0 if (seen, taken) == (lines, branches) else 1


if __name__ == "__main__":
    sys.exit(main())
