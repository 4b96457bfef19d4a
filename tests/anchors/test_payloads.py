"""Tests of every payload store: it returns the bytes that were put, or raises a named error."""

import os
import resource
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mydata_ledger.anchors.blockstore import BlockPayloads, Blocks
from mydata_ledger.anchors.blockstore.pack import HEADER
from mydata_ledger.anchors.ipfs import KuboPayloads
from mydata_ledger.anchors.ipld.cid import DAG_PB, RAW, Cid
from mydata_ledger.anchors.ipld.links import children
from mydata_ledger.anchors.ipld.unixfs import CHUNK, WIDTH, blocks_of
from mydata_ledger.anchors.memory import MemoryPayloads
from mydata_ledger.ledger.errors import MalformedInput, PayloadAltered, PayloadMissing, SourceUnavailable, StorageFull
from testing.kubo import BINARY, REASON, Kubo
from testing.sizes import sized

HELLO = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
EMPTY = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"


@pytest.fixture(scope="module")
def kubo(tmp_path_factory):
    if BINARY is None:
        pytest.skip(REASON)
    node = Kubo(tmp_path_factory.mktemp("kubo"))
    yield node.start()
    node.stop()


@pytest.fixture(params=["memory", "blockstore", "kubo"])
def payloads(request, tmp_path):
    match request.param:
        case "memory":
            return MemoryPayloads()
        case "blockstore":
            return BlockPayloads(Blocks(tmp_path / "blocks"))
        case _:
            return KuboPayloads(request.getfixturevalue("kubo").api)


def collected(payloads):
    """Return the store after a garbage collection. The memory twin needs none."""
    if not isinstance(payloads, MemoryPayloads):
        payloads.collect()
    return payloads


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_was_put_comes_back(payloads, size):
    content = os.urandom(size)
    (cid,) = payloads.put_many([content])
    assert payloads.get(cid) == content


def test_a_batch_keeps_its_order_and_is_idempotent(payloads):
    batch = [os.urandom(100) for _ in range(20)]
    cids = payloads.put_many(batch)
    assert payloads.put_many(batch) == cids
    assert [payloads.get(cid) for cid in cids] == batch


def test_a_missing_payload_is_our_error_not_the_disk_s(payloads):
    with pytest.raises(PayloadMissing):
        payloads.get(HELLO)


def test_a_removed_payload_is_missing_and_removing_again_changes_nothing(payloads):
    other, cid = payloads.put_many([b"to be kept", os.urandom(2 * CHUNK)])
    payloads.remove(cid)
    payloads.remove(cid)
    with pytest.raises(PayloadMissing):
        collected(payloads).get(cid)
    assert payloads.get(other) == b"to be kept"


def test_a_payload_put_again_after_its_removal_is_kept(payloads):
    (cid,) = payloads.put_many([b"once more"])
    payloads.remove(cid)
    payloads.put_many([b"once more"])
    assert collected(payloads).get(cid) == b"once more"


def test_an_empty_batch_is_no_work(payloads):
    assert payloads.put_many([]) == []


@pytest.mark.parametrize("text", ["", "Qm" + "a" * 44, "bafy", "../../etc/passwd"])
def test_every_store_but_the_twin_refuses_what_is_no_cid(payloads, text):
    with pytest.raises(PayloadMissing if isinstance(payloads, MemoryPayloads) else MalformedInput):
        payloads.get(text)


@pytest.mark.parametrize("size", [0, 5, 3 * CHUNK + 1])
def test_a_stream_gives_the_same_cid_as_the_whole(payloads, size):
    content = os.urandom(size)
    cid = payloads.put_stream(content[start : start + 99_999] for start in range(0, size, 99_999))
    assert payloads.put_many([content]) == [cid]
    length, pieces = payloads.open_stream(cid)
    assert (length, b"".join(pieces)) == (size, content)
    if not isinstance(payloads, MemoryPayloads):
        assert b"".join(payloads.stream(cid)) == content
        assert cid in payloads.pinned()


