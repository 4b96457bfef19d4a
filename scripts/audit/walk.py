"""Every entry of a log, from its bundles and from its tiles: two trees that must be one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Set
from itertools import pairwise

from mydata_ledger.ledger import merkle, tiles
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.merkle import leaf_hash
from mydata_ledger.ledger.tiles import HEIGHT, WIDTH, TilePosition
from mydata_ledger.scripts.audit.findings import AuditFinding, FindingKind
from mydata_ledger.scripts.audit.source import SourceAbsent, TileSource

SHOWN = 5
"""Findings of a kind that are told one by one."""


class GrowingTree:
    """A tree that grows leaf by leaf; it remembers its root at the wanted sizes, and what its upper tiles must hold."""

    def __init__(self, wanted: Iterable[int]) -> None:
        self._wanted = sorted(set(wanted))
        self.size, self._peaks = 0, list[bytes]()
        self.roots = {0: merkle.EMPTY_ROOT}
        self.upper: dict[int, list[bytes]] = defaultdict(list)

    def add(self, leaves: list[bytes]) -> None:
        """Append leaf hashes."""
        end = self.size + len(leaves)
        stops = [self.size, *(size for size in self._wanted if self.size < size < end), end]
        for start, stop in pairwise(stops):
            self._grow(leaves[start - end : stop - end or None])
            self.roots[self.size] = merkle.bag(self._peaks)

    def _grow(self, leaves: list[bytes]) -> None:
        self._peaks, made = merkle.grow(self.size, self._peaks, leaves)
        self.size += len(leaves)
        for level, _, hash_ in made:
            if level and level % HEIGHT == 0:
                self.upper[level // HEIGHT].append(hash_)


class LogWalk:
    """One pass over a log of `size`; `by_tiles` and `by_entries` are what it found, `findings` where they part.

    `kept` are the entries at the positions asked for; `run` calls `leaf` with each position and its leaf hash by both.
    """

    def __init__(self, source: TileSource, log: str, size: int, wanted: Set[int], positions: Set[int]) -> None:
        self._source, self._log, self._size, self._positions = source, log, size, positions
        self.by_tiles, self.by_entries = GrowingTree(wanted), GrowingTree(wanted)
        self.parted: list[int] = []
        self.findings: list[AuditFinding] = []
        self.kept: dict[int, bytes] = {}

    def run(self, leaf: Callable[[int, bytes, bytes], None], step: Callable[[int], None]) -> None:
        """Read everything; `step` hears how many entries came. Raises SourceUnavailable."""
        for place in tiles.tile_positions(0, self._size):
            hashes, entries = self._tile(0, place), self._entries(place)
            if hashes is None and entries is None:
                break
            mine = [leaf_hash(entry) for entry in entries or []]
            mine, theirs = mine or list(hashes or []), list(hashes or mine)
            self._compare(place, mine, theirs)
            self._keep(place, entries or [])
            for position, (by_entry, by_tile) in enumerate(zip(mine, theirs, strict=True), place.start):
                leaf(position, by_entry, by_tile)
            step(place.entries)
        self._check_upper()

    def _compare(self, place: TilePosition, mine: list[bytes], theirs: list[bytes]) -> None:
        self.by_tiles.add(theirs)
        self.by_entries.add(mine)
        self.parted += [
            place.start + n for n, (one, other) in enumerate(zip(mine, theirs, strict=True)) if one != other
        ]

    def _keep(self, place: TilePosition, entries: list[bytes]) -> None:
        here = self._positions & set(range(place.start, place.start + len(entries)))
        self.kept |= {position: entries[position - place.start] for position in here}

    def _tile(self, level: int, place: TilePosition) -> list[bytes] | None:
        try:
            return tiles.hashes(self._source.tile(self._log, level, place), place.entries)
        except SourceAbsent:
            self._find(FindingKind.MISSING, f"tile {level}/{place} is not served, although the checkpoint covers it")
        except MalformedInput as error:
            self._find(FindingKind.TILE, f"tile {level}/{place}: {error}")
        return None

    def _entries(self, place: TilePosition) -> list[bytes] | None:
        try:
            raw = self._source.entries(self._log, place)
        except SourceAbsent:
            self._find(FindingKind.MISSING, f"entry bundle {place} is not served, although the checkpoint covers it")
            return None
        try:
            return tiles.unbundle(raw, place.entries)
        except MalformedInput as error:
            self._find(FindingKind.DROPPED, f"entry bundle {place}: {error}")
            return None

    def _check_upper(self) -> None:
        """Tiles above the lowest follow from it; whichever of the two trees they follow from will do."""
        for level in range(1, tiles.MAX_LEVEL):
            found = list(tiles.tile_positions(level, self.by_tiles.size))
            if not found:
                return
            for place in found:
                self._check_tile(level, place)

    def _check_tile(self, level: int, place: TilePosition) -> None:
        hashes = self._tile(level, place)
        ways = [tree.upper[level][place.start :][: place.entries] for tree in (self.by_tiles, self.by_entries)]
        if hashes is not None and hashes not in ways:
            first = next(n for n, (one, other) in enumerate(zip(hashes, ways[0], strict=True)) if one != other)
            self._find(FindingKind.TILE, f"tile {level}/{place}: hash {first} is not the root of what lies below it")

    def _find(self, kind: FindingKind, text: str) -> None:
        self.findings.append(AuditFinding(kind, self._log, text))

    def differences(self, root: bytes) -> Iterator[AuditFinding]:
        """Where bundles and tiles part, told by which of them leads to the checkpoint's root."""
        if not self.parted:
            return
        tiles_lie = self.by_entries.roots.get(self._size) == root and self.by_tiles.roots.get(self._size) != root
        places = dict.fromkeys(position // WIDTH for position in self.parted)
        for index in list(places)[:SHOWN]:
            first = next(position for position in self.parted if position // WIDTH == index)
            name = f"tile 0/{TilePosition(index)}" if tiles_lie else f"entry bundle {TilePosition(index)}"
            kind = FindingKind.TILE if tiles_lie else FindingKind.ENTRY
            yield AuditFinding(kind, self._log, f"{name}: position {first} is not what the checkpoint covers")

    def matching_tree(self, root: bytes) -> GrowingTree:
        """The tree that leads to the checkpoint, if one does; else the one of the tiles."""
        return self.by_entries if self.by_entries.roots.get(self._size) == root else self.by_tiles
