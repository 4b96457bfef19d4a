"""Large records in the client: sent and fetched in pieces, opened in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mydata_ledger.client import Client, OpenedRelease
from mydata_ledger.ledger.envelope.frame import Piece
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.typed_data import read_hex
from mydata_ledger.scripts.release import ReleaseFile, open_into, pieces

ProgressCallback = Callable[[int, int], None]
"""Function that gets the number of bytes done and their total."""


def send(
    client: Client, file: Path, record: Mapping[str, str | int], media_type: str, on_progress: ProgressCallback
) -> dict[str, Any]:
    """Send a file as one record; return the drafts for its holder to sign, and the duplicates.

    `record` has the members of a record's form. Raises RequestRefused, SourceUnavailable, OSError.
    """
    headers = {"Record-" + name.replace("_", "-").title(): str(value) for name, value in record.items()}
    size = file.stat().st_size
    with file.open("rb") as opened:
        headers |= {"Content-Type": media_type, "Content-Length": str(size)}
        content = progress_text(pieces(opened), size, on_progress)
        drafted: dict[str, Any] = client.call("POST", "/records/drafts/stream", content=content, headers=headers)
    return drafted


def is_streamed(release: Mapping[str, Any]) -> bool:
    """True if a release has no payload in it; `fetch` gets the payload."""
    return release["sealed"] is None


def fetch(client: Client, release: Mapping[str, Any], on_progress: ProgressCallback) -> Iterator[bytes]:
    """The sealed payload of a release, in pieces. Raises RequestRefused; SourceUnavailable if the transfer breaks."""
    return client.pieces(f"/receipts/{release['receipt']['position']}/sealed", on_progress)


def open_streamed(
    client: Client, release: Mapping[str, Any], path: Path, on_progress: ProgressCallback
) -> tuple[OpenedRelease, int]:
    """Fetch and open a release into a file; the file appears after all of it matched the signature of its holder.

    Returns:
        The opened release without its content, and the length of the content in bytes.

    Raises:
        RequestRefused: The API refuses the payload.
        SourceUnavailable: The transfer ended early.
        MalformedInput: The client has no reader key.
        IntegrityFailure: The payload was altered, or is not the record that its holder signed.
    """
    if client.reader is None:
        raise MalformedInput("no reader key to open the release with; make one with `mydata keys new --reader`")
    issue, receipt = release["issue"], release["receipt"]
    release_file = ReleaseFile(
        record_id=read_hex(release["record_id"], "record_id", 32),
        wrapped_key=read_hex(release["wrapped_key"], "wrapped_key"),
        commitment=read_hex(issue["commitment"], "commitment", 32),
        cid=issue["cid"],
        sealed=None,
    )
    kept = open_into(path, release_file, fetch(client, release, on_progress), client.reader)
    opened = OpenedRelease(b"", kept.media_type, kept.seed, receipt["position"], receipt["block"], dict(issue))
    return opened, kept.length


def progress_text(stream: Iterator[Piece], size: int, on_progress: ProgressCallback) -> Iterator[Piece]:
    """Yield the pieces and report the number of bytes done, of `size`, to `on_progress`."""
    done = 0
    for piece in stream:
        yield piece
        done += len(piece)
        on_progress(done, size)
