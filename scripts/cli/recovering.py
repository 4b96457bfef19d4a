"""Commands `mydata recover` and `mydata fsck`: rebuild a lost database, and check the ledger, as the operator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.progress import MofNCompleteColumn, Progress, TaskID

from mydata_ledger.scripts.cli.common import STATE, Json, Rpc, State, answer, console
from mydata_ledger.scripts.settings import DEFAULT_PORT, Settings
from mydata_ledger.scripts.state_lock import lock_state

if TYPE_CHECKING:
    from mydata_ledger.scripts.fsck import CheckReport
    from mydata_ledger.scripts.state_folder import StateFolder

ProgressCallback = Callable[[str, int, int], None]


def recover(rpc: Rpc, state: State = STATE, as_json: Json = False) -> None:
    """Rebuild a lost database from the chain, the payload store and the keystore folder. Stop the ledger first."""
    from mydata_ledger.scripts.recovery import recover as rebuild

    state_folder = _state_folder(state, rpc)
    with lock_state(state, "`mydata recover`"), _progress(as_json) as on_progress:
        done = rebuild(state_folder, on_progress)
    value = {
        "statements": done.restored.statements,
        "beyond_chain": done.beyond,
        "erased": done.erased,
        "notices": done.restored.notices,
        "papers": done.restored.work_items,
        "content_digests": done.digests,
        "unreadable": done.unreadable,
    }
    lines = [
        f"{log}: {count:,} statements, {done.beyond[log]:,} of them not yet on chain"
        for log, count in done.restored.statements.items()
    ]
    lines.append(
        f"{done.restored.notices:,} notices, {done.restored.work_items:,} work items, {done.erased:,} erasures"
    )
    lines.append(f"{done.digests:,} content digests; {done.unreadable:,} records did not open for theirs")
    lines.append("the database is rebuilt and the chain agrees with it; start the ledger, then run `mydata fsck`")
    answer(value, "\n".join(lines), as_json)


def fsck(state: State = STATE, as_json: Json = False) -> None:
    """Check that every record is pinned, whole, decryptable and anchored, and that a recovery would restore everything.

    Changes nothing; may run while the ledger serves. Exit code 1: there is a fault.
    """
    from mydata_ledger.scripts.fsck import check

    state_folder = _state_folder(state, "")
    with _progress(as_json) as on_progress:
        done = check(state_folder, on_progress)
    value = {
        "records": done.records,
        "erased": done.erased,
        "waiting": done.waiting,
        "sheets": done.segments,
        "strangers": done.unknown_payloads,
        "statements": done.statements,
        "faults": [fault.as_json() for fault in done.faults],
    }
    answer(value, "\n".join(_lines(done)), as_json)
    if done.faults:
        raise typer.Exit(1)


def _lines(done: CheckReport) -> Iterator[str]:
    for log, count in done.statements.items():
        yield f"{log}: {count:,} statements read"
    yield f"{done.records:,} records ({done.erased:,} erased, {done.waiting:,} not yet on chain)"
    yield f"{done.segments:,} segments of the journal; {done.unknown_payloads:,} payloads that no record names"
    for fault in done.faults:
        yield f"{fault.kind}: {fault.where}"
    yield f"{len(done.faults):,} faults" if done.faults else "no fault: everything is there and whole"


def _state_folder(state: Path, rpc: str) -> StateFolder:
    from mydata_ledger.scripts.state_folder import StateFolder

    return StateFolder(Settings.read(state, rpc, DEFAULT_PORT))


@contextmanager
def _progress(quiet: bool) -> Iterator[ProgressCallback]:
    """Show a progress bar for each log; it appears with the first progress of the log."""
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), console=console, disable=quiet) as progress:
        tasks: dict[str, TaskID] = {}

        def on_progress(name: str, done: int, of: int) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(name, total=of)
            progress.update(tasks[name], completed=done, total=of)

        yield on_progress
