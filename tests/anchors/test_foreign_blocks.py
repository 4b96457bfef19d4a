"""Blocks of other tools: CIDs of every kind, DAG-CBOR and DAG-JSON, sharded folders, hostile archives."""

import io
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.anchors.blockstore import BlockPayloads, Blocks
from mydata_ledger.anchors.ipld import car, cbor, multibase, reading
from mydata_ledger.anchors.ipld.cid import CBOR, DAG_CBOR, DAG_JSON, DAG_PB, IDENTITY, RAW, Cid
from mydata_ledger.anchors.ipld.hamt import murmur3
from mydata_ledger.anchors.ipld.links import children
from mydata_ledger.anchors.ipld.pathing import resolve
from mydata_ledger.anchors.ipld.unixfs import NodeLink, blocks_of, encode
from mydata_ledger.anchors.ipld.wire import data, number, varint
from mydata_ledger.ledger.errors import LedgerError, MalformedInput, PayloadAltered, PayloadMissing

CODECS = some.sampled_from([RAW, DAG_PB, DAG_CBOR, DAG_JSON, CBOR])
CIDS = some.one_of(
    some.builds(Cid, CODECS, some.binary(min_size=32, max_size=32)),
    some.builds(Cid, some.just(DAG_PB), some.binary(min_size=32, max_size=32), some.just(0)),
    some.builds(Cid, CODECS, some.binary(max_size=100), some.just(1), some.just(IDENTITY)),
    some.builds(Cid, CODECS, some.binary(min_size=64, max_size=64), some.just(1), some.just(0x13)),
)


@given(CIDS)
def test_every_cid_reads_back_from_its_text_and_its_bytes(cid):
    assert Cid.parse_any(str(cid)) == cid
    assert Cid.decode(cid.raw) == cid
    assert Cid.read(cid.raw + b"behind") == (cid, len(cid.raw))


@given(some.text(max_size=120) | some.text(alphabet="bzkfQm1234567abcdefgh", max_size=120))
def test_a_text_is_a_cid_or_malformed(text):
    with suppress(MalformedInput):
        assert Cid.parse_any(text)


@pytest.mark.parametrize(
    "text",
    ["", "b", "Q", "QmT", "bafy", "m" + "a" * 60, "b" + "a" * 5_000, "BAfkqaaa", "zé", "bafkqaaa=", "bafkqaab", "k0",
     "bafkrei", "Qm" + "0" * 44, "f01551220", "F0155zz"],
)  # fmt: skip
def test_what_is_no_cid_is_malformed(text):
    with pytest.raises(MalformedInput):
        Cid.parse_any(text)


def test_known_texts():
    assert str(Cid.parse_any("bafkqaaa")) == "bafkqaaa"
    assert Cid.parse_any("bafkqaaa").digest == b""
    zero = Cid.parse_any("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn")
    assert (zero.version, str(zero)) == (0, "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn")
    assert str(Cid(DAG_PB, zero.digest)) == "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354"
    assert multibase.base58(b"\0\0hello") == "11Cn8eVZg"


@pytest.mark.parametrize(
    ("key", "hashed"),
    [(b"", 0), (b"hello", 0xCBD8A7B341BD9B02), (b"hello, world", 0x342FAC623A5EBC8E),
     (b"19 Jan 2038 at 3:14:07 AM", 0xB89E5988B737AFFC),
     (b"The quick brown fox jumps over the lazy dog.", 0xCD99481F9EE902C9)],
)  # fmt: skip
def test_names_are_hashed_as_published(key, hashed):
    """Vectors of the reference implementation's port in Go, spaolacci/murmur3."""
    assert murmur3(key) == hashed


LEAF = Cid.of(RAW, b"x")
LINKED = b"\xd8\x2a\x58\x25\x00" + LEAF.raw


@pytest.mark.parametrize(
    ("block", "value"),
    [(b"\x00", 0), (b"\x39\x01\x00", -257), (b"\x1b" + b"\xff" * 8, 2**64 - 1), (b"\x62hi", "hi"), (b"\x41\x00", b"\0"),
     (b"\x83\xf5\xf4\xf6", [True, False, None]), (b"\xa1\x61a" + LINKED, {"a": LEAF}),
     (b"\xfb\x3f\xf8" + bytes(6), 1.5)],
)  # fmt: skip
def test_dag_cbor_decodes(block, value):
    assert cbor.decode(block) == value


@pytest.mark.parametrize(
    "block",
    [b"", b"\x18", b"\x62h", b"\x62\xff\xff", b"\x00\x00", b"\x1c", b"\x5f\xff", b"\xa1\x00\x00", b"\xf7", b"\xe0",
     b"\x9b" + b"\xff" * 8, b"\x81" * 10_000, b"\xc1\x00", b"\xd8\x2a\x41\x01", b"\xd8\x2a\x00", b"\xa1" * 5_000],
)  # fmt: skip
def test_what_is_no_dag_cbor_is_malformed_at_once(block):
    with pytest.raises(MalformedInput):
        cbor.decode(block)


@given(some.binary(max_size=200))
def test_garbage_of_any_codec_is_altered_or_has_links(garbage):
    for codec in (DAG_PB, DAG_CBOR, DAG_JSON, RAW):
        with suppress(PayloadAltered):
            assert all(isinstance(child, Cid) for child in children(Cid.of(codec, garbage), garbage))


def test_a_dag_json_nested_100_000_deep_is_altered():
    deep = b"[" * 100_000
    with pytest.raises(PayloadAltered):
        children(Cid.of(DAG_JSON, deep), deep)


