"""What `mydata issue`, `access` and `open` do with records that are sent and fetched in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from mydata_ledger.client import Client, OpenedRelease
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.record import Issue
from mydata_ledger.scripts.cli.common import answer, console, write
from mydata_ledger.scripts.large_records import Say, fetch, open_streamed, send

STREAMED_FROM = 16 * 1024 * 1024
"""Bytes of a file from which it is sent in pieces."""
COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    DownloadColumn(),
    TransferSpeedColumn(),
    TimeRemainingColumn(),
)


def issue_file(
    client: Client, file: Path, record: dict[str, str | int], media_type: str, *, quiet: bool
) -> list[dict[str, Any]]:
    """Send a file, sign its statement and issue it. Raises Refused, SourceUnavailable."""
    with progress(f"sending {file.name}", quiet=quiet) as say:
        drafts = send(client, file, record, media_type, say)
    return client.issue(drafts, Issue)


def keep_release(client: Client, release: dict[str, Any], path: Path, key: Path, as_json: bool) -> None:
    """Write a release and, beside it, its sealed payload: both open offline."""
    payload = path.with_name(path.name + ".sealed")
    with progress(f"fetching {payload.name}", quiet=as_json) as say, payload.open("wb") as file:
        file.writelines(fetch(client, release, say))
    write(path, release)
    value = {**release, "sealed_file": str(payload)}
    command = f"mydata open {path} --sealed {payload} --key {key} --out FILE"
    answer(value, f"released, and still sealed: {command}", as_json)


def keep_record(client: Client, release: dict[str, Any], out: Path | None, proof: Path | None, as_json: bool) -> None:
    """Fetch, open, check and keep a record in a file, and say so, signed; its proof too, if that is asked for.

    Raises MalformedInput without a file.
    """
    if not out:
        raise MalformedInput("this record is too large for an answer: give --out FILE, or --release FILE")
    with progress(f"fetching {out.name}", quiet=as_json) as say:
        opened, length = open_streamed(client, release, out, say)
    client.acknowledge(opened)
    if proof:
        write(proof, proof_of(client, opened))
    value = {"receipt": opened.position, "block": opened.block, "media_type": opened.media_type, "bytes": length}
    told = f"receipt {opened.position}; {length} bytes of {opened.media_type}, as their holder signed them"
    answer({**value, "file": str(out)}, f"{told}, written to {out}", as_json)


def proof_of(client: Client, opened: OpenedRelease) -> dict[str, Any]:
    """A record's own proof with what ties it to its content in a file: `mydata verify PROOF --content FILE`."""
    from mydata_ledger.scripts.verify.attached import SeparateContent

    document: dict[str, Any] = client.call("GET", f"/receipts/{opened.position}/record")
    return document | {"content": SeparateContent(opened.seed).written()}


@contextmanager
def progress(name: str, *, quiet: bool) -> Iterator[Say]:
    """A bar in bytes."""
    with Progress(*COLUMNS, console=console, transient=True, disable=quiet) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
