"""Resolves paths in a DAG, through UnixFS directories (also sharded ones) and DAG-CBOR or DAG-JSON values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mydata_ledger.anchors.ipld import hamt, reading
from mydata_ledger.anchors.ipld.cid import DAG_CBOR, DAG_JSON, Cid
from mydata_ledger.anchors.ipld.links import value
from mydata_ledger.anchors.ipld.reading import Get
from mydata_ledger.anchors.ipld.unixfs import DIRECTORY, HAMT
from mydata_ledger.ledger.errors import MalformedInput, PayloadAltered, PayloadMissing

NO_SUCH_PATH = "the path names nothing below that CID"


@dataclass(frozen=True, slots=True)
class ResolvedPath:
    """The result of resolving a path.

    `crossed` are the CIDs of all blocks from the root to the `end`. `roots` has the root, and one CID for each segment
    of the path.
    """

    crossed: tuple[Cid, ...]
    roots: tuple[Cid, ...]

    @property
    def end(self) -> Cid:
        """The CID at the end of the path, or of the block that contains the value at its end."""
        return self.crossed[-1]


def resolve(get: Get, cid: Cid, path: list[str]) -> ResolvedPath:
    """Resolve a path below a CID. Raises PayloadMissing if nothing has that path, PayloadAltered, SourceUnavailable."""
    crossed, roots, left = [cid], [cid], list(path)
    while left:
        current = crossed[-1]
        if current.codec in {DAG_CBOR, DAG_JSON}:
            count, cids = _through_value(get, current, left)
        else:
            count, cids = 1, _through_directory(get, current, left[0])
        left = left[count:]
        crossed += cids
        roots += [current] * (count - len(cids[-1:])) + cids[-1:]
    return ResolvedPath(tuple(crossed), tuple(roots))


def _through_directory(get: Get, cid: Cid, name: str) -> list[Cid]:
    node = reading.node_of(get, cid)
    if node.kind == HAMT:
        return hamt.find(lambda shard: reading.node_of(get, shard), node, name)
    if node.kind == DIRECTORY:
        for link in node.links:
            if link.name == name:
                return [link.cid]
    raise PayloadMissing(NO_SUCH_PATH)


def _through_value(get: Get, cid: Cid, path: list[str]) -> tuple[int, list[Cid]]:
    """Return how many segments are inside this value, and the link at their end; no link if the path ends inside."""
    try:
        node = value(cid, reading.block_of(get, cid))
    except MalformedInput as error:
        raise PayloadAltered(f"block {cid} is not of its codec") from error
    for count, name in enumerate(path, 1):
        node = _child(node, name)
        if isinstance(node, Cid):
            return count, [node]
    return len(path), []


def _child(node: Any, name: str) -> Any:
    if isinstance(node, dict) and name in node:
        return node[name]
    if isinstance(node, list) and name.isascii() and name.isdigit() and len(name) < 9 and int(name) < len(node):
        return node[int(name)]
    raise PayloadMissing(NO_SUCH_PATH)
