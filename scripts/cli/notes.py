"""Commands `mydata log`: note keys that sign checkpoints, and witnesses whose cosignatures are kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mydata_ledger.scripts.cli.common import STATE, Json, State, answer

if TYPE_CHECKING:
    from mydata_ledger.anchors.tiles import NoteKeys

app = typer.Typer(help="Checkpoints of the logs: note keys and witnesses, as the operator.", no_args_is_help=True)


@contextmanager
def _keys(state: Path) -> Iterator[NoteKeys]:
    """The note keys, under the keystore's lock, which comes with the master key."""
    from mydata_ledger.anchors.tiles import NoteKeys
    from mydata_ledger.scripts.settings import DEFAULT_PORT, Settings
    from mydata_ledger.scripts.state_folder import StateFolder, notes_folder

    folder = StateFolder(Settings.read(state, "", DEFAULT_PORT))
    yield NoteKeys(notes_folder(state), folder.master)


@app.command("keys")
def keys(state: State = STATE, as_json: Json = False) -> None:
    """List the generations of the note key, newest first; their verifier keys are at `/log/<name>/vkey`."""
    with _keys(state) as keys:
        note_keys = keys.all()
    lines = [f"{key.name}  {'retired' if key.retired else 'signs'}" for key in note_keys]
    answer([{"name": key.name, "retired": key.retired} for key in note_keys], "\n".join(lines), as_json)


@app.command("rotate")
def rotate(state: State = STATE, as_json: Json = False) -> None:
    """Make the next note key; from the next checkpoint on it signs together with the older ones."""
    with _keys(state) as keys:
        name = keys.rotate()
    answer({"name": name}, f"note key {name} signs from now on; publish its vkey, then retire the older", as_json)


@app.command("retire")
def retire(
    name: Annotated[str, typer.Argument(help="Name of the generation.")], state: State = STATE, as_json: Json = False
) -> None:
    """Retire an older note key: it no longer signs."""
    with _keys(state) as keys:
        keys.retire(name)
    answer({"name": name}, f"note key {name} signs no more", as_json)


@app.command("witness")
def witness(
    vkey: Annotated[str, typer.Argument(help="Cosignature key of the witness: name+id+base64, of type 0x04.")],
    state: State = STATE,
    as_json: Json = False,
) -> None:
    """Keep the cosignatures of this witness from now on."""
    from mydata_ledger.anchors.tiles import CheckpointStore
    from mydata_ledger.scripts.state_folder import notes_folder

    added = CheckpointStore(notes_folder(state)).add_witness(vkey)
    answer({"witness": added.name}, f"cosignatures of {added.name} are kept from now on", as_json)
