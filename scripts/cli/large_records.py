"""Large records in `mydata issue`, `access` and `open`: they are sent and fetched in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from mydata_ledger.client import Client, OpenedRelease
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.scripts.cli.common import answer, console, write
from mydata_ledger.scripts.large_records import ProgressCallback, fetch, open_streamed, send

STREAMED_FROM = 16 * 1024 * 1024
"""Size in bytes above which a file is sent in pieces."""
COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    DownloadColumn(),
    TransferSpeedColumn(),
    TimeRemainingColumn(),
)


def draft_file(
    client: Client, file: Path, record: dict[str, str | int], media_type: str, *, quiet: bool
) -> dict[str, Any]:
    """Send a file; return its draft, or of which record it is a duplicate. Raises RequestRefused, SourceUnavailable."""
    with progress(f"sending {file.name}", quiet=quiet) as on_progress:
        return send(client, file, record, media_type, on_progress)


def keep_release(client: Client, release: dict[str, Any], path: Path, key: Path, as_json: bool) -> None:
    """Write a release, and its sealed payload to a file beside it; both together open offline."""
    payload = path.with_name(path.name + ".sealed")
    with progress(f"fetching {payload.name}", quiet=as_json) as on_progress, payload.open("wb") as file:
        file.writelines(fetch(client, release, on_progress))
    write(path, release)
    value = {**release, "sealed_file": str(payload)}
    command = f"mydata open {path} --sealed {payload} --key {key} --out FILE"
    answer(value, f"released, and still sealed: {command}", as_json)


def keep_record(client: Client, release: dict[str, Any], out: Path | None, proof: Path | None, as_json: bool) -> None:
    """Fetch, open and check a record, write it to a file, and acknowledge it; write its proof too if `proof` is given.

    Raises MalformedInput without `out`.
    """
    if not out:
        raise MalformedInput("this record is too large to print: give --out FILE, or --release FILE")
    with progress(f"fetching {out.name}", quiet=as_json) as on_progress:
        opened, length = open_streamed(client, release, out, on_progress)
    client.acknowledge(opened)
    if proof:
        write(proof, proof_of(client, opened))
    value = {"receipt": opened.position, "block": opened.block, "media_type": opened.media_type, "bytes": length}
    text = f"receipt {opened.position}; {length} bytes of {opened.media_type}, as their holder signed them"
    answer({**value, "file": str(out)}, f"{text}, written to {out}", as_json)


def proof_of(client: Client, opened: OpenedRelease) -> dict[str, Any]:
    """The proof of a record whose content is a separate file: check it with `mydata verify PROOF --content FILE`."""
    from mydata_ledger.scripts.verify.attached import SeparateContent

    document: dict[str, Any] = client.call("GET", f"/receipts/{opened.position}/record")
    return document | {"content": SeparateContent(opened.seed).written()}


@contextmanager
def progress(name: str, *, quiet: bool) -> Iterator[ProgressCallback]:
    """Show a progress bar in bytes."""
    with Progress(*COLUMNS, console=console, transient=True, disable=quiet) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
