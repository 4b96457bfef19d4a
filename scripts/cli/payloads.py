"""Commands `mydata payloads`: copy sealed payloads between stores, archive them, delete unused blocks."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.scripts.cli.common import STATE, Json, State, answer, console
from mydata_ledger.scripts.multiaddr import EMBEDDED
from mydata_ledger.scripts.state_lock import lock_state

app = typer.Typer(help="Sealed payloads: move, archive, collect.", no_args_is_help=True)
HELP = "`embedded`, or the URL of an IPFS node's RPC, for instance http://127.0.0.1:5001."
Store = Annotated[str, typer.Option("--store", envvar="MYDATA_PAYLOADS", help=HELP)]
Car = Annotated[Path, typer.Argument(help="A CAR file.")]


@app.command("copy")
def copy(
    source: Annotated[str, typer.Option("--from", help=HELP)],
    target: Annotated[str, typer.Option("--to", help=HELP)],
    state: State = STATE,
    as_json: Json = False,
) -> None:
    """Copy every pinned payload from one store to another under the same CID; run it again to continue."""
    from mydata_ledger.scripts.payloads import copy as copy_payloads
    from mydata_ledger.scripts.payloads import open_store

    if source == target:
        raise MalformedInput("source and target are the same store")
    with Progress(console=console, transient=True, disable=as_json) as progress:
        task = progress.add_task("copying", total=None)
        done = copy_payloads(
            open_store(source, state),
            open_store(target, state),
            lambda number, of: progress.update(task, completed=number, total=of),
        )
    value = {"copied": done.copied, "present": done.present, "refused": done.refused}
    lines = [f"{done.copied:,} payloads copied, {done.present:,} were there already"]
    lines += [f"not copied: {cid}: {why}" for cid, why in done.refused.items()]
    answer(value, "\n".join(lines), as_json)
    if done.refused:
        raise typer.Exit(1)


@app.command("collect")
def collect(state: State = STATE, store: Store = "embedded", as_json: Json = False) -> None:
    """Delete every block that no pinned payload needs. Stop the ledger first, unless the store is an IPFS node."""
    from mydata_ledger.scripts.payloads import open_store

    with lock_state(state, "`mydata payloads collect`") if store == EMBEDDED else nullcontext():
        deleted = open_store(store, state).collect()
    answer({"deleted": deleted}, f"{deleted:,} blocks deleted", as_json)


@app.command("export")
def export(
    file: Car,
    cids: Annotated[list[str] | None, typer.Argument(help="CIDs; without any, every pinned payload.")] = None,
    state: State = STATE,
    store: Store = "embedded",
    as_json: Json = False,
) -> None:
    """Write payloads to a CAR file that any IPFS tool can read."""
    from mydata_ledger.scripts.payloads import open_store

    opened = open_store(store, state)
    wanted = cids or sorted(opened.pinned())
    with file.open("xb") as written:
        for piece in opened.export_car(wanted):
            written.write(piece)
    answer({"exported": wanted}, f"{len(wanted):,} payloads in {file}", as_json)


@app.command("import")
def import_(
    file: Car,
    state: State = STATE,
    blocks: Annotated[
        bool, typer.Option("--blocks", help="Store the blocks without pinning, also incomplete payloads.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Store and pin the payloads of a CAR file in the embedded store; each block is checked against its CID."""
    from mydata_ledger.scripts.payloads import open_embedded

    store = open_embedded(state)
    with file.open("rb") as read:
        if blocks:
            count = store.import_blocks(read)
            answer({"blocks": count}, f"{count:,} blocks kept until the next collection", as_json)
            return
        roots = store.import_car(read)
    answer({"roots": roots}, f"{len(roots):,} payloads kept and pinned", as_json)