@pytest.fixture
def store(tmp_path):
    return BlockPayloads(Blocks(tmp_path / "blocks"))


def archive(roots, blocks):
    return io.BytesIO(b"".join(car.write(roots, blocks)))


def test_links_in_dag_cbor_and_dag_json_are_kept_with_what_links_to_them(store):
    inner = b"\xa1\x61a" + LINKED
    middle = Cid.of(DAG_CBOR, inner)
    outer = json.dumps({"x": [{"/": str(middle)}, {"/": {"bytes": "AA"}}]}).encode()
    root = Cid.of(DAG_JSON, outer)
    with pytest.raises(MalformedInput, match="lacks blocks"):
        store.import_car(archive([root], [(root, outer), (middle, inner)]))
    assert store.import_car(archive([root], [(root, outer), (middle, inner), (LEAF, b"x")])) == [str(root)]
    assert store.collect() == 0
    assert resolve(store.block, root, ["x", "0", "a"]).crossed == (root, middle, LEAF)
    assert resolve(store.block, root, ["x", "0"]).roots == (root, root, middle)
    for nowhere in (["y"], ["x", "2"], ["x", "-1"], ["x", "0", "a", "b"]):
        with pytest.raises((PayloadMissing, PayloadAltered)):
            resolve(store.block, root, nowhere)


def test_cids_of_version_0_keep_their_form_through_the_store_and_survive_a_lost_index(tmp_path):
    before = Blocks(tmp_path / "blocks")
    *_, (root, block) = blocks_of(bytes(600_000))
    zero, leaf = Cid(DAG_PB, root.digest, version=0), next(blocks_of(bytes(262_144)))
    *_, tail = list(blocks_of(bytes(600_000)))[:-1]
    store = BlockPayloads(before)
    assert store.import_car(archive([zero], [(zero, block), leaf, tail])) == [str(zero)]
    before.close()
    for path in (tmp_path / "blocks").glob("index.db*"):
        path.unlink()
    again = BlockPayloads(Blocks(tmp_path / "blocks"))
    assert again.pinned() == {str(zero)}
    roots, _ = car.read(io.BytesIO(b"".join(again.export_car([str(zero)]))))
    assert roots == [zero]
    again.remove(str(zero))
    assert again.collect() == 3


def test_blocks_alone_are_kept_until_the_next_collection_and_none_is_pinned(store):
    *leaves, (root, block) = blocks_of(bytes(300_000))
    assert store.import_blocks(archive([root], [(root, block)])) == 1
    assert (store.block(root), store.pinned()) == (block, set())
    with pytest.raises(PayloadMissing):
        store.block(leaves[1][0])
    assert store.collect() == 1


def test_an_inline_block_in_an_archive_is_skipped(store):
    inline = Cid(RAW, b"inline", hash=IDENTITY)
    raw = inline.raw
    content = b"".join(car.write([LEAF, inline], [(LEAF, b"x")])) + varint(len(raw) + 6) + raw + b"inline"
    assert store.import_car(io.BytesIO(content)) == [str(LEAF), str(inline)]
    assert store.collect() == 0


def cycle():
    """Two nodes that link to each other. No hash allows that, so the bytes of one do not match its CID."""
    first = Cid.of(DAG_PB, b"one")
    second = encode([NodeLink(first, 1, 1)])
    two = Cid.of(DAG_PB, second)
    return [(two, second), (first, encode([NodeLink(two, 1, 1)]))]


HARMFUL = {
    "a hash that cannot be checked": lambda: [(Cid(RAW, b"\1" * 64, hash=0x13), b"x")],
    "a codec that cannot be walked": lambda: [(Cid.of(0x78, b"x"), b"x")],
    "a block of 3 MB": lambda: [(Cid.of(RAW, bytes(3 << 20)), bytes(3 << 20))],
    "a cycle of two": cycle,
    "another block under the root": lambda: [(LEAF, b"y")],
}


@pytest.mark.parametrize("make", HARMFUL.values(), ids=HARMFUL)
def test_a_hostile_archive_is_refused_and_leaves_nothing(store, make):
    blocks = make()
    with pytest.raises(MalformedInput):
        store.import_car(archive([blocks[0][0]], blocks))
    assert store.pinned() == set()
    with pytest.raises(PayloadMissing):
        store.block(blocks[0][0])


def test_walking_a_store_with_a_cycle_ends_at_the_depth_limit():
    first, second = Cid.of(DAG_PB, b"1"), Cid.of(DAG_PB, b"2")
    lie = {first: encode([NodeLink(second, 1, 1)]), second: encode([NodeLink(first, 1, 1)])}
    assert len(list(reading.whole(lie.__getitem__, first))) == 2
    with pytest.raises(PayloadAltered, match="deeper"):
        list(reading.whole(lie.__getitem__, first, duplicates=True))


def test_a_dag_that_doubles_at_every_level_is_walked_once_for_each_block(store):
    """Thirty levels of two links to the same child are a thousand million ways and thirty blocks."""
    cid, blocks = LEAF, [(LEAF, b"x")]
    for _ in range(30):
        block = data(2, data(1, cid.raw)) * 2
        cid = Cid.of(DAG_PB, block)
        blocks.append((cid, block))
    store.import_car(archive([cid], blocks))
    assert store.collect() == 0
    assert len(list(reading.whole(store.block, cid))) == 31


def test_a_sharded_folder_of_an_unknown_width_is_no_folder():
    block = data(1, number(1, 5) + number(6, 2**60))
    root = Cid.of(DAG_PB, block)
    with pytest.raises(LedgerError):
        resolve({root: block}.__getitem__, root, ["x"])
