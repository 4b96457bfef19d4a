"""Commands `mydata consent` and `mydata revoke`: draft, sign, show and withdraw consents."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from mydata_ledger.ledger.consent import Consent
from mydata_ledger.scripts.cli import fhir
from mydata_ledger.scripts.cli.common import (
    URL,
    Json,
    Key,
    Language,
    Out,
    Url,
    answer,
    console,
    read_json,
    show_summary,
    write,
)
from mydata_ledger.scripts.cli.key_files import signed_in

app = typer.Typer(help="Consents: draft, sign, show, import, export.", no_args_is_help=True)
app.command("import")(fhir.import_)
app.command("export")(fhir.export)
DAY = 86_400
NOT_ON_CHAIN = "; the consent is not revoked on chain, since its lock was not made with this key"
Grantee = Annotated[str, typer.Argument(help="A party's 0x address, `role:<role>`, or `*` (to forbid everybody).")]


@app.command("draft")
def draft(
    grantee: Grantee,
    key: Key,
    category: Annotated[list[str], typer.Option("--category", help="For instance health.lab (repeat).")],
    purpose: Annotated[list[str], typer.Option("--purpose", help="For instance hl7:CLINTRCH (repeat).")],
    action: Annotated[list[str] | None, typer.Option("--action", help="view (default), compute, … (repeat).")] = None,
    condition: Annotated[
        list[str] | None, typer.Option("--condition", help="once, max-uses:3, only:birthDate, … (repeat).")
    ] = None,
    record: Annotated[list[str] | None, typer.Option("--record", help="Only this record id (repeat).")] = None,
    days: Annotated[int, typer.Option(min=1, help="Number of days the consent lasts.")] = 365,
    forbid: Annotated[bool, typer.Option("--forbid", help="Forbid instead of permitting.")] = False,
    language: Annotated[str, typer.Option(help="Language of the notice: en or ko.")] = "en",
    out: Out = None,
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Draft the next version of a consent and show its text. Nothing is signed yet."""
    now = int(time.time())
    grant = {
        "effect": "forbid" if forbid else "permit",
        "categories": category,
        "purposes": purpose,
        "actions": action or ["view"],
        "conditions": condition or [],
        "records": record or [],
        "not_before": now - 60,
        "expires": now + days * DAY,
    }
    client, _ = signed_in(url, key)
    drafted = client.draft(grantee, [grant], language)
    if out:
        write(out, drafted)
    answer(
        drafted,
        draft_text(drafted) + (f"\nsign it with: mydata consent sign {out} --key {key}" if out else ""),
        as_json,
    )


def draft_text(drafted: dict[str, Any]) -> str:
    """A draft for people: its notice, its sentences, and the changes against the version in force."""
    lines = [drafted["notice"]["text"], "", "You are about to say:", *(f"  {line}" for line in drafted["summary"])]
    if drafted["changes"]:
        lines += ["against the version in force:", *(f"  {line}" for line in drafted["changes"])]
    return "\n".join(lines)


@app.command("sign")
def sign(
    file: Annotated[Path, typer.Argument(help="A draft written by `mydata consent draft --out`.")],
    key: Key,
    wait: Annotated[bool, typer.Option(help="Wait until the consent is on chain.")] = True,
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Sign a draft and submit it."""
    client, _ = signed_in(url, key)
    accepted = client.call("POST", "/consents", json=client.sign(read_json(file)["typed_data"], Consent))
    if wait:
        with console.status("waiting for the chain"):
            client.wait_anchored(accepted["log"], accepted["position"])
        accepted["status"] = "active"
    answer(accepted, f"{accepted['status']}: entry {accepted['entry']}, position {accepted['position']}", as_json)


@app.command("show")
def show(
    key: Key,
    entry: Annotated[str, typer.Argument(help="Entry of one consent: show its copy with proof.")] = "",
    out: Out = None,
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Show your consents, or one of them as a proof document for `mydata verify`."""
    client, _ = signed_in(url, key)
    answered = client.call("GET", f"/consents/{entry}/copy" if entry else "/consents")
    if out:
        write(out, answered)
    if entry:
        answer(answered, f"written to {out}" if out else "give --out FILE or --json to have the copy", as_json)
        return
    lines = [f"{c['entry']}  v{c['version']} {c['status']:<10} {c['grantee_name']}" for c in answered]
    answer(answered, "\n".join(lines) or "you have signed no consent yet", as_json)


@app.command("record")
def record(
    entry: Annotated[str, typer.Argument(help="Entry of one of your consents; `mydata consent show` lists them.")],
    key: Key,
    receipt: Annotated[
        bool, typer.Option("--receipt", help="The consent receipt: a dated copy of the record.")
    ] = False,
    out: Out = None,
    url: Url = URL,
) -> None:
    """Show one of your consents as an ISO/IEC TS 27560 consent record: JSON-LD with the W3C DPV vocabulary."""
    client, _ = signed_in(url, key)
    answered = client.call("GET", f"/consents/{entry}/{'receipt' if receipt else 'record'}")
    if out:
        write(out, answered)
    answer(answered, f"written to {out}", as_json=out is None)


def revoke(grantee: Grantee, key: Key, language: Language = "en", url: Url = URL, as_json: Json = False) -> None:
    """Withdraw your consent to a grantee; access is denied before the command returns."""
    client, _ = signed_in(url, key)
    drafted = client.withdrawal(grantee, language)
    show_summary(drafted["summary"], as_json)
    accepted = client.end(drafted)
    chain_note = "" if int(drafted["typed_data"]["message"]["secret"], 16) else NOT_ON_CHAIN
    answer(accepted, f"withdrawn: {accepted['status']}, position {accepted['position']}{chain_note}", as_json)
