"""A release in a file: read strictly, opened in constant memory, kept only when all of it is what its holder signed."""

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
    """What the door gave for one receipt; `sealed` is None when the payload comes from somewhere else, by its CID."""

    record_id: bytes
    wrapped_key: bytes
    commitment: bytes
    cid: str
    sealed: bytes | None


@dataclass(frozen=True, slots=True)
class KeptFile:
    """What was opened: media type, length in bytes, and the 32-byte seed of the record's commitment."""

    media_type: str
    length: int
    seed: bytes


def parse(raw: bytes) -> ReleaseFile:
    """The release in JSON as the door answers it. Raises MalformedInput, TooLarge."""
    said = canonical.read(raw)
    try:
        issue, packed = said["issue"], said.get("sealed")
        record_id = read_hex(said["record_id"], "record_id", 32)
        if read_hex(issue["recordId"], "recordId", 32) != record_id or not isinstance(issue["cid"], str):
            raise MalformedInput("the release is of one record and carries the statement of another")
        return ReleaseFile(
            record_id=record_id,
            wrapped_key=read_hex(said["wrapped_key"], "wrapped_key"),
            commitment=read_hex(issue["commitment"], "commitment", 32),
            cid=issue["cid"],
            sealed=None if packed is None else base64.b64decode(packed, validate=True),
        )
    except (KeyError, TypeError, AttributeError, ValueError, binascii.Error) as error:
        raise MalformedInput(SHAPE) from error


def open_into(path: Path, release: ReleaseFile, sealed: Iterable[Piece], reader: ReaderKey) -> KeptFile:
    """Write the record to `path`, whole or not at all: it gets its name once its last byte was found right.

    Chosen fields of a record are kept as the disclosure they came as. Raises IntegrityFailure for a payload that was
    cut, changed, reordered, or is not what the holder committed to, ProofInvalid for fields that are of no such record;
    TooLarge for JSON beyond what a commitment to fields takes; OSError.
    """
    key = envelope.unwrap(release.wrapped_key, reader, release.record_id)
    with _beside(path) as (file, name):
        header, content = envelope.open_stream(sealed, key, release.record_id)
        said = stream_commitment(_written(content, file), header.seed)
        file.flush()
        if header.media_type == disclosure.MEDIA_TYPE:
            disclosure.verify(disclosure.from_json(_whole(name, header.length)), release.commitment)
        elif not hmac.compare_digest(_commitment(said, header, name), release.commitment):
            raise IntegrityFailure("the record opens, but it is not the one its holder signed; nothing was kept")
        os.fsync(file.fileno())
        name.replace(path)
    return KeptFile(header.media_type, header.length, header.seed)


def _commitment(said: bytes, header: Header, name: Path) -> bytes:
    """The record's commitment from that to its bytes."""
    root = fields.root(_whole(name, header.length), header.seed) if is_json(header.media_type) else bytes(32)
    return sha256(said + root).digest()


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """A file in pieces of 1 MiB. Raises OSError."""
    while piece := file.read(PIECE):
        yield piece


@contextmanager
def _beside(path: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A file of our own in the same folder, readable by its owner only, gone unless it was renamed."""
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


def _whole(name: Path, length: int) -> bytes:
    if length > canonical.MAX_BYTES:
        raise TooLarge(f"a JSON record has at most {canonical.MAX_BYTES} bytes")
    return name.read_bytes()
