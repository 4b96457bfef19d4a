"""The manifest of the journal: its list of segments, and what each of them holds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from mydata_ledger.anchors.journal.blob_store import BlobReference
from mydata_ledger.ledger.errors import IntegrityFailure

VERSION = 1


@dataclass(frozen=True, slots=True)
class Segment:
    """One sealed blob of the journal.

    A segment of a log holds the statements from position `start` up to, but not including, `end`. A snapshot (of all
    notices, or of the work items of one kind) holds `end` items; its `digest` shows whether the items have changed.
    """

    name: str
    start: int
    end: int
    reference: BlobReference
    digest: bytes = b""

    @property
    def count(self) -> int:
        """The number of statements or items in it."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Manifest:
    """The list of segments and snapshots.

    `logs` has the segments of each log in order and without gaps, `snapshots` the others by name. `replaced` are the
    CIDs that this manifest no longer needs; they are unpinned once it is the newest one.
    """

    logs: dict[str, tuple[Segment, ...]] = field(default_factory=dict)
    snapshots: dict[str, Segment] = field(default_factory=dict)
    replaced: tuple[str, ...] = ()

    def size(self, log: str) -> int:
        """Return how many statements of the log are in the journal."""
        segments = self.logs.get(log, ())
        return segments[-1].end if segments else 0

    def references(self) -> list[BlobReference]:
        """Return the references of all segments and snapshots."""
        segments = (segment for segments in self.logs.values() for segment in segments)
        return [segment.reference for segment in (*self.snapshots.values(), *segments)]

    def with_replaced(self, before: Manifest, reference: BlobReference | None) -> Manifest:
        """Return this manifest with the CIDs that `before` needed and this one does not, as `replaced`.

        `reference` is that of `before` itself, which is replaced too.
        """
        needed = {blob.cid for blob in self.references()}
        earlier = {blob.cid for blob in before.references()} | ({reference.cid} if reference else set())
        return replace(self, replaced=tuple(sorted(earlier - needed)))


def encode(manifest: Manifest) -> bytes:
    """Encode a manifest as JSON."""
    logs = {log: [_segment_to_json(segment) for segment in segments] for log, segments in manifest.logs.items()}
    snapshots = [_segment_to_json(snapshot) for snapshot in manifest.snapshots.values()]
    return orjson.dumps({"version": VERSION, "logs": logs, "shelves": snapshots, "replaced": manifest.replaced})


def decode(raw: bytes) -> Manifest:
    """Decode a manifest that `encode` wrote. Raises IntegrityFailure."""
    try:
        document = orjson.loads(raw)
        if document["version"] > VERSION:
            raise IntegrityFailure("the journal was written by a newer program; recover with that one")
        logs = {log: tuple(map(_segment_from_json, segments)) for log, segments in document["logs"].items()}
        snapshots = [_segment_from_json(snapshot) for snapshot in document["shelves"]]
        return Manifest(logs, {snapshot.name: snapshot for snapshot in snapshots}, tuple(document["replaced"]))
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityFailure("the manifest of the journal cannot be read") from error


def _segment_to_json(segment: Segment) -> list[Any]:
    return [
        segment.name,
        segment.start,
        segment.end,
        segment.reference.cid,
        segment.reference.nonce.hex(),
        segment.digest.hex(),
    ]


def _segment_from_json(fields: list[Any]) -> Segment:
    name, start, end, cid, nonce, digest = fields
    return Segment(
        str(name), int(start), int(end), BlobReference(str(cid), bytes.fromhex(nonce)), bytes.fromhex(digest)
    )
