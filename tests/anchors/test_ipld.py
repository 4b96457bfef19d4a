"""DAGs and archives: the CIDs that Kubo gives for files of many sizes, CAR files between stores, and malformed ones."""

import io
import os
import random
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bench import cids as table
from mydata_ledger.anchors.blockstore import BlockPayloads, Blocks
from mydata_ledger.anchors.blockstore.pack import PINS
from mydata_ledger.anchors.ipfs import KuboPayloads
from mydata_ledger.anchors.ipld import car, reading
from mydata_ledger.anchors.ipld.cid import DAG_PB, RAW, Cid
from mydata_ledger.anchors.ipld.unixfs import CHUNK, WIDTH, NodeLink, blocks_of, blocks_of_stream, encode
from mydata_ledger.anchors.ipld.wire import varint
from mydata_ledger.ledger.errors import LedgerError, MalformedInput, PayloadAltered, PayloadMissing
from testing.kubo import BINARY, REASON, Kubo
from testing.sizes import sized

KNOWN = {
    0: "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
    1: "bafkreiekgmp53zydf4z2ohq3fysx3aawny2i4ah4wf4rj5el3nl2drrqa4",
    CHUNK: "bafkreih2bk74eu5axngebs6vftmmkcaqboysjjy726xzy5hksnqmfgw5fy",
    CHUNK + 1: "bafybeidbbs6ocod3v27jtr4uhvc6n55y3gbrtur3bvjsnraudtbxkozi2y",
    WIDTH * CHUNK: "bafybeih3ebhydpblov22wbakszm4spvku7hbo3oa5gdhgoh7gnub26mtx4",
    WIDTH * CHUNK + 1: "bafybeidsyc3rx6lmbjml2fg4ucagkjh3kse6tbphoyyhms46fqhmu6ujbi",
    100_000_000: "bafybeiegzncrzdtks6hcvxwu2p3nmkow3capaqgprr7tbxpamq2fo3tzi4",
}
"""What Kubo 0.42 answered to `ipfs add --cid-version=1 --raw-leaves` for so many bytes of `pattern`."""


def pattern(size):
    """Bytes that repeat in no block: AES-free, seeded, the same on every machine."""
    return random.Random(size).randbytes(size)


def root_of(content):
    *_, (cid, _) = blocks_of(content)
    return str(cid)


@pytest.mark.parametrize("size", KNOWN)
def test_cids_are_those_kubo_gave(size):
    assert root_of(pattern(size)) == KNOWN[size]


@pytest.mark.skipif(BINARY is None, reason=REASON)
@pytest.mark.slow
def test_cids_are_those_kubo_gives_now(tmp_path):
    """Around every size where the shape changes; `bench/run cids` goes to 1 GB and writes the table down."""
    node = Kubo(tmp_path)
    cases = [(size, CHUNK) for size in table.SIZES] + [(size, table.SMALL) for size in table.SMALL_SIZES]
    assert len(cases) == 24
    differ = [case for case in cases if table.ours(*case) != table.kubos(node, *case)]
    assert differ == []


@settings(max_examples=sized(15), deadline=None)
@given(some.integers(0, 4 * CHUNK), some.integers(1, 2 * CHUNK))
def test_a_file_in_pieces_makes_the_same_blocks(size, cut):
    content = pattern(size)
    assert list(blocks_of_stream(content[at_time : at_time + cut] for at_time in range(0, size, cut))) == list(
        blocks_of(content)
    )


CONTENT = pattern(5 * CHUNK + 3)
BLOCKS = dict(blocks_of(CONTENT))


def get_from(blocks):
    def get(cid):
        if cid not in blocks:
            raise PayloadMissing(str(cid))
        return blocks[cid]

    return get


