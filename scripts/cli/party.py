"""Commands `mydata party`: accredit and list organisations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mydata_ledger.anchors.artifacts import Deployment
from mydata_ledger.client import Client
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.party import checksum
from mydata_ledger.ledger.typed_data import read_hex
from mydata_ledger.scripts.cli.common import STATE, URL, Json, Rpc, State, Url, answer
from mydata_ledger.scripts.cli.key_files import load_key
from mydata_ledger.scripts.settings import secret

if TYPE_CHECKING:
    from mydata_ledger.scripts.parties import Registrar

NAME_HELP = "Name of the organisation, as a wallet shows it. Give both languages: `English | 한국어`."
app = typer.Typer(help="Parties: who is accredited, and as what.", no_args_is_help=True)


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help=NAME_HELP)],
    key: Annotated[Path, typer.Option("--key", help="Its key file; only the public side is used.")],
    rpc: Rpc,
    role: Annotated[list[str], typer.Option("--role", help="holder, trial, insurer, merchant, responder … (repeat)")],
    state: State = STATE,
    as_json: Json = False,
) -> None:
    """Accredit an organisation on chain, as the administrator of this state folder."""
    key_file = load_key(key)
    reader = key_file.reader.public if key_file.reader else b""
    changed = _registrar(state, rpc).register(key_file.wallet.address, name, role, reader)
    value = {"account": key_file.wallet.address, "name": name, "roles": role, "changed": changed}
    answer(value, f"{name} is accredited as {', '.join(role)}: {key_file.wallet.address}", as_json)


@app.command("appoint")
def appoint(
    account: Annotated[str, typer.Argument(help="Account (0x…) of an operator, who then signs in their own wallet.")],
    rpc: Rpc,
    state: State = STATE,
    as_json: Json = False,
) -> None:
    """Let an account change the register of parties, in the workspace of the operator."""
    registrar = checksum(read_hex(account, "account", 20))
    _registrar(state, rpc).appoint(registrar)
    answer({"account": registrar}, f"{registrar} may change the register of parties", as_json)


def _registrar(state: Path, rpc: str) -> Registrar:
    """The register of a state folder, with the key of its administrator. Raises MalformedInput."""
    from mydata_ledger.scripts.parties import Registrar

    files = sorted((state / "deployments").glob("*.json"))
    if not files:
        raise MalformedInput(f"no deployment in {state}; start the ledger first with `mydata up`")
    return Registrar(rpc, Deployment.read(files[0]).parties, secret(state, "admin"))


@app.command("list")
def list_(url: Url = URL, as_json: Json = False) -> None:
    """List every accredited party."""
    parties = Client.anonymous(url).call("GET", "/parties")
    lines = [f"{party['account']}  {party['name']} ({', '.join(party['roles'])})" for party in parties]
    answer(parties, "\n".join(lines) or "no party is accredited yet; see `mydata party add --help`", as_json)
