"""`mydata erase` and `mydata certificate`: records ended for good, and the proof of it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ledger.record import Erasure
from scripts.cli.common import URL, Json, Key, Out, Url, answer, console, signed_in, write
from scripts.client import Client

Records = Annotated[list[str] | None, typer.Argument(help="Ids of records that are about you, or that you issued.")]
PAGE = 1_000


def erase(
    key: Key,
    record: Records = None,
    everything: Annotated[bool, typer.Option("--all", help="Every record that is about you.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Destroy the keys of records for good: nobody, you included, can read them again."""
    if bool(record) == everything:
        raise typer.BadParameter("name records, or say --all", param_hint="RECORD")
    client, _ = signed_in(url, key)
    drafts = client.call("POST", "/me/erasures/drafts", json={"records": record} if record else {})["drafts"]
    if drafts and not yes:
        typer.confirm(f"Erase {len(drafts)} records for good?", abort=True)
    erased: list[str] = []
    while drafts:
        erased += _hand_in(client, drafts)
        drafts = client.call("POST", "/me/erasures/drafts", json={})["drafts"] if everything else []
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


def _hand_in(client: Client, drafts: list[dict[str, Any]]) -> list[str]:
    with console.status(f"signing and erasing {len(drafts)}"):
        signed = [client.sign(typed, Erasure) for typed in drafts]
        client.call("POST", "/me/erasures", json={"erasures": signed})
    return [typed["message"]["recordId"] for typed in drafts]