@pytest.mark.parametrize("error", [MalformedInput("gone"), KeyboardInterrupt()], ids=["refused", "killed"])
def test_a_stream_that_breaks_off_leaves_nothing(payloads, error):
    def broken():
        for _ in range(80):
            yield os.urandom(CHUNK)
        raise error

    before = pinned_and_size(payloads)
    with pytest.raises(type(error)):
        payloads.put_stream(broken())
    assert pinned_and_size(payloads) == before
    cid = payloads.put_stream([b"the next one"])
    assert payloads.get(cid) == b"the next one"


def pinned_and_size(payloads):
    """The pinned CIDs, and how many bytes an embedded store takes on disk."""
    if isinstance(payloads, MemoryPayloads):
        return dict(payloads.blocks)
    if isinstance(payloads, KuboPayloads):
        return payloads.pinned()
    sizes = [path.stat().st_size for path in payloads._blocks._packs.paths()]
    return payloads.pinned(), [size for size in sizes if size > len(HEADER)]


def test_an_unknown_cid_is_missing_at_once(payloads):
    with pytest.raises(PayloadMissing):
        payloads.open_stream(HELLO)


def test_a_stream_is_read_block_by_block_and_every_block_checked(blocks):
    payloads = BlockPayloads(blocks)
    content = os.urandom(40 * CHUNK)
    cid = payloads.put_stream([content])
    last = Cid.of(RAW, content[-CHUNK:])
    blocks.path(last).write_bytes(bytes(CHUNK))
    size, pieces = payloads.open_stream(cid)
    first_pieces = [next(pieces) for _ in range(39)]
    assert (size, b"".join(first_pieces)) == (len(content), content[: 39 * CHUNK])
    with pytest.raises(PayloadAltered):
        next(pieces)


def test_a_stream_of_100_mb_goes_in_and_out_in_constant_memory(blocks):
    payloads, size = BlockPayloads(blocks), 400
    tracemalloc.start()
    cid = payloads.put_stream(os.urandom(CHUNK) for _ in range(size))
    length, pieces = payloads.open_stream(cid)
    assert length == sum(map(len, pieces)) == size * CHUNK
    assert tracemalloc.get_traced_memory()[1] < 24 * 1024 * 1024
    tracemalloc.stop()


def test_the_cids_are_those_of_ipfs(payloads):
    assert payloads.put_many([b"hello world", b""]) == [HELLO, EMPTY]


@pytest.fixture
def blocks(tmp_path):
    return Blocks(tmp_path / "blocks")


