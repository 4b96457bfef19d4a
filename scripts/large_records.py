"""Large records from the client's side: sent and fetched in pieces, opened in constant memory."""

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
"""Hears how many bytes of how many are done."""


def send(
    client: Client, file: Path, record: Mapping[str, str | int], media_type: str, on_progress: ProgressCallback
) -> list[dict[str, Any]]:
    """Send a file as one record; the drafts for its holder to sign. `record` has the members of a record's form.

    Raises Refused, SourceUnavailable, OSError.
    """
    headers = {"Record-" + name.replace("_", "-").title(): str(value) for name, value in record.items()}
    size = file.stat().st_size
    with file.open("rb") as opened:
        headers |= {"Content-Type": media_type, "Content-Length": str(size)}
        content = progress_text(pieces(opened), size, on_progress)
        drafted: dict[str, Any] = client.call("POST", "/records/drafts/stream", content=content, headers=headers)
    drafts: list[dict[str, Any]] = drafted["drafts"]
    return drafts


def is_streamed(release: Mapping[str, Any]) -> bool:
    """Whether a release carries no payload, which is then fetched by `fetch`."""
    return release["sealed"] is None


def fetch(client: Client, release: Mapping[str, Any], on_progress: ProgressCallback) -> Iterator[bytes]:
    """The sealed payload of a release, in pieces. Raises Refused, SourceUnavailable when it breaks off."""
    return client.pieces(f"/receipts/{release['receipt']['position']}/sealed", on_progress)


def open_streamed(
    client: Client, release: Mapping[str, Any], path: Path, on_progress: ProgressCallback
) -> tuple[OpenedRelease, int]:
    """Fetch and open a release into a file, which appears once all of it is what its holder signed.

    What was opened, without its content, and its length in bytes. Raises Refused, SourceUnavailable, MalformedInput
    without a reader key, IntegrityFailure.
    """
    if client.reader is None:
        raise MalformedInput("no reader key to open the release with; make one with `mydata keys new --reader`")
    issue, receipt = release["issue"], release["receipt"]
    found = ReleaseFile(
        record_id=read_hex(release["record_id"], "record_id", 32),
        wrapped_key=read_hex(release["wrapped_key"], "wrapped_key"),
        commitment=read_hex(issue["commitment"], "commitment", 32),
        cid=issue["cid"],
        sealed=None,
    )
    kept = open_into(path, found, fetch(client, release, on_progress), client.reader)
    opened = OpenedRelease(b"", kept.media_type, kept.seed, receipt["position"], receipt["block"], dict(issue))
    return opened, kept.length


def progress_text(some: Iterator[Piece], size: int, on_progress: ProgressCallback) -> Iterator[Piece]:
    """The pieces, while `say` hears how many bytes of `size` went by."""
    done = 0
    for piece in some:
        yield piece
        done += len(piece)
        on_progress(done, size)
