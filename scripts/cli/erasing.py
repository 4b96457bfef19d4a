"""`mydata erase` and `mydata certificate`: records ended for good, and the proof of it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mydata_ledger.client import Client, signed_in
from mydata_ledger.ledger.errors import IntegrityFailure
from mydata_ledger.ledger.record import Erasure
from mydata_ledger.scripts.cli.common import URL, Json, Key, Language, Out, Url, answer, console, read_first, write

Records = Annotated[list[str] | None, typer.Argument(help="Ids of records that are about you, or that you issued.")]
PAGE = 1_000


def erase(
    key: Key,
    record: Records = None,
    everything: Annotated[bool, typer.Option("--all", help="Every record that is about you.")] = False,
    language: Language = "en",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Destroy the keys of records for good: nobody, you included, can read them again."""
    if bool(record) == everything:
        raise typer.BadParameter("name records, or say --all", param_hint="RECORD")
    client, _ = signed_in(url, key)
    found = _drafted(client, record, language)
    if found["drafts"] and not yes:
        read_first([found["summary"]], as_json)
        typer.confirm("Erase every record that is about you?" if everything else "Erase for good?", abort=True)
    erased: list[str] = []
    while found["drafts"]:
        erased += _hand_in(client, found["drafts"])
        found = _drafted(client, None, language) if everything else {"drafts": []}
    answer({"erased": erased}, f"erased: {len(erased)} records; their certificates: mydata certificate RECORD", as_json)


def certificate(
    key: Key,
    record: Annotated[str, typer.Argument(help="Id of an erased record.")],
    out: Out = None,
    url: Url = URL,
) -> None:
    """The certificate of an erasure, for `mydata verify`; it waits until the erasure is on chain."""
    client, _ = signed_in(url, key)
    found = client.call("GET", f"/me/erasures/{record}/certificate")
    if found["checkpoint"] is None:
        with console.status("waiting for the chain"):
            client.wait_anchored("records", found["position"])
        found = client.call("GET", f"/me/erasures/{record}/certificate")
    if out:
        write(out, found)
    answer(found, f"written to {out}", as_json=out is None)


def _drafted(client: Client, records: list[str] | None, language: str) -> dict[str, Any]:
    """The erasures of named records and of no other, or of all. Raises IntegrityFailure."""
    form = {"language": language} | ({"records": records} if records else {})
    found: dict[str, Any] = client.call("POST", "/me/erasures/drafts", json=form)
    named = {typed["message"]["recordId"] for typed in found["drafts"]}
    if records and named != {record.lower() for record in records}:
        raise IntegrityFailure("the drafts do not erase what was asked for; nothing was signed")
    return found


def _hand_in(client: Client, drafts: list[dict[str, Any]]) -> list[str]:
    with console.status(f"signing and erasing {len(drafts)}"):
        signed = [client.sign(typed, Erasure) for typed in drafts]
        client.call("POST", "/me/erasures", json={"erasures": signed})
    return [typed["message"]["recordId"] for typed in drafts]
