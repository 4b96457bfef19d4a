"""Selects the blocks of a CAR response: `dag-scope` and `entity-bytes` of the trustless gateway."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mydata_ledger.anchors.ipld import hamt, reading
from mydata_ledger.anchors.ipld.cid import DAG_PB, RAW, Cid
from mydata_ledger.anchors.ipld.pathing import ResolvedPath
from mydata_ledger.anchors.ipld.reading import Get
from mydata_ledger.anchors.ipld.unixfs import FILE, HAMT, UNIXFS_RAW, Block, Node, decode
from mydata_ledger.ledger.errors import MalformedInput

BYTES = re.compile(r"(-?\d{1,18}):(\*|-?\d{1,18})")


@dataclass(frozen=True, slots=True)
class BlockSelection:
    """Which blocks to send: `scope` is block, entity or all.

    `first` and `last` are a range of bytes in a file. A negative number is counted from the end of the file.
    """

    scope: str = "all"
    first: int = 0
    last: int | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> BlockSelection:
        """Parse the query of a URL. Raises MalformedInput."""
        text = query.get("entity-bytes")
        scope = query.get("dag-scope", "all" if text is None else "entity")
        if scope not in {"block", "entity", "all"}:
            raise MalformedInput("`dag-scope` is block, entity or all")
        match = BYTES.fullmatch(text) if text is not None else None
        if text is not None and not match:
            raise MalformedInput("`entity-bytes` is like 0:1023, 1024:* or -1024:*")
        if match is None or scope != "entity":
            return cls(scope)
        first, last = int(match[1]), None if match[2] == "*" else int(match[2])
        if last is not None and first > last and (first < 0) == (last < 0):
            raise MalformedInput("`entity-bytes` ends before it begins")
        return cls(scope, first, last)

    def range(self, size: int) -> tuple[int, int]:
        """Return the range as [start, end) in a file of `size` bytes. Raises MalformedInput for one after the end."""
        if self.first and self.first >= size:
            raise MalformedInput(f"`entity-bytes` begins behind the end of {size} bytes")
        first = self.first if self.first >= 0 else max(0, size + self.first)
        last = size - 1 if self.last is None else self.last if self.last >= 0 else size + self.last
        return first, max(first, min(size, last + 1))


def selected(get: Get, path: ResolvedPath, query: BlockSelection, *, duplicates: bool = False) -> Iterator[Block]:
    """Yield the blocks along a path, and the selected blocks at its end, parents first.

    Each block is yielded once, or with `duplicates` as often as it is linked. Raises PayloadMissing, and MalformedInput
    for a range after the end, before the first block where possible.
    """
    along = [(cid, reading.block_of(get, cid)) for cid in path.crossed[:-1]]
    return _once(along, _end(get, path.end, query, duplicates=duplicates), duplicates=duplicates)


def _once(along: list[Block], end: Iterator[Block], *, duplicates: bool) -> Iterator[Block]:
    seen: set[Cid] = set()
    for blocks in (along, end):
        for cid, block in blocks:
            if cid.is_inline or cid in seen:
                continue
            if not duplicates:
                seen.add(cid)
            yield cid, block


def _end(get: Get, cid: Cid, query: BlockSelection, *, duplicates: bool) -> Iterator[Block]:
    block = reading.block_of(get, cid)
    if query.scope == "all":
        return reading.whole(get, cid, duplicates=duplicates)
    node = _unixfs(cid, block) if query.scope == "entity" else None
    if node is None:
        return iter([(cid, block)])
    if node.kind == HAMT:
        return _shards(get, cid)
    if node.kind in {FILE, UNIXFS_RAW}:
        return _part(get, cid, *query.range(reading.size_of(node)))
    return iter([(cid, block)])


def _unixfs(cid: Cid, block: bytes) -> Node | None:
    """Decode a block as UnixFS; None for other data, whose entity is the one block."""
    if cid.codec == RAW:
        return Node(UNIXFS_RAW, (), block)
    try:
        return decode(block) if cid.codec == DAG_PB else None
    except MalformedInput:
        return None


def _part(get: Get, cid: Cid, start: int, end: int) -> Iterator[Block]:
    for _, below, node in reading.file_blocks(get, cid, start, end):
        yield below, node.inline if below.codec == RAW else reading.block_of(get, below)


def _shards(get: Get, cid: Cid) -> Iterator[Block]:
    """Yield all shards of a directory, without the entries of the directory."""
    pending = [(cid, 0)]
    while pending:
        current, depth = pending.pop()
        yield current, reading.block_of(get, current)
        if depth < reading.MAX_DEPTH:
            below = hamt.shards(reading.node_of(get, current))
            pending += [(link.cid, depth + 1) for link in reversed(below)]
