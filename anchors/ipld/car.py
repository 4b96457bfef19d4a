"""CAR version 1: a file with a header and blocks, each after its length and CID (ipld.io/specs/transport/car).

The header is DAG-CBOR, {"roots": [CID…], "version": 1}, which has exactly one encoding. A block of an identity CID is
contained in the CID, so it is not written, and is skipped when another writer has written it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from mydata_ledger.anchors.ipld import cbor
from mydata_ledger.anchors.ipld.cid import CBOR, DAG_CBOR, DAG_JSON, DAG_PB, JSON, MAX_BYTES, RAW, SHA2_256, Cid
from mydata_ledger.anchors.ipld.unixfs import Block, ViewBlock
from mydata_ledger.anchors.ipld.wire import varint
from mydata_ledger.ledger.errors import MalformedInput

MAX_BLOCK = 2 * 1024 * 1024
"""The largest block, in bytes, that IPFS nodes exchange."""
MAX_HEADER = 512 * 1024
MAX_ROOTS = 10_000
CODECS = {RAW, DAG_PB, DAG_CBOR, DAG_JSON, CBOR, JSON}
"""The codecs whose links can be followed, or that have none. A DAG with another codec could not be kept complete."""
CUT = "the CAR file ends too early; fetch it again"


def write(roots: list[Cid], blocks: Iterable[ViewBlock]) -> Iterator[bytes]:
    """Yield the file in pieces."""
    links = b"".join(_encoded_link(root.raw) for root in roots)
    header = b"\xa2\x65roots" + _head(0x80, len(roots)) + links + b"\x67version\x01"
    yield varint(len(header)) + header
    for cid, block in blocks:
        if not cid.is_inline:
            raw = cid.raw
            yield varint(len(raw) + len(block)) + raw
            yield bytes(block)


def read(file: BinaryIO) -> tuple[list[Cid], Iterator[Block]]:
    """Return the roots, and the blocks in order, each checked against its CID.

    Raises MalformedInput for anything that is no CAR version 1 file, at once or while the blocks are read.
    """
    size = _length(file, MAX_HEADER)
    if size is None:
        raise MalformedInput("the CAR file is empty")
    return _roots(_read_exactly(file, size)), read_blocks(file)


def read_blocks(file: BinaryIO) -> Iterator[Block]:
    """Yield the blocks from the current position of the file on, each checked against its CID. Raises MalformedInput.

    The position is after the header, or after a block.
    """
    while (size := _length(file, MAX_BYTES + MAX_BLOCK)) is not None:
        section = _read_exactly(file, size)
        cid, start = Cid.read(section)
        block = section[start:]
        if cid.hash != SHA2_256 and not cid.is_inline:
            raise MalformedInput(f"the CAR file holds {cid} under another hash than SHA-256, so it cannot be checked")
        if not cid.names(block):
            raise MalformedInput(f"the CAR file holds other bytes under {cid}")
        if cid.codec not in CODECS:
            raise MalformedInput(f"the CAR file holds {cid}, whose codec is not read here")
        if not cid.is_inline:
            yield cid, block


def _roots(header: bytes) -> list[Cid]:
    fields = cbor.decode(header)
    if not isinstance(fields, dict) or fields.get("version") != 1 or fields.keys() != {"version", "roots"}:
        raise MalformedInput("not a CAR version 1 file with its roots in front")
    roots = fields["roots"]
    if not isinstance(roots, list) or len(roots) > MAX_ROOTS or not all(isinstance(root, Cid) for root in roots):
        raise MalformedInput("the roots of the CAR file are no list of CIDs")
    return roots


def _encoded_link(raw: bytes) -> bytes:
    """Encode a link: CBOR tag 42 on a byte string of a zero and the CID."""
    return b"\xd8\x2a" + _head(0x40, len(raw) + 1) + b"\0" + raw


def _head(kind: int, count: int) -> bytes:
    """Encode the head of a CBOR array or byte string in its shortest form."""
    if count < 24:
        return bytes([kind | count])
    return bytes([kind | 24, count]) if count < 256 else bytes([kind | 25]) + count.to_bytes(2)


def _length(file: BinaryIO, most: int) -> int | None:
    """Read the length of the next section; None at the end of the file."""
    value = shift = 0
    while byte := file.read(1):
        value |= (byte[0] & 0x7F) << shift
        if value > most:
            raise MalformedInput(f"a section of the CAR file is longer than {most} bytes")
        if byte[0] < 0x80:
            return value
        shift += 7
        if shift > 63:
            raise MalformedInput("a length in the CAR file has no end")
    if shift:
        raise MalformedInput(CUT)
    return None


def _read_exactly(file: BinaryIO, size: int) -> bytes:
    content = file.read(size)
    if len(content) != size:
        raise MalformedInput(CUT)
    return content
