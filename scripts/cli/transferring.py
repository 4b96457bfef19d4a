"""Commands `mydata transfer`: request that data is sent to a recipient, once or at intervals (전송요구)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from mydata_ledger.ledger.commitment.entry import lock_of
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.scripts.cli.common import URL, Json, Key, Url, answer
from mydata_ledger.scripts.cli.key_files import signed_in

app = typer.Typer(
    help="Transfer requests (전송요구): data sent to a recipient, once or at intervals.", no_args_is_help=True
)


@app.command("request")
def request(
    recipient: Annotated[str, typer.Argument(help="Recipient of the data: a party's 0x address.")],
    key: Key,
    category: Annotated[list[str], typer.Option("--category", help="For instance finance.account (repeat).")],
    purpose: Annotated[str, typer.Option("--purpose", help="For instance mydata:PFM_VIEW.")],
    until: Annotated[
        datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="Day on which the request ends (UTC).")
    ],
    every_days: Annotated[int, typer.Option(min=0, max=366, help="Days between transfers; 0: once.")] = 0,
    holder: Annotated[
        list[str] | None, typer.Option("--from", help="Who has the data and is told of it: a 0x address (repeat).")
    ] = None,
    asset: Annotated[
        list[str] | None, typer.Option("--asset", help="Id of an account, card or meter (repeat).")
    ] = None,
    language: Annotated[str, typer.Option(help="Language of the notice: en or ko.")] = "ko",
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Draft, sign and submit a transfer request, in addition to your consent to the recipient."""
    client, _ = signed_in(url, key)
    form = {"recipient": recipient, "categories": category, "purpose": purpose, "every_days": every_days}
    form |= {"holders": holder or [], "assets": asset or []}
    form |= {"ends": int(until.replace(tzinfo=UTC).timestamp()), "language": language}
    version = client.call("POST", "/me/transfers/drafts", json=form)["typed_data"]["message"]["version"]
    form["lock"] = "0x" + lock_of(client.secret(recipient, version)).hex()
    drafted = client.call("POST", "/me/transfers/drafts", json=form)
    accepted = client.call("POST", "/consents", json=client.sign(drafted["typed_data"], Consent))
    answer(accepted, "\n".join([*drafted["summary"], f"{accepted['status']}: entry {accepted['entry']}"]), as_json)


@app.command("list")
def show(key: Key, language: str = "ko", url: Url = URL, as_json: Json = False) -> None:
    """List your transfer requests in force."""
    client, _ = signed_in(url, key)
    requests = client.call("GET", "/me/transfers")
    lines = [f"{r['entry']}  {r['words'].get(language, r['words']['en'])}" for r in requests]
    answer(requests, "\n".join(lines) or "no transfer request is in force", as_json)


@app.command("asked")
def show_asked_of_me(key: Key, url: Url = URL, as_json: Json = False) -> None:
    """List the transfers that people ask of you, who hold their data."""
    client, _ = signed_in(url, key)
    transfers = client.call("GET", "/transfers")
    answer(transfers, "\n".join(map(_transfer_line, transfers)) or "nobody asks you to transfer anything", as_json)


def _transfer_line(transfer: dict[str, Any]) -> str:
    until = datetime.fromtimestamp(transfer["ends"], UTC).isoformat(timespec="minutes")
    what = ", ".join(transfer["categories"]) + "".join(f", {asset}" for asset in transfer["assets"])
    often = ", ".join(transfer["frequency"])
    return f"{transfer['data_subject']}  to {transfer['recipient_name']}: {what}, {often}, until {until}"
