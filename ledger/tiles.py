"""The Merkle tree cut into tiles of 256 hashes, and the paths they are fetched by (C2SP tlog-tiles)."""

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
    """Which tile or entry bundle of a level: its index there, and how many of its 256 hashes are meant."""

    index: int
    entries: int = WIDTH

    def __str__(self) -> str:
        """The path: 1234067 is `x001/x234/067`, the first five of it `x001/x234/067.p/5`."""
        digits = f"{self.index % 1000:03}"
        rest = self.index // 1000
        while rest:
            digits, rest = f"x{rest % 1000:03}/{digits}", rest // 1000
        return digits if self.entries == WIDTH else f"{digits}.p/{self.entries}"

    @classmethod
    def parse(cls, path: str) -> TilePosition:
        """Read a path. Raises MalformedInput for any other spelling of it."""
        found = INDEX.fullmatch(path) if len(path) <= 64 else None
        if found is None:
            raise MalformedInput("a tile's path is like `x001/x234/067`, with `.p/5` for its first five hashes")
        index = int(re.sub("[x/]", "", found.group(1)))
        width = int(found.group(2) or WIDTH)
        if index >= MAX_INDEX or width > WIDTH or (found.group(2) and width == WIDTH) or str(cls(index, width)) != path:
            raise MalformedInput("a tile's path has no leading zeros, and a partial tile is 1 to 255 wide")
        return cls(index, width)

    @property
    def start(self) -> int:
        """The first of its hashes, counted at its level."""
        return self.index * WIDTH

    def exists(self, level: int, size: int) -> bool:
        """Whether a log of `size` has all of it."""
        return self.start + self.entries <= size >> HEIGHT * level


class Tiles(Protocol):
    """A port of the door, not of the kernel: the logs as others read them.

    Raises SourceUnavailable when the log is not what was signed.
    """

    def checkpoint(self, log: str) -> bytes:
        """The newest checkpoint as a signed note. It never goes back: not with the chain, not with the database."""
        ...

    def cosigned(self, log: str) -> bytes:
        """The newest checkpoint that a witness cosigned. Raises NotFound."""
        ...

    def cosign(self, log: str, note: bytes) -> bytes:
        """Keep the cosignatures of witnesses we know on a checkpoint of ours; returns the note with all of them.

        Raises MalformedInput, TooLarge, SignatureInvalid, NotEntitled.
        """
        ...

    def tile(self, log: str, level: int, place: TilePosition) -> bytes:
        """Hashes of complete subtrees, end to end. Raises NotFound beyond the checkpoint."""
        ...

    def entries(self, log: str, place: TilePosition) -> bytes:
        """The entries of a level-0 tile, each after its length. Raises NotFound beyond the checkpoint."""
        ...

    def verifiers(self, log: str) -> list[str]:
        """The log's verifier keys, newest first."""
        ...


def read_level(text: str) -> int:
    """A tile's level. Raises MalformedInput."""
    if not re.fullmatch(r"0|[1-9][0-9]?", text, re.ASCII) or int(text) > MAX_LEVEL:
        raise MalformedInput(f"a tile's level is a number from 0 to {MAX_LEVEL}")
    return int(text)


def tile_positions(level: int, size: int) -> Iterator[TilePosition]:
    """Every tile that a log of `size` has at a level: the full ones, then the partial one if there is one."""
    count = size >> HEIGHT * level
    yield from (TilePosition(index) for index in range(count // WIDTH))
    if count % WIDTH:
        yield TilePosition(count // WIDTH, count % WIDTH)


def bundle(entries: Sequence[bytes]) -> bytes:
    """Entries with their big-endian uint16 lengths."""
    return b"".join(len(entry).to_bytes(LENGTH, "big") + entry for entry in entries)


def unbundle(raw: bytes, width: int) -> list[bytes]:
    """The entries of a bundle of `width`. Raises MalformedInput."""
    entries: list[bytes] = []
    at = 0
    while at < len(raw) and len(entries) < width:
        end = at + LENGTH + int.from_bytes(raw[at : at + LENGTH], "big")
        entries.append(raw[at + LENGTH : end])
        at = end
    if at != len(raw) or len(entries) != width:
        raise MalformedInput(f"the entry bundle does not hold exactly {width} whole entries")
    return entries


def hashes(raw: bytes, width: int) -> list[bytes]:
    """The hashes of a tile of `width`. Raises MalformedInput."""
    if len(raw) != width * HASH_SIZE:
        raise MalformedInput(f"a tile of {width} hashes has {width * HASH_SIZE} bytes, not {len(raw)}")
    return [raw[at : at + HASH_SIZE] for at in range(0, len(raw), HASH_SIZE)]


def reader(size: int, tile: Callable[[int, TilePosition], Sequence[bytes]]) -> Node:
    """The nodes of a log of `size`, as `ledger.merkle` reads them, out of tiles given by level and place."""

    def node(level: int, index: int) -> bytes:
        stratum, height = divmod(level, HEIGHT)
        first, count = index << height, 1 << height
        place = _holding(first, stratum, size)
        found = tile(stratum, place)[first - place.start :][:count]
        if len(found) != count:
            raise ProofInvalid(f"a log of {size} has no complete subtree {index} at level {level}")
        return _root(found)

    return node


def _holding(first: int, stratum: int, size: int) -> TilePosition:
    """The tile, as wide as the log of `size` has it, that holds a hash of its level."""
    index, count = first // WIDTH, size >> HEIGHT * stratum
    return TilePosition(index, max(0, min(WIDTH, count - index * WIDTH)))


def _root(level: Sequence[bytes]) -> bytes:
    while len(level) > 1:
        level = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=True)]
    return bag(level)
