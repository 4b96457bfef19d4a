"""What the audience sees: lines as things happen, progress on long work, a table at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

T = TypeVar("T")
PAPER = 140
"""Columns when nobody watches: a log file has no width of its own."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step: what was shown, whether it held, and where it can be found: log position, block, receipt."""

    step: str
    detail: str
    held: bool
    position: str
    block: int
    receipt: int


class DemoOutput:
    """Collects the steps of a story."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)
        if not self.console.is_terminal:
            self.console = Console(highlight=False, width=PAPER)
        self.shown: list[StepResult] = []

    def title(self, text: str) -> None:
        """A new act begins."""
        self.console.print(f"\n[bold]{text}[/bold]")

    def note(self, text: str) -> None:
        """A remark that is no step."""
        self.console.print(f"  {text}", style="dim", markup=False)

    def show(self, step: str, detail: str, held: bool, *, position: str, block: int, receipt: int) -> None:
        """A step, with its places in log, chain and receipts."""
        one = StepResult(step, detail, held, position, block, receipt)
        self.shown.append(one)
        places = f"log {position} · block {block:,} · receipt {_place(receipt)}"
        mark = "[green]✓[/green]" if held else "[red]✗[/red]"
        self.console.print(f"  {mark} {step}: {detail}  [dim]{places}[/dim]", soft_wrap=True)

    def following(self, items: Iterable[T], what: str, total: int) -> Iterator[T]:
        """The items, with a progress bar."""
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console, transient=True) as progress:
            task = progress.add_task(what, total=total)
            for item in items:
                yield item
                progress.advance(task)

    def summary(self) -> bool:
        """The table; True when every step held, and there was one."""
        table = Table(title="The story, step by step", title_style="bold", row_styles=["", "dim"])
        table.add_column("")
        table.add_column("step", no_wrap=True)
        table.add_column("what was shown", overflow="fold", ratio=1)
        for name in ("log position", "block", "receipt"):
            table.add_column(name, justify="right", no_wrap=True)
        for one in self.shown:
            mark = "[green]✓[/green]" if one.held else "[red]✗[/red]"
            places = (one.position, f"{one.block:,}", _place(one.receipt))
            table.add_row(mark, one.step, one.detail, *places)
        self.console.print()
        self.console.print(table)
        failed = [one.step for one in self.shown if not one.held]
        verdict = f"[red]did not hold: {', '.join(failed)}[/red]" if failed else "[green]every step held[/green]"
        self.console.print(f"{len(self.shown)} steps, {verdict}")
        return bool(self.shown) and not failed


def _place(number: int) -> str:
    return "-" if number < 0 else f"{number:,}"
