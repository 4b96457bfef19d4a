"""CAR version 1: blocks in a file, each behind its length and CID, the roots in front (ipld.io/specs/transport/car).

The header is DAG-CBOR, {"roots": [CID…], "version": 1}: written and read here in the one form that has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from anchors.ipld.cid import SIZE, Cid
from anchors.ipld.unixfs import Block, Made
from anchors.ipld.wire import varint
from ledger.errors import MalformedInput

MAX_BLOCK = 2 * 1024 * 1024
"""What IPFS nodes exchange at most."""
MAX_ROOTS = 10_000
ROOT = bytes.fromhex("d82a582500")
"""CBOR tag 42 and a byte string of 37: a zero, and the CID."""
START, END = b"\xa2\x65roots", b"\x67version\x01"
CUT = "the CAR file ends too early; fetch it again"


def write(roots: list[Cid], blocks: Iterable[Made]) -> Iterator[bytes]:
    """The file in pieces."""
    header = START + _array(len(roots)) + b"".join(ROOT + root.raw for root in roots) + END
    yield varint(len(header)) + header
    for cid, block in blocks:
        yield varint(SIZE + len(block)) + cid.raw
        yield bytes(block)


def read(file: BinaryIO) -> tuple[list[Cid], Iterator[Block]]:
    """The roots, and the blocks in order, each checked against its CID.

    Raises MalformedInput for anything that is no such file, at once or while the blocks are read.
    """
    size = _length(file, (len(ROOT) + SIZE) * MAX_ROOTS)
    if size is None:
        raise MalformedInput("the CAR file is empty")
    return _roots(_exactly(file, size)), read_blocks(file)


def read_blocks(file: BinaryIO) -> Iterator[Block]:
    """The blocks behind the header, or behind any of them, each checked against its CID. Raises MalformedInput."""
    while (size := _length(file, SIZE + MAX_BLOCK)) is not None:
        section = _exactly(file, size)
        cid, block = Cid.decode(section[:SIZE]), section[SIZE:]
        if not cid.names(block):
            raise MalformedInput(f"the CAR file holds other bytes under {cid}")
        yield cid, block


def _roots(header: bytes) -> list[Cid]:
    body = header.removeprefix(START).removesuffix(END)
    if len(body) != len(header) - len(START) - len(END) or not body:
        raise MalformedInput("not a CAR version 1 file with its roots in front")
    step = len(ROOT) + SIZE
    count = len(body) // step
    head = _array(count)
    items = [body[at : at + step] for at in range(len(head), len(body), step)]
    if not body.startswith(head) or len(items) != count or any(not item.startswith(ROOT) for item in items):
        raise MalformedInput("the roots of the CAR file are no list of CIDs")
    return [Cid.decode(item[len(ROOT) :]) for item in items]


def _array(count: int) -> bytes:
    """The head of a CBOR array, in its shortest form."""
    if count < 24:
        return bytes([0x80 | count])
    return bytes([0x98, count]) if count < 256 else b"\x99" + count.to_bytes(2, "big")


def _length(file: BinaryIO, most: int) -> int | None:
    """The next section's length, None at the end of the file."""
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


def _exactly(file: BinaryIO, size: int) -> bytes:
    found = file.read(size)
    if len(found) != size:
        raise MalformedInput(CUT)
    return found
