"""`mydata export`: everything about you in one file, with what proves it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from mimetypes import guess_extension
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson
import typer

from mydata_ledger.client import Client, KeyFile, RequestRefused, signed_in
from mydata_ledger.ledger.commitment.content import is_json
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.scripts.cli.common import URL, Json, Key, Url, answer
from mydata_ledger.scripts.cli.large_records import proof_of
from mydata_ledger.scripts.large_records import is_streamed, open_streamed


def export(
    out: Annotated[Path, typer.Option("--out", "-o", help="The zip to write, readable by you only.")],
    key: Key,
    records: Annotated[bool, typer.Option(help="Open your records and add their contents.")] = True,
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Download all that is held about you: consents, records, every access, messages, each with its proof."""
    client, found = signed_in(url, key)
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        client.download("/me/export", file)
    opened, left = _add(out, client, found) if records else (0, [])
    value = {"file": str(out), "records": opened, "not_opened": left}
    told = f"written to {out} with {opened} opened records; check with: mydata verify proofs/consents.ndjson --rpc URL"
    more = (
        f"\n{len(left)} records could not be opened: {', '.join(sorted({one['reason'] for one in left}))}"
        if left
        else ""
    )
    answer(value, told + more, as_json)


def _add(out: Path, client: Client, key: KeyFile) -> tuple[int, list[dict[str, str]]]:
    """Append each record as `mydata access --proof` writes it; what does not open is named with its reason."""
    count, left = 0, []
    with ZipFile(out, "a", ZIP_DEFLATED) as archive:
        for record in _readable(client):
            try:
                document = _opened(record, client, key, archive)
            except (LedgerError, RequestRefused) as error:
                left.append({"record_id": record["record_id"], "reason": str(error)})
                continue
            info = ZipInfo(f"records/{record['record_id']}.json")
            info.compress_type, info.external_attr = ZIP_DEFLATED, 0o600 << 16
            archive.writestr(info, orjson.dumps(document))
            count += 1
    return count, left


def _readable(client: Client) -> Iterator[dict[str, Any]]:
    return (one for one in client.call("GET", "/records") if one["status"] != "erased")


def _opened(record: dict[str, Any], client: Client, key: KeyFile, archive: ZipFile) -> dict[str, Any]:
    """A record's document; the content of a large one is in the archive beside it, named by the record and its kind."""
    from mydata_ledger.scripts.verify.attached import AttachedContent

    question = {"category": record["category"], "purpose": "mydata:SELF_VIEW", "action": "view"}
    question |= {"reader_key": "0x" + key.reader.public.hex()} if key.reader else {}
    release = client.released(record["record_id"], (), (), **question)
    if is_streamed(release):
        return _add_content(release, client, archive)
    found = client.open(release)
    document: dict[str, Any] = client.call("GET", f"/receipts/{found.position}/record")
    return document | {"content": AttachedContent(is_json(found.media_type), found.seed, found.content).written()}


def _add_content(release: dict[str, Any], client: Client, archive: ZipFile) -> dict[str, Any]:
    """Append a record's content once all of it is what its holder signed; its document."""
    with TemporaryDirectory(dir=Path(str(archive.filename)).absolute().parent, prefix=".export-") as folder:
        path = Path(folder) / "content"
        opened, _ = open_streamed(client, release, path, lambda done, of: None)
        kind = guess_extension(opened.media_type) or ".bin"
        archive.write(path, f"records/{release['record_id']}{kind}", ZIP_DEFLATED)
    return proof_of(client, opened)
