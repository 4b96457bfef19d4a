"""Output of the demonstration: a line for each step, a progress bar on long work, and a summary table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

T = TypeVar("T")
LOG_COLUMNS = 140
"""Width in columns when the output is no terminal, such as a log file."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """Result of one step: what it showed, whether its checks passed, and its log position, block and receipt."""

    step: str
    detail: str
    held: bool
    position: str
    block: int
    receipt: int


class DemoOutput:
    """Prints the steps of a demonstration and collects their results."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, emoji=False)
        if not self.console.is_terminal:
            self.console = Console(highlight=False, emoji=False, width=LOG_COLUMNS)
        self.results: list[StepResult] = []

    def title(self, text: str) -> None:
        """Print the heading of the next part."""
        self.console.print(f"\n[bold]{text}[/bold]")

    def note(self, text: str) -> None:
        """Print a remark that is not a step."""
        self.console.print(f"  {text}", style="dim", markup=False)

    def show(self, step: str, detail: str, held: bool, *, position: str, block: int, receipt: int) -> None:
        """Print a step and keep its result, with its positions in log, chain and receipts."""
        self.results.append(StepResult(step, detail, held, position, block, receipt))
        positions = f"log {position} · block {block:,} · receipt {_or_dash(receipt)}"
        mark = "[green]✓[/green]" if held else "[red]✗[/red]"
        self.console.print(f"  {mark} {step}: {detail}  [dim]{positions}[/dim]", soft_wrap=True)

    def with_progress(self, items: Iterable[T], what: str, total: int) -> Iterator[T]:
        """Yield the items and show a progress bar."""
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console, transient=True) as progress:
            task = progress.add_task(what, total=total)
            for item in items:
                yield item
                progress.advance(task)

    def summary(self) -> bool:
        """Print the summary table; return True if there was a step and every step held."""
        table = Table(title="The demonstration, step by step", title_style="bold", row_styles=["", "dim"])
        table.add_column("")
        table.add_column("step", no_wrap=True)
        table.add_column("what was shown", overflow="fold", ratio=1)
        for name in ("log position", "block", "receipt"):
            table.add_column(name, justify="right", no_wrap=True)
        for result in self.results:
            mark = "[green]✓[/green]" if result.held else "[red]✗[/red]"
            positions = (result.position, f"{result.block:,}", _or_dash(result.receipt))
            table.add_row(mark, result.step, result.detail, *positions)
        self.console.print()
        self.console.print(table)
        failed = [result.step for result in self.results if not result.held]
        verdict = f"[red]did not hold: {', '.join(failed)}[/red]" if failed else "[green]every step held[/green]"
        self.console.print(f"{len(self.results)} steps, {verdict}")
        return bool(self.results) and not failed


def _or_dash(number: int) -> str:
    return "-" if number < 0 else f"{number:,}"
