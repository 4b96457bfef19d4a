"""Commands of the health service."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from mydata_ledger.client import signed_in
from mydata_ledger.formats.profile.facts import Fact, Profile
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.typed_data import read_hex

URL = "http://localhost:8420"
"""Where `mydata up` serves by default."""


def profile(
    key: Annotated[Path, typer.Option("--key", envvar="MYDATA_KEY", help="Your key file.")],
    url: Annotated[str, typer.Option("--url", envvar="MYDATA_URL", help="Base URL of the API.")] = URL,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Show your own clinical profile: each fact with the record, holder and date that it comes from."""
    client, _ = signed_in(url, key)
    reader = envelope.generate_reader_key()
    view = client.call("GET", "/health/profile", params={"reader_key": "0x" + reader.public.hex()})
    content = _opened(view, reader) if view["sealed"] else b"{}"
    if as_json:
        typer.echo(json.dumps({**view, "sealed": "", "wrapped_key": "0x", "profile": json.loads(content)}, indent=2))
        return
    typer.echo(view["text"])
    typer.echo("\n".join(_lines(view, content) if view["sealed"] else _absent(view)))


def _opened(view: dict[str, Any], reader: envelope.ReaderKey) -> bytes:
    record_id = read_hex(view["record_id"], "record_id", 32)
    key = envelope.unwrap(read_hex(view["wrapped_key"], "wrapped_key"), reader, record_id)
    return envelope.open_sealed(base64.b64decode(view["sealed"]), key, record_id).content


def _absent(view: dict[str, Any]) -> list[str]:
    return _turn_on(view["turn_on"]) if view["state"] == "none" else []


def _turn_on(turn_on: dict[str, Any]) -> list[str]:
    """The commands that make a person's profile be built."""
    named = {"--purpose": turn_on["purposes"], "--action": turn_on["actions"], "--category": turn_on["categories"]}
    options = " ".join(f"{option} {word}" for option, words in named.items() for word in words)
    return [
        f"to consent to {turn_on['grantee_name']}, who builds it:",
        f"  mydata consent draft {turn_on['grantee']} {options} --key FILE --out profile.json",
        "  mydata consent sign profile.json --key FILE",
    ]


def _lines(view: dict[str, Any], content: bytes) -> list[str]:
    sources = {one["record_id"]: one for one in view["sources"]}
    return [line for fact in Profile.from_json(content).facts for line in (_fact(fact), *_sources(fact, sources))]


def _fact(fact: Fact) -> str:
    number = "" if fact.number is None else f"{fact.comparator}{fact.number} {fact.unit}".strip()
    parts = (fact.text, fact.label, f"{fact.system} {fact.code}".strip(), number, _day(fact.at_time))
    return f"{fact.kind.value}: " + ", ".join(part for part in parts if part)


def _sources(fact: Fact, sources: dict[str, Any]) -> list[str]:
    found = [sources.get("0x" + record_id.hex()) for record_id in fact.sources]
    return [
        f"    from {one['record_id']}, {one['category']}, by {one['holder']}, issued {_day(int(one['issued_at']))}"
        for one in found
        if one
    ]


def _day(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d") if second else ""
