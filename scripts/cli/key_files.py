"""Key files of the command line: the passphrase comes from the environment or the terminal, never from an argument."""

from __future__ import annotations

from pathlib import Path

import typer

from mydata_ledger.client import Client, KeyFile
from mydata_ledger.client import load_key as load
from mydata_ledger.client import signed_in as sign_in
from mydata_ledger.client.keys import is_private
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.scripts.settings.names import key_passphrase


def load_key(path: Path) -> KeyFile:
    """Read a key file; asks for its passphrase if it has one. Raises MalformedInput."""
    warn_if_shared(path)
    return load(path, passphrase_of)


def signed_in(url: str, path: Path) -> tuple[Client, KeyFile]:
    """A client with an open session for the wallet of a key file.

    Raises MalformedInput, RequestRefused, SourceUnavailable.
    """
    warn_if_shared(path)
    return sign_in(url, path, passphrase_of)


def passphrase_of(path: Path) -> str:
    """The passphrase of a key file, from the environment, or else asked for. Raises MalformedInput without either."""
    return key_passphrase() or _ask(f"Passphrase of {path}", path, again=False)


def new_passphrase(path: Path) -> str:
    """A passphrase that is typed twice; empty for none. Raises MalformedInput without a terminal."""
    return _ask(f"New passphrase of {path} (empty: none)", path, again=True)


def warn_if_shared(path: Path) -> None:
    """Warn on stderr if others on this machine may read the file."""
    if not is_private(path):
        typer.echo(f"warning: others on this machine may read {path}; run: chmod 600 {path}", err=True)


def _ask(text: str, path: Path, *, again: bool) -> str:
    try:
        typed: str = typer.prompt(
            text, default="", show_default=False, hide_input=True, confirmation_prompt=again, err=True
        )
    except typer.Abort as error:
        remedy = "set MYDATA_KEY_PASSPHRASE, or run the command in a terminal"
        raise MalformedInput(f"no passphrase was given for {path}: {remedy}") from error
    return typed
