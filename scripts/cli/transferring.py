"""`mydata transfer`: have your data sent to somebody, once or at intervals (전송요구)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from mydata_ledger.client import signed_in
from mydata_ledger.ledger.commitment.entry import lock_of
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.scripts.cli.common import URL, Json, Key, Url, answer

app = typer.Typer(help="Transfer requests (전송요구): have data sent, once or at intervals.", no_args_is_help=True)


@app.command("request")
def request(
    recipient: Annotated[str, typer.Argument(help="Who receives the data: a party's 0x address.")],
    key: Key,
    category: Annotated[list[str], typer.Option("--category", help="For instance finance.account (repeat).")],
    purpose: Annotated[str, typer.Option("--purpose", help="For instance mydata:PFM_VIEW.")],
    until: Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="The day it ends (UTC).")],
    every_days: Annotated[int, typer.Option(min=0, max=366, help="Days between transfers; 0 is once.")] = 0,
    language: Annotated[str, typer.Option(help="Language of the notice: en or ko.")] = "ko",
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Draft, sign and hand in a transfer request, beside what you already say to the recipient."""
    client, _ = signed_in(url, key)
    wish = {"recipient": recipient, "categories": category, "purpose": purpose, "every_days": every_days}
    wish |= {"ends": int(until.replace(tzinfo=UTC).timestamp()), "language": language}
    version = client.call("POST", "/me/transfers/drafts", json=wish)["typed_data"]["message"]["version"]
    wish["lock"] = "0x" + lock_of(client.secret(recipient, version)).hex()
    drafted = client.call("POST", "/me/transfers/drafts", json=wish)
    accepted = client.call("POST", "/consents", json=client.sign(drafted["typed_data"], Consent))
    answer(accepted, "\n".join([*drafted["summary"], f"{accepted['status']}: entry {accepted['entry']}"]), as_json)


@app.command("list")
def show(key: Key, language: str = "ko", url: Url = URL, as_json: Json = False) -> None:
    """Your transfer requests that stand."""
    client, _ = signed_in(url, key)
    found = client.call("GET", "/me/transfers")
    lines = [f"{one['entry']}  {one['words'].get(language, one['words']['en'])}" for one in found]
    answer(found, "\n".join(lines) or "no transfer request stands", as_json)
