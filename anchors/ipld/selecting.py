"""Which blocks of a DAG a CAR response holds: `dag-scope` and `entity-bytes` of the trustless gateway."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from anchors.ipld import reading
from anchors.ipld.cid import Cid
from anchors.ipld.reading import Get
from anchors.ipld.unixfs import FILE, UNIXFS_RAW, Block
from ledger.errors import MalformedInput

BYTES = re.compile(r"(-?\d{1,18}):(\*|-?\d{1,18})")


@dataclass(frozen=True, slots=True)
class Query:
    """`scope` is block, entity or all; `first` and `last` a range of a file, counted from its end where negative."""

    scope: str = "all"
    first: int = 0
    last: int | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Query:
        """From the query of a URL. Raises MalformedInput."""
        if query.get("car-version", "1") != "1":
            raise MalformedInput("CAR files come in version 1")
        given = query.get("entity-bytes")
        scope = query.get("dag-scope", "all" if given is None else "entity")
        if scope not in {"block", "entity", "all"}:
            raise MalformedInput("`dag-scope` is block, entity or all")
        if given is None or scope != "entity":
            return cls(scope)
        found = BYTES.fullmatch(given)
        if not found:
            raise MalformedInput("`entity-bytes` is like 0:1023, 1024:* or -1024:*")
        return cls(scope, int(found[1]), None if found[2] == "*" else int(found[2]))

    def range(self, size: int) -> tuple[int, int]:
        """First byte and the one behind the last, of a file of `size` bytes."""
        first = self.first if self.first >= 0 else max(0, size + self.first)
        last = size - 1 if self.last is None else self.last if self.last >= 0 else size + self.last
        return first, max(first, min(size, last + 1))


def selected(get: Get, way: list[Cid], query: Query) -> Iterator[Block]:
    """The blocks along a path and those wanted at its end, each once, parents first."""
    seen: set[Cid] = set()
    for cid, block in chain(((cid, get(cid)) for cid in way), _end(get, way[-1], query)):
        if cid not in seen:
            seen.add(cid)
            yield cid, block


def _end(get: Get, cid: Cid, query: Query) -> Iterator[Block]:
    if query.scope == "block":
        return
    if query.scope == "all":
        yield from reading.whole(get, cid)
        return
    node = reading.node_of(get, cid)
    if node.kind in {FILE, UNIXFS_RAW}:
        start, end = query.range(reading.file_size(get, cid))
        yield from ((below, get(below)) for _, below, _ in reading.file_blocks(get, cid, start, end))
