"""Files in ZIP and gzip, with bounds that hold for what comes out, whatever the archive says of itself."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from mydata_ledger.formats.encodings import KOREAN
from mydata_ledger.ledger.errors import LedgerError, MalformedInput, TooLarge

ZIP, GZIP = b"PK\x03\x04", b"\x1f\x8b"
UTF8_NAME, ENCRYPTED = 0x800, 0x1
PIECE, GZIP_PIECE = 64 * 1024, 4 * 1024
"""Bytes that are read at once; of a gzip fewer, since it may have a member of 20 bytes in each."""
PADDING = re.compile(rb"\0*")


@dataclass(frozen=True, slots=True)
class ArchiveBounds:
    """The most files of an archive, and the most bytes of one and of all of them when unpacked."""

    files: int = 1_000
    file_bytes: int = 64 * 1024 * 1024
    total_bytes: int = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PackedFile:
    """One file: its name as the archive has it (empty in gzip), and its bytes."""

    name: str
    content: bytes


BOUNDS = ArchiveBounds()


def unpack(raw: bytes, bounds: ArchiveBounds = BOUNDS) -> Iterator[PackedFile]:
    """The files in a ZIP or gzip, in order; what is neither is one file as it is. Archives inside are not unpacked.

    Raises:
        MalformedInput: The archive is broken, or a file in it is encrypted, has an unknown compression, or a name that
            leads out of a folder.
        TooLarge: It has more files or bytes than the bounds, however it is compressed.
    """
    if raw.startswith(ZIP):
        yield from _unpack_zip(raw, bounds)
    elif raw.startswith(GZIP):
        yield PackedFile("", _unpack_gzip(raw, min(bounds.file_bytes, bounds.total_bytes)))
    else:
        yield PackedFile("", raw)


def _unpack_zip(raw: bytes, bounds: ArchiveBounds) -> Iterator[PackedFile]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > bounds.files:
                raise TooLarge(f"an archive has at most {bounds.files} files")
            left = bounds.total_bytes
            for member in members:
                name = _name(member)
                content = _read_member(archive, member, min(bounds.file_bytes, left))
                left -= len(content)
                yield PackedFile(name, content)
    except LedgerError:
        raise
    except Exception as error:  # the standard library raises errors of many types for a broken archive
        raise MalformedInput("the archive is broken, or packed in a way that is not read here") from error


def _name(member: zipfile.ZipInfo) -> str:
    """The name; without the mark of UTF-8 it is Korean where it can be, since Korean Windows writes it so."""
    name = member.filename
    if not member.flag_bits & UTF8_NAME:
        stored = name.encode("cp437", "replace")
        try:
            name = stored.decode(KOREAN)
        except UnicodeDecodeError:
            name = member.filename
    if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
        raise MalformedInput("a name in the archive leads out of its folder")
    return name


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    if member.flag_bits & ENCRYPTED:
        raise MalformedInput("a file in the archive is encrypted")
    if member.file_size > most:
        raise _too_large()
    with archive.open(member) as packed:
        return _bounded(packed, most)


def _bounded(packed: IO[bytes], most: int) -> bytes:
    content = bytearray()
    while piece := packed.read(PIECE):
        content += piece
        if len(content) > most:
            raise _too_large()
    return bytes(content)


def _unpack_gzip(raw: bytes, most: int) -> bytes:
    """The content of all members of a gzip. Each byte is looked at once, however many members there are."""
    content, position = bytearray(), 0
    while position < len(raw):
        position = _end_of_padding(raw, _unpack_member(raw, position, content, most))
    return bytes(content)


def _unpack_member(raw: bytes, position: int, content: bytearray, most: int) -> int:
    """Add the member that begins at a position to the content; returns where it ends."""
    member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    while not member.eof:
        if not (piece := raw[position : position + GZIP_PIECE]):
            raise MalformedInput("the gzip is broken; is the file complete?")
        try:
            content += member.decompress(piece, most + 1 - len(content))
        except zlib.error as error:
            raise MalformedInput("the gzip is broken") from error
        if len(content) > most:
            raise _too_large()
        position += len(piece) - len(member.unused_data)
    return position


def _end_of_padding(raw: bytes, position: int) -> int:
    found = PADDING.match(raw, position)
    return found.end() if found else position


def _too_large() -> TooLarge:
    return TooLarge("the archive holds more than is unpacked here")
