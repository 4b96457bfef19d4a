"""Files as UnixFS DAGs: what `ipfs add --cid-version=1 --raw-leaves` makes, and back.

262,144-byte raw leaves; above one leaf, a balanced tree of dag-pb nodes with at most 174 links.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mydata_ledger.anchors.ipld.cid import DAG_PB, RAW, Cid
from mydata_ledger.anchors.ipld.wire import data, fields, number
from mydata_ledger.ledger.errors import MalformedInput

CHUNK, WIDTH = 262_144, 174
UNIXFS_RAW, DIRECTORY, FILE, HAMT = 0, 1, 2, 5
FANOUTS = {1 << bits for bits in range(3, 11)}
Piece = bytes | bytearray | memoryview
Block = tuple[Cid, bytes]
Made = tuple[Cid, bytes | memoryview]


@dataclass(frozen=True, slots=True)
class NodeLink:
    """A child: its CID, the bytes of file below it, the bytes of DAG below it (Tsize), its name in a directory."""

    cid: Cid
    file_size: int
    dag_size: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A dag-pb node as UnixFS reads it.

    `inline` are bytes of file in the node itself, before those of its links; `fanout` is a directory shard's width.
    """

    kind: int
    links: tuple[NodeLink, ...]
    inline: bytes = b""
    fanout: int = 0


def blocks_of(content: bytes) -> Iterator[Made]:
    """Every block of the file's DAG, children before parents, the root last; leaves are views of the content."""
    view = memoryview(content)
    return dag_of(view[start : start + CHUNK] for start in range(0, max(1, len(view)), CHUNK))


def blocks_of_stream(pieces: Iterable[Piece]) -> Iterator[Made]:
    """The same for a file that comes in pieces, in memory that grows only with the depth of its tree."""
    return dag_of(_leaves(pieces))


def dag_of(leaves: Iterable[bytes | memoryview]) -> Iterator[Made]:
    """Every block of a file whose leaves these are, children before parents, the root last."""
    levels: list[list[NodeLink]] = [[]]
    for leaf in leaves:
        cid = Cid.of(RAW, leaf)
        yield cid, leaf
        yield from _hang(levels, 0, NodeLink(cid, len(leaf), len(leaf)))
    depth = 0
    while len(levels[depth]) > 1 or any(levels[depth + 1 :]):
        if levels[depth]:
            yield from _close(levels, depth)
        depth += 1


def _hang(levels: list[list[NodeLink]], depth: int, link: NodeLink) -> Iterator[Block]:
    if depth == len(levels):
        levels.append([])
    levels[depth].append(link)
    if len(levels[depth]) == WIDTH:
        yield from _close(levels, depth)


def _close(levels: list[list[NodeLink]], depth: int) -> Iterator[Block]:
    """Make a node of what waits at a depth, and hang it one higher."""
    links, levels[depth] = levels[depth], []
    node = encode(links)
    cid = Cid.of(DAG_PB, node)
    yield cid, node
    sizes = sum(link.file_size for link in links), len(node) + sum(link.dag_size for link in links)
    yield from _hang(levels, depth + 1, NodeLink(cid, *sizes))


def _leaves(pieces: Iterable[Piece]) -> Iterator[bytes]:
    kept, empty = bytearray(), True
    for piece in pieces:
        view = memoryview(piece)
        while view:
            take = CHUNK - len(kept)
            if not kept and len(view) >= CHUNK:
                yield bytes(view[:CHUNK])
                empty = False
            else:
                kept += view[:take]
            view = view[take:]
            if len(kept) == CHUNK:
                yield bytes(kept)
                kept, empty = bytearray(), False
    if kept or empty:
        yield bytes(kept)


def encode(links: list[NodeLink]) -> bytes:
    """The dag-pb block of a file with these children."""
    size = sum(link.file_size for link in links)
    said = number(1, FILE) + number(3, size) + b"".join(number(4, link.file_size) for link in links)
    shown = [data(1, link.cid.raw) + data(2, b"") + number(3, link.dag_size) for link in links]
    return b"".join(data(2, link) for link in shown) + data(1, said)


def decode(block: bytes) -> Node:
    """Read a dag-pb block that holds UnixFS. Raises MalformedInput for anything else."""
    parts = list(fields(block))
    said = [value for field, value in parts if field == 1]
    if len(said) != 1 or not isinstance(said[0], bytes):
        raise MalformedInput("the block holds no UnixFS")
    unixfs = list(fields(said[0]))
    kind = next((value for field, value in unixfs if field == 1), None)
    if not isinstance(kind, int):
        raise MalformedInput("the block holds no UnixFS")
    inline = next((value for field, value in unixfs if field == 2 and isinstance(value, bytes)), b"")
    fanout = next((value for field, value in unixfs if field == 6 and isinstance(value, int)), 0)
    if kind == HAMT:
        if fanout not in FANOUTS:
            raise MalformedInput("a directory's shard has a width that nobody makes")
        inline = b""
    sizes = [value for field, value in unixfs if field == 4 and isinstance(value, int)]
    links = [value for field, value in parts if field == 2 and isinstance(value, bytes)]
    if kind == FILE and len(sizes) != len(links):
        raise MalformedInput("a file's node says as many sizes as it has links")
    return Node(kind, tuple(map(_link, links, sizes if kind == FILE else [0] * len(links))), inline, fanout)


def links_of(block: bytes) -> list[Cid]:
    """Where a dag-pb block links to, whatever else it holds. Raises MalformedInput."""
    return [_link(value, 0).cid for field, value in fields(block) if field == 2 and isinstance(value, bytes)]


def _link(message: bytes, file_size: int) -> NodeLink:
    parts = dict(fields(message))
    cid, name, size = parts.get(1), parts.get(2, b""), parts.get(3, 0)
    if not isinstance(cid, bytes) or not isinstance(name, bytes) or not isinstance(size, int):
        raise MalformedInput("a link of the block is not dag-pb")
    return NodeLink(Cid.decode(cid), file_size, size, name.decode("utf-8", "surrogateescape"))
