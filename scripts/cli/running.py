"""Commands `mydata up` and `mydata demo`: run the whole stack on one machine."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.scripts.cli.common import STATE, State, console
from mydata_ledger.scripts.npm import require_devnet
from mydata_ledger.scripts.settings import DEFAULT_PORT, Settings

if TYPE_CHECKING:
    from mydata_ledger.scripts.stack import Stack

PORT_HELP = "Port of the API on localhost; 0 takes a free one."
Port = Annotated[int, typer.Option(envvar="MYDATA_PORT", min=0, max=65_535, help=PORT_HELP)]
Fresh = Annotated[bool, typer.Option("--fresh", help="Delete what is in the state folder first.")]
STATE_FILES = {"deployments", "secrets", "blocks", "ledger.db", "devnet.json", ".lock"}


def up(
    state: State = STATE,
    port: Port = DEFAULT_PORT,
    fresh: Fresh = False,
    rpc: Annotated[str, typer.Option(help="JSON-RPC URL of a running chain to use instead of a devnet.")] = "",
) -> None:
    """Start devnet, contracts and API, and serve until Ctrl-C."""
    _refuse_missing_extras(state, port, rpc)
    _prepare(state, fresh)
    from mydata_ledger.scripts.stack import Stack

    with Stack(state, port, _show_status, rpc, fresh=fresh) as stack:
        _serve(stack)


def demo(
    once: Annotated[bool, typer.Option("--once", help="Stop after the steps; exit 0 only if every step held.")] = False,
    data: Annotated[Path | None, typer.Option(help="Folder of FHIR R4 bundles instead of generated people.")] = None,
    state: State = STATE,
    port: Port = DEFAULT_PORT,
    fresh: Fresh = False,
) -> None:
    """Demonstrate every step on real input, then serve until Ctrl-C."""
    if data is not None and not data.is_dir():
        raise MalformedInput(f"{data} is no folder; give a folder of FHIR R4 bundles (*.json)")
    _refuse_missing_extras(state, port, rpc="")
    _prepare(state, fresh)
    from mydata_ledger.scripts.demonstration import run_demo
    from mydata_ledger.scripts.pages import personas_file
    from mydata_ledger.scripts.stack import Stack

    gives_keys = not once and data is None
    with Stack(state, port, _show_status, fresh=fresh, command="`mydata demo`", demo=gives_keys) as stack:
        held = run_demo(stack, data, personas=gives_keys)
        if not once:
            _serve(stack, has_personas=gives_keys and personas_file(state).exists())
    if not held:
        raise typer.Exit(1)


def _refuse_missing_extras(state: Path, port: int, rpc: str) -> None:
    """Raise ExtraMissing for a missing extra before anything is started or deleted."""
    Settings.read(state, rpc, port)
    if not rpc:
        require_devnet()


def _prepare(state: Path, fresh: bool) -> None:
    """Let Ctrl-C and SIGTERM stop the stack in order; with `fresh`, refuse a folder that is not a ledger's."""
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    if fresh and state.exists() and not (state.is_dir() and {path.name for path in state.iterdir()} & STATE_FILES):
        raise MalformedInput(f"{state} does not look like a state folder, so it was not deleted")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _show_status(text: str) -> None:
    console.print(f"→ {text}", markup=False, soft_wrap=True)


def _serve(stack: Stack, *, has_personas: bool = False) -> None:
    served = f"\nThe ledger serves at [bold]{stack.url}[/bold]  (API: {stack.url}/docs · chain: {stack.rpc_url})"
    console.print(served, soft_wrap=True)
    console.print(f"A person's own page, with a passkey or a wallet: [bold]{stack.url}/portal[/bold]", soft_wrap=True)
    if has_personas:
        console.print(f"Be a patient, a hospital, a trial team, … with one tap: {stack.url}/portal", soft_wrap=True)
    console.print("Ctrl-C stops it; run the same command to continue.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        console.print("\nstopping")
