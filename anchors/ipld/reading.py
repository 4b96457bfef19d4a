"""Walks and reads a DAG block by block. The function `get`, which returns blocks, must check each against its CID."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mydata_ledger.anchors.ipld.cid import DAG_PB, Cid
from mydata_ledger.anchors.ipld.links import children
from mydata_ledger.anchors.ipld.unixfs import FILE, UNIXFS_RAW, Block, Node, decode
from mydata_ledger.ledger.errors import MalformedInput, PayloadAltered

Get = Callable[[Cid], bytes]
MAX_DEPTH = 32
"""Deepest DAG that is read. Depth 5 is a petabyte (174^5 leaves); a deeper DAG is an attack."""


def block_of(get: Get, cid: Cid) -> bytes:
    """Return the block of a CID; an identity CID contains it. Raises PayloadMissing, PayloadAltered."""
    return cid.digest if cid.is_inline else get(cid)


def node_of(get: Get, cid: Cid) -> Node:
    """Return the UnixFS node of a CID. A raw block is a file without links. Raises PayloadMissing, PayloadAltered."""
    block = block_of(get, cid)
    if cid.codec != DAG_PB:
        return Node(UNIXFS_RAW, (), block)
    try:
        return decode(block)
    except MalformedInput as error:
        raise PayloadAltered(f"block {cid} is no UnixFS node") from error


def file_bytes(get: Get, cid: Cid, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """Yield the bytes of a file, or of its range [start, end). Only the blocks that contain them are read.

    Raises PayloadAltered, PayloadMissing, SourceUnavailable.
    """
    for block_start, _, node in file_blocks(get, cid, start, end):
        if node.inline:
            first = max(0, start - block_start)
            last = len(node.inline) if end is None else min(len(node.inline), end - block_start)
            if first < last:
                yield node.inline[first:last]


def sized_file(get: Get, cid: Cid) -> tuple[int, Iterator[bytes]]:
    """Return the size of a file in bytes, and its bytes. The first block is read at once, and only once.

    Raises PayloadAltered, PayloadMissing, SourceUnavailable, at once or while the bytes are read.
    """
    first = block_of(get, cid)

    def get_cached(requested: Cid) -> bytes:
        return first if requested == cid else get(requested)

    return size_of(node_of(get_cached, cid)), file_bytes(get_cached, cid)


def file_blocks(get: Get, cid: Cid, start: int = 0, end: int | None = None) -> Iterator[tuple[int, Cid, Node]]:
    """Yield each block that a range of a file touches, parents first, with the offset in the file where it begins."""
    pending = [(0, cid, -1, 0)]
    while pending:
        offset, current, size_in_parent, depth = pending.pop()
        node = node_of(get, current)
        if depth == MAX_DEPTH or node.kind not in {FILE, UNIXFS_RAW}:
            raise PayloadAltered(f"block {current} is no part of a file")
        if size_in_parent not in {-1, size_of(node)}:
            raise PayloadAltered(f"block {current} holds another number of bytes than its parent says")
        yield offset, current, node
        offset += len(node.inline)
        below = []
        for link in node.links:
            if offset + link.file_size > start and (end is None or max(offset, start) < end):
                below.append((offset, link.cid, link.file_size, depth + 1))
            offset += link.file_size
        pending += reversed(below)


def whole(get: Get, cid: Cid, *, duplicates: bool = False) -> Iterator[Block]:
    """Yield the blocks of a DAG from its root on, parents first and depth first.

    Each block is yielded once, or with `duplicates` as often as it is linked. Raises PayloadMissing, PayloadAltered.
    """
    pending: list[tuple[Cid, int]] = [(cid, 0)]
    seen: set[Cid] = set()
    while pending:
        current, depth = pending.pop()
        if current in seen:
            continue
        block = block_of(get, current)
        yield current, block
        links = children(current, block)
        if links and depth == MAX_DEPTH:
            raise PayloadAltered(f"the DAG is deeper than {MAX_DEPTH} levels")
        pending += [(link, depth + 1) for link in reversed(links)]
        if not duplicates:
            seen.add(current)


def size_of(node: Node) -> int:
    """Return the size in bytes of the file below a node, by the sizes in the node itself."""
    return len(node.inline) + sum(link.file_size for link in node.links)
