"""Which blocks of a DAG a CAR response holds: `dag-scope` and `entity-bytes` of the trustless gateway."""

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
    """`scope` is block, entity or all; `first` and `last` a range of a file, counted from its end where negative."""

    scope: str = "all"
    first: int = 0
    last: int | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> BlockSelection:
        """From the query of a URL. Raises MalformedInput."""
        given = query.get("entity-bytes")
        scope = query.get("dag-scope", "all" if given is None else "entity")
        if scope not in {"block", "entity", "all"}:
            raise MalformedInput("`dag-scope` is block, entity or all")
        found = BYTES.fullmatch(given) if given is not None else None
        if given is not None and not found:
            raise MalformedInput("`entity-bytes` is like 0:1023, 1024:* or -1024:*")
        if found is None or scope != "entity":
            return cls(scope)
        first, last = int(found[1]), None if found[2] == "*" else int(found[2])
        if last is not None and first > last and (first < 0) == (last < 0):
            raise MalformedInput("`entity-bytes` ends before it begins")
        return cls(scope, first, last)

    def range(self, size: int) -> tuple[int, int]:
        """First byte and the one behind the last, of a file of `size` bytes. Raises MalformedInput beyond its end."""
        if self.first and self.first >= size:
            raise MalformedInput(f"`entity-bytes` begins behind the end of {size} bytes")
        first = self.first if self.first >= 0 else max(0, size + self.first)
        last = size - 1 if self.last is None else self.last if self.last >= 0 else size + self.last
        return first, max(first, min(size, last + 1))


def selected(get: Get, way: ResolvedPath, query: BlockSelection, *, again: bool = False) -> Iterator[Block]:
    """The blocks along a path and those wanted at its end, parents first: each once, or `again` wherever one is met.

    Raises before the first block what can be known by then: PayloadMissing, MalformedInput for a range beyond the end.
    """
    along = [(cid, reading.block_of(get, cid)) for cid in way.crossed[:-1]]
    return _once(along, _end(get, way.end, query, again=again), again=again)


def _once(along: list[Block], end: Iterator[Block], *, again: bool) -> Iterator[Block]:
    seen: set[Cid] = set()
    for blocks in (along, end):
        for cid, block in blocks:
            if cid.is_inline or cid in seen:
                continue
            if not again:
                seen.add(cid)
            yield cid, block


def _end(get: Get, cid: Cid, query: BlockSelection, *, again: bool) -> Iterator[Block]:
    block = reading.block_of(get, cid)
    if query.scope == "all":
        return reading.whole(get, cid, again=again)
    node = _unixfs(cid, block) if query.scope == "entity" else None
    if node is None:
        return iter([(cid, block)])
    if node.kind == HAMT:
        return _shards(get, cid)
    if node.kind in {FILE, UNIXFS_RAW}:
        return _part(get, cid, *query.range(reading.size_of(node)))
    return iter([(cid, block)])


def _unixfs(cid: Cid, block: bytes) -> Node | None:
    """The block as UnixFS; None for other data, of which an entity is the block alone."""
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
    """Every shard of a directory, and nothing of what its names lead to."""
    waiting = [(cid, 0)]
    while waiting:
        here, depth = waiting.pop()
        yield here, reading.block_of(get, here)
        if depth < reading.MAX_DEPTH:
            below = hamt.shards(reading.node_of(get, here))
            waiting += [(link.cid, depth + 1) for link in reversed(below)]
