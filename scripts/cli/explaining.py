"""`mydata answer`: what a party is answered about one of your records, now or at a moment of the past, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from mydata_ledger.client import signed_in
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.scripts.cli.common import URL, Json, Key, Url, answer


def explain(
    record: Annotated[str, typer.Argument(help="Id of one of your records.")],
    key: Key,
    party: Annotated[str, typer.Option("--party", help="Address of the party that would ask.")],
    purpose: Annotated[str, typer.Option(help="What for, for instance hl7:CLINTRCH.")],
    action: Annotated[str, typer.Option(help="view, copy, transfer or compute.")] = "view",
    at: Annotated[str, typer.Option("--at", help="A moment: 2026-11-23T10:00 (UTC), with an offset, or seconds.")] = "",
    size: Annotated[int, typer.Option("--size", min=0, help="Or: when the chain first held so many consents.")] = 0,
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """What a party is answered about a record of yours, or was at a moment of the past, and what each consent said."""
    client, _ = signed_in(url, key)
    asked: dict[str, Any] = {"requester": party, "purpose": purpose, "action": action}
    asked |= {"at": seconds(at)} if at else {}
    asked |= {"size": size} if size else {}
    told = client.call("GET", f"/me/records/{record}/answer", params=asked)
    answer(told, _said(told), as_json)


def seconds(text: str) -> int:
    """UTC seconds of a moment: seconds already, or ISO 8601 (UTC where no offset is said). Raises MalformedInput."""
    if text.isdecimal() and text.isascii():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise MalformedInput("--at is a moment such as 2026-11-23T10:00, or UTC seconds") from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _said(told: dict[str, Any]) -> str:
    when = datetime.fromtimestamp(told["at"], UTC).isoformat(timespec="seconds")
    verdict = "permitted" if told["permitted"] else "denied"
    rests = f"{told['consents_size']} consents and {told['records_size']} records on chain, block {told['block']}"
    lines = [f"{verdict} ({told['reason']}) at {when}; rests on {rests}"]
    lines += [f"  binds the reader to: {', '.join(told['obligations'])}"] if told["obligations"] else []
    lines += [f"  {one['finding']:<22} {one['consent']}" for one in told["considered"]]
    return "\n".join(lines)
