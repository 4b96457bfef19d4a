"""Tiles: paths in one encoding, widths that follow from the size, and a tree rebuilt from tiles alone."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mydata_ledger.ledger import merkle, tiles
from mydata_ledger.ledger.errors import LedgerError, MalformedInput, ProofInvalid
from mydata_ledger.ledger.tiles import WIDTH, TilePosition
from testing.sizes import sized

PATHS = {
    "000": TilePosition(0),
    "067": TilePosition(67),
    "x001/x234/067": TilePosition(1_234_067),
    "x001/000.p/5": TilePosition(1_000, 5),
    "x273/x999/999.p/255": TilePosition(273_999_999, 255),
}


@pytest.mark.parametrize(("path", "place"), PATHS.items())
def test_a_path_and_its_place(path, place):
    assert (str(place), TilePosition.parse(path)) == (path, place)


@pytest.mark.parametrize(
    "path",
    ["", "0", "00", "0000", "1000", "x000/001", "001/x234", "x001", "/000", "000/", "000.p/0", "000.p/256", "000.p/05",
     "000.p/1000", "000.p", "x001/x1/000", "\u0660\u0660\u0660", "000.p/\u0665", "-01", "000\n", "x001/" * 30 + "000",
     "../000", "entries/000"],
)  # fmt: skip
def test_any_other_spelling_is_refused(path):
    with pytest.raises(MalformedInput):
        TilePosition.parse(path)


@given(st.integers(0, tiles.MAX_INDEX - 1), st.integers(1, WIDTH))
def test_every_place_has_one_path(index, width):
    assert TilePosition.parse(str(TilePosition(index, width))) == TilePosition(index, width)


@given(st.text(max_size=40))
def test_any_text_is_a_path_or_refused(text):
    try:
        assert str(TilePosition.parse(text)) == text
    except LedgerError:
        return


@pytest.mark.parametrize("text", ["64", "-1", "01", "", "1.0", "٣", "999"])
def test_any_other_level_is_refused(text):
    with pytest.raises(MalformedInput):
        tiles.read_level(text)


def test_the_example_of_the_specification():
    counts = [[place.entries for place in tiles.tile_positions(level, 70_000)] for level in range(4)]
    assert counts == [[WIDTH] * 273 + [112], [WIDTH, 17], [1], []]
    assert [[p.entries for p in tiles.tile_positions(level, 256)] for level in range(2)] == [[WIDTH], [1]]


class Log:
    """Leaves, and every tile of them worked out from RFC 6962's definition."""

    def __init__(self, size):
        self.leaves = [merkle.leaf_hash(sha256(str(n).encode()).digest()) for n in range(size)]
        self.read = []

    def root(self, leaves):
        if len(leaves) < 2:
            return leaves[0] if leaves else merkle.EMPTY_ROOT
        split = 1 << (len(leaves) - 1).bit_length() - 1
        return merkle.node_hash(self.root(leaves[:split]), self.root(leaves[split:]))

    def tile(self, level, place):
        span = WIDTH**level
        self.read.append((level, place))
        return [
            self.root(self.leaves[(place.start + i) * span : (place.start + i + 1) * span])
            for i in range(place.entries)
        ]


LARGE = Log(70_003)


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 65_536, 65_537, 70_000])
def test_a_root_follows_from_tiles_that_exist(size):
    log = Log(0)
    log.leaves = LARGE.leaves[:size]
    assert merkle.root_at(size, tiles.reader(size, log.tile)) == log.root(log.leaves)
    for level, place in log.read:
        assert place in list(tiles.tile_positions(level, size))


@settings(max_examples=sized(25), deadline=None)
@given(st.data())
def test_proofs_between_any_two_sizes_follow_from_tiles(data):
    second = data.draw(st.integers(1, 2_000))
    first = data.draw(st.integers(1, second))
    node = tiles.reader(second, LARGE.tile)
    heads = [merkle.Head(size, LARGE.root(LARGE.leaves[:size])) for size in (first, second)]
    merkle.verify_consistency(*heads, merkle.consistency_proof(first, second, node))
    index = data.draw(st.integers(0, second - 1))
    merkle.verify_inclusion(LARGE.leaves[index], index, heads[1], merkle.inclusion_proof(index, second, node))


def test_a_node_beyond_the_log_is_refused():
    with pytest.raises(ProofInvalid):
        tiles.reader(300, LARGE.tile)(8, 1)
    with pytest.raises(ProofInvalid):
        tiles.reader(300, LARGE.tile)(0, 300)


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=20))
def test_a_bundle_gives_its_entries_back(entries):
    assert tiles.unbundle(tiles.bundle(entries), len(entries)) == entries


@given(st.binary(max_size=60), st.integers(1, 4))
def test_any_bytes_are_a_bundle_or_refused(raw, width):
    try:
        assert tiles.bundle(tiles.unbundle(raw, width)) == raw
    except MalformedInput:
        return


@pytest.mark.parametrize("raw", [b"", b"\0", b"\0\2a", b"\0\1ab", b"\0\1a\0\1b\0\1c"])
def test_a_bundle_that_does_not_hold_what_it_should_is_refused(raw):
    with pytest.raises(MalformedInput):
        tiles.unbundle(raw, 2)


def test_a_tile_of_another_width_is_refused():
    with pytest.raises(MalformedInput):
        tiles.hashes(b"\0" * 33, 1)