@settings(max_examples=sized(20), deadline=None)
@given(some.integers(0, 5 * CHUNK))
def test_a_dag_has_one_raw_leaf_a_chunk_and_links_them_in_order(size):
    dag = list(blocks_of(os.urandom(1) * size))
    leaves = max(1, -(-size // CHUNK))
    assert len(dag) == leaves + (leaves > 1)
    if leaves > 1:
        assert children(*dag[-1]) == [cid for cid, _ in dag[:-1]]


def test_a_level_has_at_most_174_links():
    dag = list(blocks_of(bytes(CHUNK * (WIDTH + 1))))
    root = dag[-1]
    assert len(children(*root)) == 2
    assert len(dag) == WIDTH + 1 + 2 + 1


@pytest.mark.parametrize("which", [0, 1, -1], ids=["first leaf", "second leaf", "root"])
def test_one_changed_byte_of_any_block_is_noticed_and_only_there(blocks, which):
    payloads = BlockPayloads(blocks)
    content = os.urandom(2 * CHUNK)
    (cid, other) = payloads.put_many([content, b"another"])
    path = blocks.path(list(blocks_of(content))[which][0])
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    with pytest.raises(PayloadAltered):
        payloads.get(cid)
    assert payloads.get(other) == b"another"


@contextmanager
def files_of_at_most(size):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_fills_during_a_stream_accepts_nothing_and_leaves_nothing(blocks):
    payloads = BlockPayloads(blocks)
    (kept,) = payloads.put_many([b"kept"])
    before = pinned_and_size(payloads)
    with files_of_at_most(20 * 1024 * 1024), pytest.raises(StorageFull, match="nothing was accepted"):
        payloads.put_stream(os.urandom(CHUNK) for _ in range(100))
    assert pinned_and_size(payloads) == before
    assert payloads.get(kept) == b"kept"


@pytest.mark.parametrize(("limit", "size"), [(1_000, 5_000), (4_000, 100)], ids=["in the pack", "in the index"])
def test_a_full_disk_accepts_nothing_and_leaves_nothing_half(blocks, tmp_path, limit, size):
    payloads = BlockPayloads(blocks)
    (kept,) = payloads.put_many([b"kept"])
    content = os.urandom(size)
    with files_of_at_most(limit), pytest.raises(SourceUnavailable) as refusal:
        payloads.put_many([content])
    if limit == 1_000:
        assert isinstance(refusal.value, StorageFull)
        assert "nothing was accepted" in str(refusal.value)
    (cid,) = payloads.put_many([content])
    again = BlockPayloads(Blocks(tmp_path / "blocks"))
    assert (again.get(cid), again.get(kept)) == (content, b"kept")


WRITER = """
import os, sys
from pathlib import Path
from mydata_ledger.anchors.blockstore import BlockPayloads, Blocks
payloads = BlockPayloads(Blocks(Path(sys.argv[1])))
while True:
    print(*payloads.put_many([os.urandom(n) for n in (10, 300_000, 5_000)]), flush=True)
"""


def test_i9_what_was_acknowledged_survives_kill_9_in_the_middle_of_the_next_put(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    acknowledged = [process.stdout.readline().split() for _ in range(20)]
    process.kill()
    acknowledged += [line.split() for line in process.stdout.read().splitlines() if len(line.split()) == 3]
    process.wait()
    payloads = BlockPayloads(Blocks(tmp_path))
    for cids in acknowledged:
        assert [len(payloads.get(cid)) for cid in cids] == [10, 300_000, 5_000]
    (more,) = payloads.put_many([b"more"])
    payloads.collect()
    assert payloads.get(more) == b"more"
    assert all(payloads.get(cid) for cids in acknowledged for cid in cids)


def test_two_processes_write_to_one_folder(blocks, tmp_path):
    first, second = BlockPayloads(blocks), BlockPayloads(Blocks(tmp_path / "blocks"))
    (a,), (b,) = first.put_many([b"one"]), second.put_many([b"two"])
    assert (first.get(b), second.get(a)) == (b"two", b"one")
    second.remove(a)
    second.collect()
    (c,) = first.put_many([b"three"])
    assert (second.get(c), first.get(b)) == (b"three", b"two")
    with pytest.raises(PayloadMissing):
        first.get(a)


def test_many_threads_put_and_collect_at_once(blocks):
    payloads = BlockPayloads(blocks)

    def put(number):
        batch = [os.urandom(50_000) for _ in range(4)]
        cids = payloads.put_many(batch)
        payloads.remove(cids[0])
        if number % 10 == 0:
            payloads.collect()
        return list(zip(cids[1:], batch[1:], strict=True))

    with ThreadPoolExecutor(8) as pool:
        kept = [pair for pairs in pool.map(put, range(40)) for pair in pairs]
    payloads.collect()
    assert all(payloads.get(cid) == content for cid, content in kept)
    assert payloads.pinned() == {cid for cid, _ in kept}


def test_a_store_that_is_no_folder_is_unavailable(tmp_path):
    (tmp_path / "blocks").write_text("a file")
    with pytest.raises(SourceUnavailable):
        Blocks(tmp_path / "blocks")


@pytest.mark.parametrize("text", ["", "Qm" + "a" * 44, "bafy", "bafkrei../../etc/passwd", HELLO.upper(), HELLO + "a"])
def test_what_is_no_cid_of_ours_is_refused(text):
    with pytest.raises(MalformedInput):
        Cid.parse(text)


@given(some.binary(max_size=200))
def test_a_node_of_garbage_is_altered_or_has_no_children(garbage):
    with suppress(PayloadAltered):
        assert all(isinstance(child, Cid) for child in children(Cid.of(DAG_PB, garbage), garbage))
