"""Commands `mydata erase` and `mydata certificate`: erase records for good, and prove the erasure."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mydata_ledger.client import Client
from mydata_ledger.ledger.errors import IntegrityFailure
from mydata_ledger.ledger.record import Erasure
from mydata_ledger.scripts.cli.common import URL, Json, Key, Language, Out, Url, answer, console, show_summary, write
from mydata_ledger.scripts.cli.key_files import signed_in

Records = Annotated[list[str] | None, typer.Argument(help="Ids of records about you, or issued by you.")]
PAGE = 1_000


def erase(
    key: Key,
    record: Records = None,
    everything: Annotated[bool, typer.Option("--all", help="Erase every record about you.")] = False,
    language: Language = "en",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Destroy the keys of records for good: nobody, not even you, can read them again."""
    if bool(record) == everything:
        raise typer.BadParameter("name records, or give --all", param_hint="RECORD")
    client, _ = signed_in(url, key)
    drafted = _draft(client, record, language)
    if drafted["drafts"] and not yes:
        show_summary([drafted["summary"]], as_json)
        typer.confirm("Erase every record that is about you?" if everything else "Erase for good?", abort=True)
    erased: list[str] = []
    while drafted["drafts"]:
        erased += _submit(client, drafted["drafts"])
        drafted = _draft(client, None, language) if everything else {"drafts": []}
    answer({"erased": erased}, f"erased: {len(erased)} records; their certificates: mydata certificate RECORD", as_json)


def certificate(
    key: Key,
    record: Annotated[str, typer.Argument(help="Id of an erased record.")],
    out: Out = None,
    url: Url = URL,
) -> None:
    """Fetch the certificate of an erasure for `mydata verify`; waits until the erasure is on chain."""
    client, _ = signed_in(url, key)
    document = client.call("GET", f"/me/erasures/{record}/certificate")
    if document["checkpoint"] is None:
        with console.status("waiting for the chain"):
            client.wait_anchored("records", document["position"])
        document = client.call("GET", f"/me/erasures/{record}/certificate")
    if out:
        write(out, document)
    answer(document, f"written to {out}", as_json=out is None)


def _draft(client: Client, records: list[str] | None, language: str) -> dict[str, Any]:
    """Draft the erasures of the named records, or of all records.

    Raises IntegrityFailure if the API drafts another record than the named ones.
    """
    form = {"language": language} | ({"records": records} if records else {})
    drafted: dict[str, Any] = client.call("POST", "/me/erasures/drafts", json=form)
    drafted_ids = {draft["message"]["recordId"] for draft in drafted["drafts"]}
    if records and drafted_ids != {record.lower() for record in records}:
        raise IntegrityFailure("the drafts name other records than you did; nothing was signed")
    return drafted


def _submit(client: Client, drafts: list[dict[str, Any]]) -> list[str]:
    with console.status(f"signing and erasing {len(drafts)}"):
        signed = [client.sign(draft, Erasure) for draft in drafts]
        client.call("POST", "/me/erasures", json={"erasures": signed})
    return [draft["message"]["recordId"] for draft in drafts]
