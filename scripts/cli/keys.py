"""`mydata keys`: wallets and reader keys in files."""

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
    made = new_key(file, reader=reader)
    value = {"address": made.wallet.address, "reader_key": "0x" + made.reader.public.hex() if made.reader else None}
    answer(value, f"{file}: wallet {made.wallet.address}" + (" with a reader key" if made.reader else ""), as_json)


@app.command("show")
def show(file: File, as_json: Json = False) -> None:
    """The public side of a key file."""
    found = load_key(file)
    value = {"address": found.wallet.address, "reader_key": "0x" + found.reader.public.hex() if found.reader else None}
    answer(value, f"wallet {found.wallet.address}", as_json)
