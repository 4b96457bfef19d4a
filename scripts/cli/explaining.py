"""Command `mydata answer`: the decision for a party on one of your records, now or at a past time, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.scripts.cli.common import URL, Json, Key, Url, answer
from mydata_ledger.scripts.cli.key_files import signed_in


def explain(
    record: Annotated[str, typer.Argument(help="Id of one of your records.")],
    key: Key,
    party: Annotated[str, typer.Option("--party", help="Address of the requesting party.")],
    purpose: Annotated[str, typer.Option(help="Purpose of the request, for instance hl7:CLINTRCH.")],
    action: Annotated[str, typer.Option(help="view, copy, transfer or compute.")] = "view",
    at: Annotated[str, typer.Option("--at", help="Past time: 2026-11-23T10:00 (UTC), or UTC seconds.")] = "",
    size: Annotated[
        int, typer.Option("--size", min=0, help="Or: when the chain first held this number of consents.")
    ] = 0,
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Show the decision for a party on one of your records, now or at a past time, and each consent it considered."""
    client, _ = signed_in(url, key)
    params: dict[str, Any] = {"requester": party, "purpose": purpose, "action": action}
    params |= {"at": seconds(at)} if at else {}
    params |= {"size": size} if size else {}
    facts = client.call("GET", f"/me/records/{record}/answer", params=params)
    answer(facts, _as_text(facts), as_json)


def seconds(text: str) -> int:
    """Parse a time to UTC seconds: digits, or ISO 8601 (UTC without an offset). Raises MalformedInput."""
    if text.isdecimal() and text.isascii():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise MalformedInput("--at is a moment such as 2026-11-23T10:00, or UTC seconds") from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _as_text(facts: dict[str, Any]) -> str:
    when = datetime.fromtimestamp(facts["at"], UTC).isoformat(timespec="seconds")
    verdict = "permitted" if facts["permitted"] else "denied"
    basis = f"{facts['consents_size']} consents and {facts['records_size']} records on chain, block {facts['block']}"
    lines = [f"{verdict} ({facts['reason']}) at {when}; rests on {basis}"]
    lines += [f"  binds the reader to: {', '.join(facts['obligations'])}"] if facts["obligations"] else []
    lines += [f"  {consent['finding']:<22} {consent['consent']}" for consent in facts["considered"]]
    return "\n".join(lines)
