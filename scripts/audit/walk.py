"""One pass over every entry of a log: the trees of the bundles and of the tiles must be equal."""

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

MAX_LISTED = 5
"""Maximum number of findings that are listed one by one."""


class GrowingTree:
    """A Merkle tree that grows; it keeps its roots at the wanted sizes, and the expected hashes of its upper tiles."""

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
        self._peaks, nodes = merkle.grow(self.size, self._peaks, leaves)
        self.size += len(leaves)
        for level, _, hash_ in nodes:
            if level and level % HEIGHT == 0:
                self.upper[level // HEIGHT].append(hash_)


class LogWalk:
    """One pass over a log of `size` entries.

    `by_tiles` and `by_entries` are the trees of the tiles and of the entry bundles, `differing` has the positions where
    they differ. `kept` has the entries at the requested positions.
    """

    def __init__(self, source: TileSource, log: str, size: int, wanted: Set[int], positions: Set[int]) -> None:
        self._source, self._log, self._size, self._positions = source, log, size, positions
        self.by_tiles, self.by_entries = GrowingTree(wanted), GrowingTree(wanted)
        self.differing: list[int] = []
        self.findings: list[AuditFinding] = []
        self.kept: dict[int, bytes] = {}

    def run(self, leaf: Callable[[int, bytes, bytes], None], step: Callable[[int], None]) -> None:
        """Read all tiles and bundles. Raises SourceUnavailable.

        `leaf` gets each position with its leaf hashes by bundle and by tile; `step` gets the number of entries read.
        """
        for tile in tiles.tile_positions(0, self._size):
            hashes, entries = self._tile(0, tile), self._entries(tile)
            if hashes is None and entries is None:
                break
            bundle_leaves = [leaf_hash(entry) for entry in entries or []]
            bundle_leaves, tile_leaves = bundle_leaves or list(hashes or []), list(hashes or bundle_leaves)
            self._compare(tile, bundle_leaves, tile_leaves)
            self._keep(tile, entries or [])
            for position, pair in enumerate(zip(bundle_leaves, tile_leaves, strict=True), tile.start):
                leaf(position, *pair)
            step(tile.entries)
        self._check_upper()

    def _compare(self, tile: TilePosition, bundle_leaves: list[bytes], tile_leaves: list[bytes]) -> None:
        self.by_tiles.add(tile_leaves)
        self.by_entries.add(bundle_leaves)
        self.differing += [
            tile.start + n for n, pair in enumerate(zip(bundle_leaves, tile_leaves, strict=True)) if pair[0] != pair[1]
        ]

    def _keep(self, tile: TilePosition, entries: list[bytes]) -> None:
        wanted = self._positions & set(range(tile.start, tile.start + len(entries)))
        self.kept |= {position: entries[position - tile.start] for position in wanted}

    def _tile(self, level: int, tile: TilePosition) -> list[bytes] | None:
        try:
            return tiles.hashes(self._source.tile(self._log, level, tile), tile.entries)
        except SourceAbsent:
            self._add_finding(
                FindingKind.MISSING, f"tile {level}/{tile} is not served, although the checkpoint covers it"
            )
        except MalformedInput as error:
            self._add_finding(FindingKind.TILE, f"tile {level}/{tile}: {error}")
        return None

    def _entries(self, tile: TilePosition) -> list[bytes] | None:
        try:
            raw = self._source.entries(self._log, tile)
        except SourceAbsent:
            self._add_finding(
                FindingKind.MISSING, f"entry bundle {tile} is not served, although the checkpoint covers it"
            )
            return None
        try:
            return tiles.unbundle(raw, tile.entries)
        except MalformedInput as error:
            self._add_finding(FindingKind.DROPPED, f"entry bundle {tile}: {error}")
            return None

    def _check_upper(self) -> None:
        """Check the upper tiles: each must follow from one of the two trees."""
        for level in range(1, tiles.MAX_LEVEL):
            upper = list(tiles.tile_positions(level, self.by_tiles.size))
            if not upper:
                return
            for tile in upper:
                self._check_tile(level, tile)

    def _check_tile(self, level: int, tile: TilePosition) -> None:
        hashes = self._tile(level, tile)
        expected = [tree.upper[level][tile.start :][: tile.entries] for tree in (self.by_tiles, self.by_entries)]
        if hashes is not None and hashes not in expected:
            first = next(n for n, pair in enumerate(zip(hashes, expected[0], strict=True)) if pair[0] != pair[1])
            self._add_finding(
                FindingKind.TILE, f"tile {level}/{tile}: hash {first} is not the root of the tile below it"
            )

    def _add_finding(self, kind: FindingKind, text: str) -> None:
        self.findings.append(AuditFinding(kind, self._log, text))

    def differences(self, root: bytes) -> Iterator[AuditFinding]:
        """Findings where bundles and tiles differ; the tree that does not give the root of the checkpoint is wrong."""
        if not self.differing:
            return
        tiles_wrong = self.by_entries.roots.get(self._size) == root and self.by_tiles.roots.get(self._size) != root
        tile_indexes = dict.fromkeys(position // WIDTH for position in self.differing)
        for index in list(tile_indexes)[:MAX_LISTED]:
            first = next(position for position in self.differing if position // WIDTH == index)
            name = f"tile 0/{TilePosition(index)}" if tiles_wrong else f"entry bundle {TilePosition(index)}"
            kind = FindingKind.TILE if tiles_wrong else FindingKind.ENTRY
            yield AuditFinding(kind, self._log, f"{name}: position {first} is not what the checkpoint covers")

    def matching_tree(self, root: bytes) -> GrowingTree:
        """The tree that gives the root of the checkpoint, if one does; else the tree of the tiles."""
        return self.by_entries if self.by_entries.roots.get(self._size) == root else self.by_tiles
