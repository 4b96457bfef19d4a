"""Commands `mydata keys`: make and show key files with a wallet and a reader key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mydata_ledger.client import load_key, new_key
from mydata_ledger.scripts.cli.common import Json, answer

app = typer.Typer(help="Keys: a wallet that signs, and a reader key that opens releases.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="Key file, for instance keys/me.json.")]


@app.command("new")
def new(
    file: File,
    reader: Annotated[bool, typer.Option(help="Also make a reader key (ML-KEM-768 and X25519).")] = True,
    as_json: Json = False,
) -> None:
    """Make a key file, readable by you only. The private keys are never shown."""
    key_file = new_key(file, reader=reader)
    value = {
        "address": key_file.wallet.address,
        "reader_key": "0x" + key_file.reader.public.hex() if key_file.reader else None,
    }
    answer(
        value, f"{file}: wallet {key_file.wallet.address}" + (" with a reader key" if key_file.reader else ""), as_json
    )


@app.command("show")
def show(file: File, as_json: Json = False) -> None:
    """Show the public side of a key file."""
    key_file = load_key(file)
    value = {
        "address": key_file.wallet.address,
        "reader_key": "0x" + key_file.reader.public.hex() if key_file.reader else None,
    }
    answer(value, f"wallet {key_file.wallet.address}", as_json)
