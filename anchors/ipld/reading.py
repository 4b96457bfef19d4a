"""Walk and read a DAG block by block, whoever keeps the blocks; what is read was checked by who gets the block."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mydata_ledger.anchors.ipld.cid import DAG_PB, Cid
from mydata_ledger.anchors.ipld.links import children
from mydata_ledger.anchors.ipld.unixfs import FILE, UNIXFS_RAW, Block, Node, decode
from mydata_ledger.ledger.errors import MalformedInput, PayloadAltered

Get = Callable[[Cid], bytes]
MAX_DEPTH = 32
"""174^5 leaves are a petabyte; a deeper DAG is an attack."""


def block_of(get: Get, cid: Cid) -> bytes:
    """The block of a CID, from the CID itself where that holds it. Raises PayloadMissing, PayloadAltered."""
    return cid.digest if cid.is_inline else get(cid)


def node_of(get: Get, cid: Cid) -> Node:
    """The UnixFS node of a CID; a raw block is a file without links. Raises PayloadAltered."""
    block = block_of(get, cid)
    if cid.codec != DAG_PB:
        return Node(UNIXFS_RAW, (), block)
    try:
        return decode(block)
    except MalformedInput as error:
        raise PayloadAltered(f"block {cid} is no UnixFS node") from error


def file_bytes(get: Get, cid: Cid, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The bytes of a file, or of the range [start, end) of it, touching only the blocks that hold them.

    Raises PayloadAltered, PayloadMissing, SourceUnavailable.
    """
    for block_start, _, node in file_blocks(get, cid, start, end):
        if node.inline:
            first = max(0, start - block_start)
            last = len(node.inline) if end is None else min(len(node.inline), end - block_start)
            if first < last:
                yield node.inline[first:last]


def sized_file(get: Get, cid: Cid) -> tuple[int, Iterator[bytes]]:
    """How many bytes a file has, and the bytes; its first block is read at once, and once.

    Raises PayloadAltered, PayloadMissing, SourceUnavailable, at once or while the bytes are read.
    """
    first = block_of(get, cid)

    def known(wanted: Cid) -> bytes:
        return first if wanted == cid else get(wanted)

    return size_of(node_of(known, cid)), file_bytes(known, cid)


def file_blocks(get: Get, cid: Cid, start: int = 0, end: int | None = None) -> Iterator[tuple[int, Cid, Node]]:
    """Every block that a range of a file touches, parents first, with the offset in the file where it begins."""
    waiting = [(0, cid, -1, 0)]
    while waiting:
        at, here, said, depth = waiting.pop()
        node = node_of(get, here)
        if depth == MAX_DEPTH or node.kind not in {FILE, UNIXFS_RAW}:
            raise PayloadAltered(f"block {here} is no part of a file")
        if said not in {-1, size_of(node)}:
            raise PayloadAltered(f"block {here} holds another number of bytes than its parent says")
        yield at, here, node
        at += len(node.inline)
        below = []
        for link in node.links:
            if at + link.file_size > start and (end is None or max(at, start) < end):
                below.append((at, link.cid, link.file_size, depth + 1))
            at += link.file_size
        waiting += reversed(below)


def whole(get: Get, cid: Cid, *, again: bool = False) -> Iterator[Block]:
    """Every block below a CID, parents first, depth first; each once, or `again` wherever it is linked to.

    Raises PayloadMissing, PayloadAltered.
    """
    waiting: list[tuple[Cid, int]] = [(cid, 0)]
    seen: set[Cid] = set()
    while waiting:
        here, depth = waiting.pop()
        if here in seen:
            continue
        block = block_of(get, here)
        yield here, block
        links = children(here, block)
        if links and depth == MAX_DEPTH:
            raise PayloadAltered("the DAG is deeper than any we keep")
        waiting += [(link, depth + 1) for link in reversed(links)]
        if not again:
            seen.add(here)


def size_of(node: Node) -> int:
    """Bytes of the file below a node, as it says itself."""
    return len(node.inline) + sum(link.file_size for link in node.links)