@settings(max_examples=sized(60), deadline=None)
@given(some.integers(0, 5 * CHUNK + 9), some.none() | some.integers(0, 5 * CHUNK + 9))
def test_any_range_is_read_from_only_the_blocks_that_hold_it(start, end):
    requested = []

    def get(cid):
        requested.append(cid)
        return BLOCKS[cid]

    read = b"".join(reading.file_bytes(get, Cid.parse(root_of(CONTENT)), start, end))
    stop = len(CONTENT) if end is None else min(end, len(CONTENT))
    assert (read == CONTENT[start:stop]) is True
    touched = max(0, -(-stop // CHUNK) - start // CHUNK) if start < stop else 0
    assert len(requested) <= touched + 1


def test_a_node_with_wrong_sizes_of_its_children_is_altered():
    leaf = next(cid for cid in BLOCKS if cid.codec == RAW)
    node = encode([NodeLink(leaf, 5, 5), NodeLink(leaf, CHUNK, CHUNK)])
    with pytest.raises(PayloadAltered, match="another number"):
        list(reading.file_bytes(get_from(BLOCKS | {Cid.of(DAG_PB, node): node}), Cid.of(DAG_PB, node)))


def test_a_dag_deeper_than_any_we_make_is_refused():
    blocks = {}
    link = NodeLink(Cid.of(RAW, b"x"), 1, 1)
    blocks[link.cid] = b"x"
    for _ in range(40):
        node = encode([link])
        link = NodeLink(Cid.of(DAG_PB, node), 1, 1)
        blocks[link.cid] = node
    for walk in (reading.file_bytes, reading.whole):
        with pytest.raises(PayloadAltered):
            list(walk(get_from(blocks), link.cid))


@pytest.fixture
def store(tmp_path):
    return BlockPayloads(Blocks(tmp_path / "a"))


@pytest.fixture
def other(tmp_path):
    return BlockPayloads(Blocks(tmp_path / "b"))


def test_a_car_carries_payloads_to_another_store_pinned(store, other):
    batch = [b"", b"one", os.urandom(3 * CHUNK), b"one"]
    cids = store.put_many(batch)
    archive = b"".join(store.export_car(cids))
    assert other.import_car(io.BytesIO(archive)) == cids
    assert other.collect() == 0
    assert [other.get(cid) for cid in cids] == batch


@pytest.mark.parametrize("count", [0, 23, 24, 255, 256, 300])
def test_any_number_of_roots_reads_back(count):
    roots = [Cid.of(RAW, bytes([n // 256, n % 256])) for n in range(count)]
    read_roots, blocks = car.read(io.BytesIO(b"".join(car.write(roots, []))))
    assert (read_roots, list(blocks)) == (roots, [])


def archive_of(content, change):
    blocks = list(blocks_of(content))
    return b"".join(car.write([blocks[-1][0]], change(blocks)))


BROKEN = {
    "empty": b"",
    "cut header": archive_of(b"x", list)[:20],
    "cut block": archive_of(b"x", list)[:-1],
    "cut length": archive_of(b"x", list) + b"\x80",
    "a 10 GB block": archive_of(b"x", list) + varint(10 * 2**30),
    "a 10 GB header": varint(10 * 2**30) + b"\xa2",
    "an endless length": b"\x80" * 100,
    "other bytes under a CID": archive_of(b"x", list)[:-1] + b"y",
    "a missing leaf": archive_of(bytes(CHUNK) + b"x", lambda blocks: blocks[1:]),
    "a missing root": archive_of(bytes(CHUNK) + b"x", lambda blocks: blocks[:-1]),
    "version 2": bytes.fromhex("0aa16776657273696f6e02"),
    "roots that are none": b"\x11\xa2\x65roots\x81\x01\x67version\x01",
    "a block shorter than its CID": archive_of(b"x", list) + b"\x05\1\2\3\4\5",
    "a codec that is not ours": archive_of(b"x", list) + b"\x24\x01\x71\x12\x20" + bytes(32),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_car_is_refused_and_nothing_of_it_is_pinned(store, broken):
    with pytest.raises(MalformedInput):
        store.import_car(io.BytesIO(broken))
    assert store.pinned() == set()


@settings(max_examples=sized(150), deadline=None)
@given(some.data())
def test_a_changed_byte_of_a_car_is_refused_or_changes_nothing_kept(data):
    archive = bytearray(archive_of(b"some content", list))
    archive[data.draw(some.integers(0, len(archive) - 1))] ^= data.draw(some.integers(1, 255))
    with suppress(MalformedInput):
        _, blocks = car.read(io.BytesIO(bytes(archive)))
        assert all(cid.names(block) for cid, block in blocks)


@given(some.binary(max_size=300))
def test_garbage_is_no_car(garbage):
    with suppress(LedgerError):
        _, blocks = car.read(io.BytesIO(garbage))
        list(blocks)


def test_collecting_keeps_what_is_pinned_and_gives_the_rest_s_room_back(store, tmp_path):
    kept, dropped = store.put_many([os.urandom(2 * CHUNK), os.urandom(20 * CHUNK)])
    store.remove(dropped)
    assert store.collect() == 21
    assert store.collect() == 0
    assert sum(path.stat().st_size for path in (tmp_path / "a").glob("*.car")) < 3 * CHUNK
    assert len(store.get(kept)) == 2 * CHUNK
    with pytest.raises(PayloadMissing):
        store.get(dropped)


def spoil(folder, cid):
    """Change one byte of a block on disk."""
    location = Blocks(folder).path(Cid.parse(cid))
    block = location.read_bytes()
    location.write_bytes(block[:-1] + bytes([block[-1] ^ 1]))


def test_nothing_is_collected_while_a_pinned_node_cannot_be_read(store, tmp_path):
    cid, loose = store.put_many([os.urandom(2 * CHUNK), b"loose"])
    store.remove(loose)
    spoil(tmp_path / "a", cid)
    with pytest.raises(PayloadAltered):
        store.collect()
    assert store.get(loose) == b"loose"


def test_a_tail_that_a_crash_left_in_a_pack_is_cut_off_by_the_next_to_write(tmp_path):
    crashed = Blocks(tmp_path / "a")
    (first,) = BlockPayloads(crashed).put_many([b"first"])
    crashed.close()
    (pack,) = (tmp_path / "a").glob("*.car")
    whole = pack.read_bytes()
    pack.write_bytes(whole + b"half a bl")
    (second,) = BlockPayloads(Blocks(tmp_path / "a")).put_many([b"second"])
    _, blocks = car.read(io.BytesIO(pack.read_bytes()))
    assert [block for _, block in blocks if not block.startswith(PINS)] == [b"first", b"second"]
    assert BlockPayloads(Blocks(tmp_path / "a")).pinned() == {first, second}


@pytest.mark.parametrize("collected", [False, True])
def test_a_lost_index_is_made_again_from_the_packs(tmp_path, collected):
    before = Blocks(tmp_path / "a")
    payloads = BlockPayloads(before)
    content = [os.urandom(3 * CHUNK), b"small", b""]
    *cids, gone = payloads.put_many([*content, b"unpinned"])
    if collected:
        payloads.remove(gone)
        assert payloads.collect() == 1
    before.close()
    for path in (tmp_path / "a").glob("index.db*"):
        path.unlink()
    again = BlockPayloads(Blocks(tmp_path / "a"))
    assert [again.get(cid) for cid in cids] == content
    assert again.pinned() == ({*cids} if collected else {*cids, gone})
    assert again.put_many(content) == cids


def test_an_altered_block_is_mended_by_putting_it_again(store, tmp_path):
    (cid,) = store.put_many([b"content"])
    spoil(tmp_path / "a", cid)
    assert store.put_many([b"content"]) == [cid]
    assert store.get(cid) == b"content"


@pytest.mark.skipif(BINARY is None, reason=REASON)
def test_payloads_move_to_kubo_and_back_under_the_same_cids(store, other, tmp_path):
    content = [os.urandom(3 * CHUNK), b"small"]
    cids = store.put_many(content)
    node = Kubo(tmp_path / "kubo")
    node.run("dag", "import", "--pin-roots", given=b"".join(store.export_car(cids)))
    node.start()
    try:
        there = KuboPayloads(node.api)
        assert set(cids) <= there.pinned()
        assert [there.get(cid) for cid in cids] == content
        (big,) = there.put_many([os.urandom(2 * CHUNK)])
    finally:
        node.stop()
    assert other.import_car(io.BytesIO(node.run("dag", "export", big))) == [big]


def test_a_cid_has_one_spelling():
    spelled = "bafkreibnoelefnzgwbcacyt4vh52ymxvzbjq7mmqhtcnwarfq4lzegsvh"
    assert str(Cid.parse(spelled + "4")) == spelled + "4"
    for other in (spelled + "5", spelled.upper() + "4", spelled + "4="):
        with pytest.raises(MalformedInput):
            Cid.parse(other)


def test_a_number_in_a_cid_has_one_spelling():
    cid = Cid.of(RAW, b"x")
    assert Cid.decode(cid.raw) == cid
    for longer in (b"\x81\x00" + cid.raw[1:], b"\x01\xd5\x00" + cid.raw[2:], b"\1\1\x8c\xcc\xff\0\1\x8c"):
        with pytest.raises(MalformedInput):
            Cid.decode(longer)
