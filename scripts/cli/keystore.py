"""Commands `mydata keystore`: back up the keystore and rotate its keys, as the operator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import MofNCompleteColumn, Progress

from mydata_ledger.scripts.cli.common import STATE, Json, State, answer, console
from mydata_ledger.scripts.settings import DEFAULT_PORT, Settings
from mydata_ledger.scripts.state_lock import lock_keystore, lock_state

if TYPE_CHECKING:
    from mydata_ledger.scripts.file_lock import FileLock
    from mydata_ledger.scripts.state_folder import StateFolder

HELP = """Replace the master key, the custody keys, or both. Stop the ledger first. Payloads are not touched.

--master: use it when the passphrase or keystore/master.json may be known to others, when a person who knew them \
leaves, and at regular intervals. It takes seconds. If MYDATA_NEW_PASSPHRASE is set, the new master key is sealed \
under it: set MYDATA_PASSPHRASE to it from then on. With a PKCS#11 token (MYDATA_PKCS11_MODULE) the \
token makes the new master key of the custody keys; the old one stays in the token until you delete it there.

--custody: use it when keystore/keys.db may have been copied together with the master key. Give both options then, \
so that the copy does not open records issued from now on. It takes some milliseconds for each person.

--digests: use it when keystore/content-digests.key may be known to others. New digests are made under the new key; \
`mydata keystore digests` makes those of earlier records again.

No option changes data keys: whoever opened a copy of the keystore can still read what it held at that time.

Before: `mydata keystore backup FOLDER`. After: `mydata fsck`, start the ledger, back up again into another folder, \
and destroy the older copies, which open under the old keys. Restore a copy as a whole, never single files. If the \
command is stopped or killed, nothing is lost: run it again.
"""
app = typer.Typer(help="The keystore: back it up, rotate its keys.", no_args_is_help=True)


@app.command("backup")
def backup(
    folder: Annotated[Path, typer.Argument(help="A new folder, preferably on another disk.")],
    state: State = STATE,
    as_json: Json = False,
) -> None:
    """Copy keystore, secrets and deployment into a new folder, also while the ledger serves; test every key.

    `mydata recover` needs this copy, the payload store and the chain, and nothing else. Protect it like the keys in it.
    """
    from mydata_ledger.scripts.backup import back_up
    from mydata_ledger.scripts.rotation import check_keystore

    state_folder = _state_folder(state)
    check_keystore(state_folder)
    with lock_keystore(state), console.status("copying, and opening every key of the copy"):
        count = back_up(state_folder, folder.absolute())
    answer({"folder": str(folder), "data_keys": count}, f"{folder} opens {count:,} data keys", as_json)


@app.command("rotate", help=HELP)
def rotate(
    master: Annotated[bool, typer.Option("--master", help="Make a new master key, which wraps all others.")] = False,
    custody: Annotated[bool, typer.Option("--custody", help="Make a new custody key for each data subject.")] = False,
    digests: Annotated[
        bool, typer.Option("--digests", help="Add a new key for content digests; those of before are still found.")
    ] = False,
    state: State = STATE,
    as_json: Json = False,
) -> None:
    """Replace the master key, the custody keys, or both, while the ledger is stopped."""
    if not (master or custody or digests):
        raise typer.BadParameter("name what to rotate: --master, --custody or --digests", param_hint="--master")
    value: dict[str, Any] = {}
    lines: list[str] = []
    with _stopped(state) as state_folder:
        if master:
            _rotate_master(state_folder(), value, lines, quiet=as_json)
        if custody:
            _rotate_custody(state_folder(), value, lines, quiet=as_json)
        if digests:
            _add_digest_key(state_folder(), value, lines)
    lines.append("run `mydata fsck`, then `mydata keystore backup FOLDER`, and destroy the older copies")
    answer(value, "\n".join(lines), as_json)


@app.command("digests")
def digests(state: State = STATE, as_json: Json = False) -> None:
    """Make the content digests of all records anew, as for records from before there were any. Stop the ledger first.

    Each record is opened inside the keystore. Without its digest a record is not recognised when it comes again.
    """
    from mydata_ledger.scripts.content_digests import rebuild_digests

    with _stopped(state) as state_folder, _progress("content digests", quiet=as_json) as on_progress:
        opened = state_folder()
        store = opened.store()
        try:
            keys = opened.keys(store)
            made, failed = rebuild_digests(opened, store, keys, lambda _, done, of: on_progress(done, of))
        finally:
            store.dispose()
    answer({"made": made, "unreadable": failed}, f"{made:,} digests; {failed:,} records did not open", as_json)


@contextmanager
def _stopped(state: Path) -> Iterator[Callable[[], StateFolder]]:
    """Hold the locks of the state folder and of its keystore; yield what opens the folder anew for each rotation."""
    from mydata_ledger.scripts.rotation import check_keystore

    unlocked = _state_folder(state)  # settings are checked before a lock is taken
    with lock_state(state, "`mydata keystore rotate`"):
        check_keystore(unlocked)
        with lock_keystore(state, exclusive=True) as lock:
            yield lambda: _state_folder(state, lock)


def _rotate_master(state_folder: StateFolder, value: dict[str, Any], lines: list[str], *, quiet: bool) -> None:
    from mydata_ledger.scripts.rotation import rotate_master

    with _progress("master key", quiet=quiet) as on_progress:
        done = rotate_master(state_folder, on_progress)
    value["master"] = {"custody_keys": done.custody_keys}
    others = "the keys of journal and work items, and the note keys"
    lines.append(f"{done.custody_keys:,} custody keys, {others} are under a new master key")
    if done.label:
        value["master"] |= {"label": done.label, "replaced_label": done.replaced_label}
        lines.append(
            f"the token's key `{done.label}` is the master key of the custody keys; `{done.replaced_label}` stays in "
            "the token: delete it there once no backup from before is to be opened again"
        )


def _rotate_custody(state_folder: StateFolder, value: dict[str, Any], lines: list[str], *, quiet: bool) -> None:
    from mydata_ledger.scripts.rotation import rotate_custody

    with _progress("custody keys", quiet=quiet) as on_progress:
        count = rotate_custody(state_folder, on_progress)
    value["custody"] = {"custody_keys": count}
    lines.append(f"{count:,} custody keys are new, and every data key was wrapped again under its person's")


def _add_digest_key(state_folder: StateFolder, value: dict[str, Any], lines: list[str]) -> None:
    value["digests"] = {"keys": (count := state_folder.add_content_key())}
    lines.append(f"content digests are made under a new key; there are {count}")


def _state_folder(state: Path, lock: FileLock | None = None) -> StateFolder:
    from mydata_ledger.scripts.state_folder import StateFolder

    return StateFolder(Settings.read(state, "", DEFAULT_PORT), lock=lock)


@contextmanager
def _progress(name: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet) as progress:
        task = progress.add_task(name, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)
