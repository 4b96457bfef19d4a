"""Commands `mydata access` and `receipt`: read records, and fetch receipts."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from mydata_ledger.client import Client, OpenedRelease
from mydata_ledger.ledger.canonical import read
from mydata_ledger.ledger.commitment import disclosure
from mydata_ledger.ledger.commitment.content import is_json
from mydata_ledger.scripts.cli.common import (
    URL,
    Json,
    Key,
    Out,
    Paths,
    Pointers,
    Url,
    answer,
    write,
    write_proof,
)
from mydata_ledger.scripts.cli.key_files import signed_in
from mydata_ledger.scripts.cli.large_records import keep_record, keep_release
from mydata_ledger.scripts.large_records import is_streamed

PAGE = 1_000


def access(
    record: Annotated[str, typer.Argument(help="Record id.")],
    key: Key,
    category: Annotated[str, typer.Option(help="Category of the record, for instance health.lab.")],
    purpose: Annotated[str, typer.Option(help="Purpose of the request, for instance hl7:CLINTRCH.")],
    action: Annotated[str, typer.Option(help="view, copy or transfer.")] = "view",
    incident: Annotated[str, typer.Option(help="Entry of a declared incident.")] = "",
    out: Out = None,
    pointer: Pointers = None,
    fhirpath: Paths = None,
    release: Annotated[
        Path | None, typer.Option(help="Write the release to this file without opening it; open it with `mydata open`.")
    ] = None,
    proof: Annotated[Path | None, typer.Option(help="Write content and proof to this file as one document.")] = None,
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Request a record or chosen fields of it, open it, and check it against its holder's signature."""
    client, key_file = signed_in(url, key)
    params = {"category": category, "purpose": purpose, "action": action}
    params |= {"incident": incident} if incident else {}
    params |= {"reader_key": "0x" + key_file.reader.public.hex()} if key_file.reader else {}
    released = client.released(record, pointer or (), fhirpath or (), **params)
    if is_streamed(released):
        if release:
            keep_release(client, released, release, key, as_json)
        else:
            keep_record(client, released, out, proof, as_json)
        return
    if release:
        write(release, released)
        answer(released, f"released, and still sealed: mydata open {release} --key {key} --out FILE", as_json)
        return
    opened = client.open(released)
    client.acknowledge(opened)
    if out:
        out.write_bytes(opened.content)
    if proof:
        write(proof, _with_content(client, opened))
    text = f"receipt {opened.position}; {len(opened.content)} bytes of {opened.media_type}, as their holder signed them"
    content = base64.b64encode(opened.content).decode()
    value = {"receipt": opened.position, "block": opened.block, "media_type": opened.media_type, "content": content}
    answer(value, text + (f", written to {out}" if out else "; give --out FILE to keep them"), as_json)


def _with_content(client: Client, opened: OpenedRelease) -> dict[str, Any]:
    """The proof of the record, which the receipt permits to fetch, with the opened content."""
    from mydata_ledger.scripts.verify.attached import AttachedContent

    document: dict[str, Any] = client.call("GET", f"/receipts/{opened.position}/record")
    if opened.media_type == disclosure.MEDIA_TYPE:
        return document | {"disclosure": read(opened.content)}
    content = AttachedContent(is_json(opened.media_type), opened.seed, opened.content)
    return document | {"content": content.written()}


def receipt(
    position: Annotated[int, typer.Argument(help="Position of a receipt; without it, your receipts are listed.")] = -1,
    *,
    key: Key,
    every: Annotated[bool, typer.Option("--all", help="Write all receipts to --out, one document a line.")] = False,
    out: Out = None,
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Fetch a receipt as a proof document, or list the access requests about you and by you."""
    client, _ = signed_in(url, key)
    if every:
        _write_all(client, out or Path("receipts.jsonl"), as_json)
    elif position < 0:
        receipts = client.call("GET", "/receipts", params={"limit": PAGE})
        answer(receipts, "\n".join(map(_line, receipts)) or "no access request yet, about you or by you", as_json)
    else:
        write_proof(client.call("GET", f"/receipts/{position}"), out or Path(f"receipt-{position}.json"), as_json)


def _write_all(client: Client, path: Path, as_json: bool) -> None:
    last, count = -1, 0
    with path.open("wb") as file:
        while page := client.call("GET", "/receipts", params={"after": last, "limit": PAGE}):
            for item in page:
                document = client.call("GET", f"/receipts/{item['position']}")
                file.write(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))
            last, count = page[-1]["position"], count + len(page)
    text = f"{count} receipts written to {path}; check them with: mydata verify {path} --rpc URL"
    answer({"file": str(path), "receipts": count}, text, as_json)


def _line(receipt: dict[str, Any]) -> str:
    message = receipt["message"]
    if receipt["kind"] == "Incident":
        return f"{receipt['position']:>6}  incident {message['incidentNumber']} declared by {message['responder']}"
    if receipt["kind"] == "IncidentExtension":
        return f"{receipt['position']:>6}  incident extended to all health records by {message['responder']}"
    verdict = "permitted" if message["permitted"] else "refused"
    request = f"{message['category']:<18} {message['purpose']:<16} by {message['requester']}"
    return f"{receipt['position']:>6}  {verdict:<9} {request}"
