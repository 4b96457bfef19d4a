"""Encodes files as UnixFS DAGs, as `ipfs add --cid-version=1 --raw-leaves` does, and decodes UnixFS nodes.

A file is cut into raw leaves of 262,144 bytes. Several leaves are under a balanced tree of dag-pb nodes, each with at
most 174 links.
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
ViewBlock = tuple[Cid, bytes | memoryview]


@dataclass(frozen=True, slots=True)
class NodeLink:
    """A link to a child: its CID, the file bytes below it, the DAG bytes below it (Tsize), its name in a directory."""

    cid: Cid
    file_size: int
    dag_size: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A dag-pb node with UnixFS data.

    `inline` are the file bytes in the node itself; they precede those of its links. `fanout` is the width of a
    directory shard.
    """

    kind: int
    links: tuple[NodeLink, ...]
    inline: bytes = b""
    fanout: int = 0


def blocks_of(content: bytes) -> Iterator[ViewBlock]:
    """Yield all blocks of a file's DAG, children before parents, the root last. Leaves are views of `content`."""
    view = memoryview(content)
    return dag_of(view[start : start + CHUNK] for start in range(0, max(1, len(view)), CHUNK))


def blocks_of_stream(pieces: Iterable[Piece]) -> Iterator[ViewBlock]:
    """Yield all blocks of a file that comes in pieces, children before parents, the root last.

    The memory in use grows only with the depth of the tree.
    """
    return dag_of(_leaves(pieces))


def dag_of(leaves: Iterable[bytes | memoryview]) -> Iterator[ViewBlock]:
    """Yield all blocks of a file with these leaves, children before parents, the root last."""
    levels: list[list[NodeLink]] = [[]]
    for leaf in leaves:
        cid = Cid.of(RAW, leaf)
        yield cid, leaf
        yield from _add_link(levels, 0, NodeLink(cid, len(leaf), len(leaf)))
    depth = 0
    while len(levels[depth]) > 1 or any(levels[depth + 1 :]):
        if levels[depth]:
            yield from _close_node(levels, depth)
        depth += 1


def _add_link(levels: list[list[NodeLink]], depth: int, link: NodeLink) -> Iterator[Block]:
    if depth == len(levels):
        levels.append([])
    levels[depth].append(link)
    if len(levels[depth]) == WIDTH:
        yield from _close_node(levels, depth)


def _close_node(levels: list[list[NodeLink]], depth: int) -> Iterator[Block]:
    """Make a node of the links that are collected at a depth, and add a link to it one level higher."""
    links, levels[depth] = levels[depth], []
    node = encode(links)
    cid = Cid.of(DAG_PB, node)
    yield cid, node
    sizes = sum(link.file_size for link in links), len(node) + sum(link.dag_size for link in links)
    yield from _add_link(levels, depth + 1, NodeLink(cid, *sizes))


def _leaves(pieces: Iterable[Piece]) -> Iterator[bytes]:
    buffer, empty = bytearray(), True
    for piece in pieces:
        view = memoryview(piece)
        while view:
            missing = CHUNK - len(buffer)
            if not buffer and len(view) >= CHUNK:
                yield bytes(view[:CHUNK])
                empty = False
            else:
                buffer += view[:missing]
            view = view[missing:]
            if len(buffer) == CHUNK:
                yield bytes(buffer)
                buffer, empty = bytearray(), False
    if buffer or empty:
        yield bytes(buffer)


def encode(links: list[NodeLink]) -> bytes:
    """Encode the dag-pb block of a file with these children."""
    size = sum(link.file_size for link in links)
    unixfs = number(1, FILE) + number(3, size) + b"".join(number(4, link.file_size) for link in links)
    encoded = [data(1, link.cid.raw) + data(2, b"") + number(3, link.dag_size) for link in links]
    return b"".join(data(2, link) for link in encoded) + data(1, unixfs)


def decode(block: bytes) -> Node:
    """Decode a dag-pb block with UnixFS data. Raises MalformedInput for anything else."""
    parts = list(fields(block))
    contents = [value for field, value in parts if field == 1]
    if len(contents) != 1 or not isinstance(contents[0], bytes):
        raise MalformedInput("the block holds no UnixFS")
    unixfs = list(fields(contents[0]))
    kind = next((value for field, value in unixfs if field == 1), None)
    if not isinstance(kind, int):
        raise MalformedInput("the block holds no UnixFS")
    inline = next((value for field, value in unixfs if field == 2 and isinstance(value, bytes)), b"")
    fanout = next((value for field, value in unixfs if field == 6 and isinstance(value, int)), 0)
    if kind == HAMT:
        if fanout not in FANOUTS:
            raise MalformedInput("a shard of a directory has a width that no tool writes")
        inline = b""
    sizes = [value for field, value in unixfs if field == 4 and isinstance(value, int)]
    links = [value for field, value in parts if field == 2 and isinstance(value, bytes)]
    if kind == FILE and len(sizes) != len(links):
        raise MalformedInput("a node of a file must have one size for each of its links")
    return Node(kind, tuple(map(_link, links, sizes if kind == FILE else [0] * len(links))), inline, fanout)


def links_of(block: bytes) -> list[Cid]:
    """Return the CIDs that a dag-pb block links to, also if it has no UnixFS data. Raises MalformedInput."""
    return [_link(value, 0).cid for field, value in fields(block) if field == 2 and isinstance(value, bytes)]


def _link(message: bytes, file_size: int) -> NodeLink:
    parts = dict(fields(message))
    cid, name, size = parts.get(1), parts.get(2, b""), parts.get(3, 0)
    if not isinstance(cid, bytes) or not isinstance(name, bytes) or not isinstance(size, int):
        raise MalformedInput("a link of the block is not dag-pb")
    return NodeLink(Cid.decode(cid), file_size, size, name.decode("utf-8", "surrogateescape"))
