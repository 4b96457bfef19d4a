"""The Merkle tree in tiles of 256 hashes, and the paths by which they are fetched (C2SP tlog-tiles)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from mydata_ledger.ledger.errors import MalformedInput, ProofInvalid
from mydata_ledger.ledger.merkle import HASH_SIZE, Node, bag, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT
MAX_LEVEL, MAX_INDEX = 63, 2**63 // WIDTH
INDEX = re.compile(r"((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)
LENGTH = 2


@dataclass(frozen=True, slots=True)
class TilePosition:
    """The position of a tile or entry bundle in its level: its index, and how many of its 256 hashes it has."""

    index: int
    entries: int = WIDTH

    def __str__(self) -> str:
        """The path: 1234067 is `x001/x234/067`, its first five hashes are `x001/x234/067.p/5`."""
        digits = f"{self.index % 1000:03}"
        rest = self.index // 1000
        while rest:
            digits, rest = f"x{rest % 1000:03}/{digits}", rest // 1000
        return digits if self.entries == WIDTH else f"{digits}.p/{self.entries}"

    @classmethod
    def parse(cls, path: str) -> TilePosition:
        """Read a path. Raises MalformedInput unless it is the canonical form."""
        match = INDEX.fullmatch(path) if len(path) <= 64 else None
        if match is None:
            raise MalformedInput("a tile's path is like `x001/x234/067`, with `.p/5` for its first five hashes")
        index = int(re.sub("[x/]", "", match.group(1)))
        width = int(match.group(2) or WIDTH)
        if index >= MAX_INDEX or width > WIDTH or (match.group(2) and width == WIDTH) or str(cls(index, width)) != path:
            raise MalformedInput("a tile's path has no leading zeros, and a partial tile is 1 to 255 wide")
        return cls(index, width)

    @property
    def start(self) -> int:
        """The index, at its level, of its first hash."""
        return self.index * WIDTH

    def exists(self, level: int, size: int) -> bool:
        """Whether a log of `size` has all of its hashes."""
        return self.start + self.entries <= size >> HEIGHT * level


class Tiles(Protocol):
    """A port of the API, not of the kernel: the logs as published for other readers.

    Raises SourceUnavailable when the log does not match what was signed.
    """

    def checkpoint(self, log: str) -> bytes:
        """The newest checkpoint as a signed note. Its size never decreases, whatever happens to chain or database."""
        ...

    def cosigned(self, log: str) -> bytes:
        """The newest checkpoint that has a witness's cosignature. Raises NotFound."""
        ...

    def cosign(self, log: str, note: bytes) -> bytes:
        """Store the cosignatures of known witnesses on one of our checkpoints; returns the note with all of them.

        Raises MalformedInput, TooLarge, SignatureInvalid, NotEntitled.
        """
        ...

    def tile(self, log: str, level: int, position: TilePosition) -> bytes:
        """Hashes of complete subtrees, concatenated. Raises NotFound beyond the checkpoint."""
        ...

    def entries(self, log: str, position: TilePosition) -> bytes:
        """The entries of a level-0 tile, each preceded by its length. Raises NotFound beyond the checkpoint."""
        ...

    def verifiers(self, log: str) -> list[str]:
        """The log's verifier keys, newest first."""
        ...


def read_level(text: str) -> int:
    """Parse a tile's level. Raises MalformedInput."""
    if not re.fullmatch(r"0|[1-9][0-9]?", text, re.ASCII) or int(text) > MAX_LEVEL:
        raise MalformedInput(f"a tile's level is a number from 0 to {MAX_LEVEL}")
    return int(text)


def tile_positions(level: int, size: int) -> Iterator[TilePosition]:
    """Every tile that a log of `size` has at a level: the full tiles, then the partial tile if there is one."""
    count = size >> HEIGHT * level
    yield from (TilePosition(index) for index in range(count // WIDTH))
    if count % WIDTH:
        yield TilePosition(count // WIDTH, count % WIDTH)


def bundle(entries: Sequence[bytes]) -> bytes:
    """The entry bundle: each entry preceded by its big-endian uint16 length."""
    return b"".join(len(entry).to_bytes(LENGTH, "big") + entry for entry in entries)


def unbundle(raw: bytes, width: int) -> list[bytes]:
    """The entries of a bundle of `width`. Raises MalformedInput."""
    entries: list[bytes] = []
    offset = 0
    while offset < len(raw) and len(entries) < width:
        end = offset + LENGTH + int.from_bytes(raw[offset : offset + LENGTH], "big")
        entries.append(raw[offset + LENGTH : end])
        offset = end
    if offset != len(raw) or len(entries) != width:
        raise MalformedInput(f"the entry bundle does not hold exactly {width} whole entries")
    return entries


def hashes(raw: bytes, width: int) -> list[bytes]:
    """The hashes of a tile of `width`. Raises MalformedInput."""
    if len(raw) != width * HASH_SIZE:
        raise MalformedInput(f"a tile of {width} hashes has {width * HASH_SIZE} bytes, not {len(raw)}")
    return [raw[offset : offset + HASH_SIZE] for offset in range(0, len(raw), HASH_SIZE)]


def reader(size: int, tile: Callable[[int, TilePosition], Sequence[bytes]]) -> Node:
    """The node reader of a log of `size`, as `ledger.merkle` uses it, over tiles given by level and position."""

    def node(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, HEIGHT)
        first, count = index << height, 1 << height
        position = _tile_holding(first, tile_level, size)
        tile_hashes = tile(tile_level, position)[first - position.start :][:count]
        if len(tile_hashes) != count:
            raise ProofInvalid(f"a log of {size} has no complete subtree {index} at level {level}")
        return _root(tile_hashes)

    return node


def _tile_holding(first: int, tile_level: int, size: int) -> TilePosition:
    """The tile, in its width for a log of `size`, that holds a hash of its level."""
    index, count = first // WIDTH, size >> HEIGHT * tile_level
    return TilePosition(index, max(0, min(WIDTH, count - index * WIDTH)))


def _root(level: Sequence[bytes]) -> bytes:
    while len(level) > 1:
        level = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=True)]
    return bag(level)
