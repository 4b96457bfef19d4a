"""`mydata keystore`: new keys above the data keys, as the operator, while the ledger is stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import MofNCompleteColumn, Progress

from mydata_ledger.scripts.cli.common import STATE, Json, State, answer, console
from mydata_ledger.scripts.settings import DEFAULT_PORT, Settings
from mydata_ledger.scripts.state_lock import StateLock

if TYPE_CHECKING:
    from mydata_ledger.scripts.state_folder import StateFolder

HELP = """Replace the master key, the custody keys, or both. Stop the ledger first. Payloads are not touched.

--master: when the passphrase or keystore/master.json may have been seen, when somebody who knew them leaves, and \
once in a while. It takes seconds. With MYDATA_NEW_PASSPHRASE set, the new master key is sealed under that one: give \
it as MYDATA_PASSPHRASE from then on. With a PKCS#11 token (MYDATA_PKCS11_MODULE) the token makes the new master key \
of the custody keys; the old one stays in the token until you delete it there.

--custody: when keystore/keys.db may have been copied together with the master key. Give both options then, so that \
what is issued from now on is out of the thief's reach. It takes some milliseconds for each person.

Neither changes data keys: who opened a copy of the keystore keeps what it held at that time.

Before: `mydata keystore backup FOLDER`. After: `mydata fsck`, start the ledger, back up again into another folder, \
and destroy the older copies, which open under the old keys. A copy is put back as a whole, never file by \
file. Stopped or killed in the middle, nothing is lost: say it again.
"""
app = typer.Typer(help="The keystore: back it up, rotate its keys.", no_args_is_help=True)


@app.command("backup")
def backup(
    folder: Annotated[Path, typer.Argument(help="A new folder, best on another disk.")],
    state: State = STATE,
    as_json: Json = False,
) -> None:
    """Copy keystore, secrets and deployment into a new folder, also while the ledger serves; every key is tried.

    With the payload store and the chain it is all that `mydata recover` needs. Keep it as you keep the keys it holds.
    """
    from mydata_ledger.scripts.backup import back_up

    house = _house(state)
    with StateLock(state), console.status("copying, and opening every key of the copy"):
        count = back_up(house, folder.absolute())
    answer({"folder": str(folder), "data_keys": count}, f"{folder} opens {count:,} data keys", as_json)


@app.command("rotate", help=HELP)
def rotate(
    master: Annotated[bool, typer.Option("--master", help="A new master key, above all others.")] = False,
    custody: Annotated[bool, typer.Option("--custody", help="A new custody key for every data subject.")] = False,
    state: State = STATE,
    as_json: Json = False,
) -> None:
    """Replace the master key, the custody keys, or both, while the ledger is stopped."""
    if not (master or custody):
        raise typer.BadParameter("say what to rotate: --master, --custody, or both", param_hint="--master / --custody")
    value: dict[str, Any] = {}
    lines: list[str] = []
    _house(state)  # settings are checked before the lock is taken
    with StateLock(state, exclusive=True) as lock:
        if master:
            _rotate_master(_house(state, lock), value, lines, quiet=as_json)
        if custody:
            _rotate_custody(_house(state, lock), value, lines, quiet=as_json)
    lines.append("run `mydata fsck`, then `mydata keystore backup FOLDER`, and destroy the older copies")
    answer(value, "\n".join(lines), as_json)


def _rotate_master(house: StateFolder, value: dict[str, Any], lines: list[str], *, quiet: bool) -> None:
    from mydata_ledger.scripts.rotation import rotate_master

    with _progress("master key", quiet=quiet) as say:
        done = rotate_master(house, say)
    value["master"] = {"custody_keys": done.custody_keys}
    lines.append(f"{done.custody_keys:,} custody keys, the journal's key and the note keys are under a new master key")
    if done.label:
        value["master"] |= {"label": done.label, "replaced_label": done.replaced_label}
        lines.append(
            f"the token's key `{done.label}` is the master key of the custody keys; `{done.replaced_label}` stays in "
            "the token: delete it there once no backup from before is to be opened again"
        )


def _rotate_custody(house: StateFolder, value: dict[str, Any], lines: list[str], *, quiet: bool) -> None:
    from mydata_ledger.scripts.rotation import rotate_custody

    with _progress("custody keys", quiet=quiet) as say:
        count = rotate_custody(house, say)
    value["custody"] = {"custody_keys": count}
    lines.append(f"{count:,} custody keys are new, and every data key was wrapped again under its person's")


def _house(state: Path, lock: StateLock | None = None) -> StateFolder:
    from mydata_ledger.scripts.state_folder import StateFolder

    return StateFolder(Settings.read(state, "", DEFAULT_PORT), lock=lock)


@contextmanager
def _progress(name: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet) as progress:
        task = progress.add_task(name, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)
