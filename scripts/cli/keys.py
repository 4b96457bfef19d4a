"""Commands `mydata keys`: make and show key files with a wallet and a reader key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mydata_ledger.anchors.durable import replace
from mydata_ledger.client import new_key
from mydata_ledger.client.keys import encrypted, plain_keys
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.scripts.cli.common import Json, answer
from mydata_ledger.scripts.cli.key_files import load_key, new_passphrase, passphrase_of
from mydata_ledger.scripts.settings.names import key_passphrase

app = typer.Typer(help="Keys: a wallet that signs, and a reader key that opens releases.", no_args_is_help=True)
ENCRYPT_HELP = "Encrypt the file under MYDATA_KEY_PASSPHRASE, or under a passphrase that is asked for."
File = Annotated[Path, typer.Argument(help="Key file, for instance keys/me.json.")]


@app.command("new")
def new(
    file: File,
    reader: Annotated[bool, typer.Option(help="Also make a reader key (ML-KEM-768 and X25519).")] = True,
    passphrase: Annotated[bool, typer.Option("--passphrase", help=ENCRYPT_HELP)] = False,
    as_json: Json = False,
) -> None:
    """Make a key file, readable by you only. The private keys are never shown."""
    chosen = (key_passphrase() or new_passphrase(file)) if passphrase else ""
    if passphrase and not chosen:
        raise MalformedInput("the passphrase is empty; give one, or leave out --passphrase")
    key_file = new_key(file, reader=reader, passphrase=chosen)
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


@app.command("passphrase")
def passphrase(file: File, as_json: Json = False) -> None:
    """Encrypt a key file under a new passphrase, which is asked for; an empty one takes the passphrase away."""
    keys = plain_keys(file, passphrase_of)
    chosen = new_passphrase(file)
    replace(file, encrypted(keys, chosen) if chosen else keys)
    answer({"encrypted": bool(chosen)}, f"{file} has {'a new' if chosen else 'no'} passphrase", as_json)
