"""Where a path leads inside a DAG: through UnixFS directories, sharded ones too, and DAG-CBOR or DAG-JSON values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mydata_ledger.anchors.ipld import hamt, reading
from mydata_ledger.anchors.ipld.cid import DAG_CBOR, DAG_JSON, Cid
from mydata_ledger.anchors.ipld.links import value
from mydata_ledger.anchors.ipld.reading import Get
from mydata_ledger.anchors.ipld.unixfs import DIRECTORY, HAMT
from mydata_ledger.ledger.errors import MalformedInput, PayloadAltered, PayloadMissing

NOWHERE = "the path names nothing below that CID"


@dataclass(frozen=True, slots=True)
class ResolvedPath:
    """`crossed` are the CIDs of every block from the root to the `end`, `roots` one for each segment, both with it."""

    crossed: tuple[Cid, ...]
    roots: tuple[Cid, ...]

    @property
    def end(self) -> Cid:
        """What the path leads to: the CID, or the block that the value at its end lies in."""
        return self.crossed[-1]


def resolve(get: Get, cid: Cid, path: list[str]) -> ResolvedPath:
    """Follow a path. Raises PayloadMissing when it leads nowhere, PayloadAltered, SourceUnavailable."""
    crossed, roots, left = [cid], [cid], list(path)
    while left:
        here = crossed[-1]
        if here.codec in {DAG_CBOR, DAG_JSON}:
            taken, found = _through_value(get, here, left)
        else:
            taken, found = 1, _through_directory(get, here, left[0])
        left = left[taken:]
        crossed += found
        roots += [here] * (taken - len(found[-1:])) + found[-1:]
    return ResolvedPath(tuple(crossed), tuple(roots))


def _through_directory(get: Get, cid: Cid, name: str) -> list[Cid]:
    node = reading.node_of(get, cid)
    if node.kind == HAMT:
        return hamt.find(lambda shard: reading.node_of(get, shard), node, name)
    if node.kind == DIRECTORY:
        for link in node.links:
            if link.name == name:
                return [link.cid]
    raise PayloadMissing(NOWHERE)


def _through_value(get: Get, cid: Cid, path: list[str]) -> tuple[int, list[Cid]]:
    """How many segments lie in this value, and the link they end at; none when the path ends inside."""
    try:
        held = value(cid, reading.block_of(get, cid))
    except MalformedInput as error:
        raise PayloadAltered(f"block {cid} is not of its codec") from error
    for taken, name in enumerate(path, 1):
        held = _child(held, name)
        if isinstance(held, Cid):
            return taken, [held]
    return len(path), []


def _child(held: Any, name: str) -> Any:
    if isinstance(held, dict) and name in held:
        return held[name]
    if isinstance(held, list) and name.isascii() and name.isdigit() and len(name) < 9 and int(name) < len(held):
        return held[int(name)]
    raise PayloadMissing(NOWHERE)
