"""Release files: parse strictly, open in constant memory, and write the record only if its commitment matches."""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from mydata_ledger.ledger import canonical, envelope
from mydata_ledger.ledger.commitment import disclosure, fields
from mydata_ledger.ledger.commitment.content import is_json, stream_commitment
from mydata_ledger.ledger.envelope import Header, ReaderKey
from mydata_ledger.ledger.envelope.frame import Piece
from mydata_ledger.ledger.errors import IntegrityFailure, MalformedInput, TooLarge
from mydata_ledger.ledger.typed_data import read_hex

PIECE = 1 << 20
SHAPE = "not a release; ask for one with `mydata access RECORD --release FILE`"


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """A release of the API for one receipt; `sealed` is None if the payload is fetched separately by its CID."""

    record_id: bytes
    wrapped_key: bytes
    commitment: bytes
    cid: str
    sealed: bytes | None


@dataclass(frozen=True, slots=True)
class KeptFile:
    """An opened file: media type, length in bytes, and the 32-byte seed of the record's commitment."""

    media_type: str
    length: int
    seed: bytes


def parse(raw: bytes) -> ReleaseFile:
    """Parse the JSON of a release as the API answers it. Raises MalformedInput, TooLarge."""
    document = canonical.read(raw)
    try:
        issue, packed = document["issue"], document.get("sealed")
        record_id = read_hex(document["record_id"], "record_id", 32)
        if read_hex(issue["recordId"], "recordId", 32) != record_id or not isinstance(issue["cid"], str):
            raise MalformedInput("the release is of one record and carries the statement of another")
        return ReleaseFile(
            record_id=record_id,
            wrapped_key=read_hex(document["wrapped_key"], "wrapped_key"),
            commitment=read_hex(issue["commitment"], "commitment", 32),
            cid=issue["cid"],
            sealed=None if packed is None else base64.b64decode(packed, validate=True),
        )
    except (KeyError, TypeError, AttributeError, ValueError, binascii.Error) as error:
        raise MalformedInput(SHAPE) from error


def open_into(path: Path, release: ReleaseFile, sealed: Iterable[Piece], reader: ReaderKey) -> KeptFile:
    """Open a release and write the record to a file; the file gets its name after the last byte was checked.

    For chosen fields of a record, the disclosure document is written.

    Args:
        path: The file to write.
        release: The parsed release.
        sealed: The sealed payload in pieces.
        reader: The key that the release was re-wrapped for.

    Returns:
        Media type, length and commitment seed of the record.

    Raises:
        IntegrityFailure: The payload was cut, changed or reordered, or it differs from the holder's commitment.
        ProofInvalid: The disclosed fields do not belong to the record.
        TooLarge: JSON content exceeds the limit for a commitment to fields.
        OSError: The file could not be written.
    """
    key = envelope.unwrap(release.wrapped_key, reader, release.record_id)
    with _temporary_beside(path) as (file, name):
        header, content = envelope.open_stream(sealed, key, release.record_id)
        digest = stream_commitment(_written(content, file), header.seed)
        file.flush()
        if header.media_type == disclosure.MEDIA_TYPE:
            disclosure.verify(disclosure.from_json(_read_json(name, header.length)), release.commitment)
        elif not hmac.compare_digest(_commitment(digest, header, name), release.commitment):
            raise IntegrityFailure("the record opens, but it is not the one its holder signed; nothing was kept")
        os.fsync(file.fileno())
        name.replace(path)
    return KeptFile(header.media_type, header.length, header.seed)


def _commitment(digest: bytes, header: Header, name: Path) -> bytes:
    """The commitment of the record, from the commitment to its bytes."""
    root = fields.root(_read_json(name, header.length), header.seed) if is_json(header.media_type) else bytes(32)
    return sha256(digest + root).digest()


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """The content of a file in pieces of 1 MiB. Raises OSError."""
    while piece := file.read(PIECE):
        yield piece


@contextmanager
def _temporary_beside(path: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A temporary file in the same folder, readable by its owner only; it is deleted unless it was renamed."""
    name = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file, name
    finally:
        name.unlink(missing_ok=True)


def _written(content: Iterable[Piece], file: BinaryIO) -> Iterator[Piece]:
    for piece in content:
        file.write(piece)
        yield piece


def _read_json(name: Path, length: int) -> bytes:
    if length > canonical.MAX_BYTES:
        raise TooLarge(f"a JSON record has at most {canonical.MAX_BYTES} bytes")
    return name.read_bytes()
