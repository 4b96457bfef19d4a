"""Files as UnixFS DAGs: what `ipfs add --cid-version=1 --raw-leaves` makes, and back.

262,144-byte raw leaves; above one leaf, a balanced tree of dag-pb nodes with at most 174 links. The two protobuf
messages (PBNode of the dag-pb specification, Data of UnixFS) have seven fields between them, so they are written here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from anchors.blockstore.cid import DAG_PB, RAW, SHA2_256, Cid
from ledger.errors import PayloadAltered

CHUNK, WIDTH = 262_144, 174
UNIXFS_FILE = 2
CID_SIZE = 36


@dataclass(frozen=True, slots=True)
class Link:
    """A child: its CID, the bytes of file below it, and the bytes of DAG below it (Tsize)."""

    cid: Cid
    file_size: int
    dag_size: int


def blocks_of(content: bytes) -> Iterator[tuple[Cid, bytes]]:
    """Every block of the file's DAG, leaves first, the root last."""
    leaves = [content[start : start + CHUNK] for start in range(0, len(content), CHUNK)] or [b""]
    level = []
    for leaf in leaves:
        cid = Cid.of(RAW, leaf)
        yield cid, leaf
        level.append(Link(cid, len(leaf), len(leaf)))
    while len(level) > 1:
        groups = [level[start : start + WIDTH] for start in range(0, len(level), WIDTH)]
        level = []
        for group in groups:
            node = _node(group)
            cid = Cid.of(DAG_PB, node)
            yield cid, node
            file_size = sum(link.file_size for link in group)
            level.append(Link(cid, file_size, len(node) + sum(link.dag_size for link in group)))


def children(node: bytes) -> list[Cid]:
    """CIDs of a dag-pb node's links, in order. Raises PayloadAltered for what is no such node."""
    found = []
    for number, value in _fields(node):
        if number == 2 and isinstance(value, bytes):
            hashes = [item for field, item in _fields(value) if field == 1]
            found += [_link_cid(item) for item in hashes]
    return found


def _link_cid(raw: int | bytes) -> Cid:
    if not isinstance(raw, bytes) or len(raw) != CID_SIZE or raw[0] != 1 or raw[2:4] != SHA2_256:
        raise PayloadAltered("a node of the payload links to what is no CIDv1 under SHA-256")
    return Cid(raw[1], raw[4:])


def _node(links: list[Link]) -> bytes:
    size = sum(link.file_size for link in links)
    data = _number(1, UNIXFS_FILE) + _number(3, size) + b"".join(_number(4, link.file_size) for link in links)
    shown = [_bytes(1, link.cid.raw) + _bytes(2, b"") + _number(3, link.dag_size) for link in links]
    return b"".join(_bytes(2, link) for link in shown) + _bytes(1, data)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _number(field: int, value: int) -> bytes:
    return bytes([field << 3]) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return bytes([field << 3 | 2]) + _varint(len(value)) + value


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(message):
        key, at = _read_varint(message, at)
        value, at = _read_varint(message, at)
        if key & 7 == 2:
            if at + value > len(message):
                raise PayloadAltered("a node of the payload ends too early")
            yield key >> 3, message[at : at + value]
            at += value
        elif key & 7 == 0:
            yield key >> 3, value
        else:
            raise PayloadAltered("a node of the payload is not dag-pb")


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message) and shift < 64:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise PayloadAltered("a node of the payload ends too early")
