"""Command `mydata export`: all data about a person in one zip file, with proofs."""

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

from mydata_ledger.client import Client, KeyFile, RequestRefused
from mydata_ledger.ledger.commitment.content import is_json
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.scripts.cli.common import URL, For, Json, Key, Url, answer
from mydata_ledger.scripts.cli.key_files import signed_in
from mydata_ledger.scripts.cli.large_records import proof_of
from mydata_ledger.scripts.large_records import is_streamed, open_streamed


def export(
    out: Annotated[Path, typer.Option("--out", "-o", help="The zip file to write, readable by you only.")],
    key: Key,
    records: Annotated[bool, typer.Option(help="Open your records and add their contents.")] = True,
    person: For = "",
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Download all data about you: consents, records, every access and messages, each with its proof."""
    client, key_file = signed_in(url, key)
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        path, form = ("/exports", {"data_subject": person}) if person else ("/me/export", None)
        client.download(path, file, form)
    opened, failures = _add_records(out, client, key_file, person) if records else (0, [])
    value = {"file": str(out), "records": opened, "not_opened": failures}
    text = f"written to {out} with {opened} opened records; check with: mydata verify proofs/consents.ndjson --rpc URL"
    reasons = ", ".join(sorted({failure["reason"] for failure in failures}))
    failed = f"\n{len(failures)} records could not be opened: {reasons}" if failures else ""
    answer(value, text + failed, as_json)


def _add_records(out: Path, client: Client, key: KeyFile, person: str) -> tuple[int, list[dict[str, str]]]:
    """Append each record as `mydata access --proof` writes it; return the count, and failures with their reasons."""
    count, failures = 0, []
    with ZipFile(out, "a", ZIP_DEFLATED) as archive:
        for record in _readable(client, person):
            try:
                document = _record_document(record, client, key, archive)
            except (LedgerError, RequestRefused) as error:
                failures.append({"record_id": record["record_id"], "reason": str(error)})
                continue
            info = ZipInfo(f"records/{record['record_id']}.json")
            info.compress_type, info.external_attr = ZIP_DEFLATED, 0o600 << 16
            archive.writestr(info, orjson.dumps(document))
            count += 1
    return count, failures


def _readable(client: Client, person: str) -> Iterator[dict[str, Any]]:
    return (record for record in client.view("/records", person) if record["status"] != "erased")


def _record_document(record: dict[str, Any], client: Client, key: KeyFile, archive: ZipFile) -> dict[str, Any]:
    """The document of a record; the content of a large record becomes a separate file in the archive."""
    from mydata_ledger.scripts.verify.attached import AttachedContent

    params = {"category": record["category"], "purpose": "mydata:SELF_VIEW", "action": "view"}
    params |= {"reader_key": "0x" + key.reader.public.hex()} if key.reader else {}
    release = client.released(record["record_id"], (), (), **params)
    if is_streamed(release):
        return _add_content(release, client, archive)
    opened_record = client.open(release)
    document: dict[str, Any] = client.call("GET", f"/receipts/{opened_record.position}/record")
    return document | {
        "content": AttachedContent(
            is_json(opened_record.media_type), opened_record.seed, opened_record.content
        ).written()
    }


def _add_content(release: dict[str, Any], client: Client, archive: ZipFile) -> dict[str, Any]:
    """Append the content of a record after it matched its holder's signature; return the document."""
    with TemporaryDirectory(dir=Path(str(archive.filename)).absolute().parent, prefix=".export-") as folder:
        path = Path(folder) / "content"
        opened, _ = open_streamed(client, release, path, lambda done, of: None)
        kind = guess_extension(opened.media_type) or ".bin"
        archive.write(path, f"records/{release['record_id']}{kind}", ZIP_DEFLATED)
    return proof_of(client, opened)
