"""Copying payloads between stores, and collecting under load: nothing is lost or renamed, all failures are reported."""

import io
import os
import subprocess
import sys
import threading

import orjson
import pytest
from typer.testing import CliRunner

from mydata_ledger.anchors.blockstore import BlockPayloads, Blocks
from mydata_ledger.anchors.ipfs import KuboPayloads
from mydata_ledger.anchors.ipld import car
from mydata_ledger.anchors.ipld.cid import Cid
from mydata_ledger.anchors.ipld.unixfs import CHUNK, blocks_of
from mydata_ledger.ledger.errors import MalformedInput, PayloadMissing, SourceUnavailable
from mydata_ledger.scripts.cli import app
from mydata_ledger.scripts.multiaddr import multiaddr
from mydata_ledger.scripts.payloads import copy, open_store
from testing.kubo import BINARY, REASON, Kubo, free_port

BATCH = [b"", b"one", os.urandom(3 * CHUNK + 1), os.urandom(CHUNK), b"two"]


def quiet(*_):
    pass


def store_in(folder):
    return BlockPayloads(Blocks(folder / "blocks"))


def run(*words):
    done = CliRunner().invoke(app, ["payloads", *map(str, words), "--json"])
    return done.exit_code, orjson.loads(done.stdout) if done.stdout else done.exception


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    if BINARY is None:
        pytest.skip(REASON)
    made = Kubo(tmp_path_factory.mktemp("kubo"))
    yield made.start()
    made.stop()


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:5001", "/ip4/127.0.0.1/tcp/5001/http"),
        ("http://[::1]:5001/", "/ip6/::1/tcp/5001/http"),
        ("https://ipfs.example", "/dns/ipfs.example/tcp/443/https"),
        ("/ip4/127.0.0.1/tcp/5001", "/ip4/127.0.0.1/tcp/5001"),
    ],
)
def test_a_node_is_named_by_url_or_multiaddr(url, address):
    assert multiaddr(url) == address


@pytest.mark.parametrize("url", ["", "kubo", "ftp://x", "http://", "http://a b", "http://user:secret@h:1", "/ip4/\n"])
def test_what_names_no_store_is_refused_with_the_ways_to_name_one(url, tmp_path):
    with pytest.raises(MalformedInput, match="embedded"):
        open_store(url, tmp_path)


def test_everything_pinned_is_carried_once_and_a_second_run_has_nothing_to_do(tmp_path):
    source, target = store_in(tmp_path / "a"), store_in(tmp_path / "b")
    cids, heard = source.put_many(BATCH), []
    (gone,) = source.put_many([b"unpinned"])
    source.remove(gone)
    done = copy(source, target, lambda *progress: heard.append(progress))
    assert (done.copied, done.present, done.refused) == (5, 0, {})
    assert heard == [(n, 5) for n in range(6)]
    assert target.pinned() == set(cids)
    assert target.collect() == 0
    assert [target.get(cid) for cid in cids] == BATCH
    assert copy(source, target, quiet).present == 5


def test_a_payload_that_is_not_whole_is_named_and_the_others_are_carried(tmp_path):
    blocks, target = Blocks(tmp_path / "a"), store_in(tmp_path / "b")
    source = BlockPayloads(blocks)
    lost, spoilt, *kept = source.put_many([BATCH[2], os.urandom(2 * CHUNK), b"one", b"two"])
    blocks.keep_only({cid.digest for pin in source.pinned() for cid in source._reach({Cid.parse(pin)})}
                     - {next(blocks_of(BATCH[2]))[0].digest})  # fmt: skip
    place = blocks.path(Cid.parse(spoilt))
    place.write_bytes(bytes(place.size))
    done = copy(source, target, quiet)
    assert (done.copied, done.refused.keys()) == (2, {lost, spoilt})
    assert target.pinned() == set(kept)


def test_a_store_that_goes_away_ends_the_copy_loudly(tmp_path):
    class Gone(BlockPayloads):
        def import_car(self, file):
            raise SourceUnavailable("gone")

    source = store_in(tmp_path / "a")
    source.put_many([b"x"])
    with pytest.raises(SourceUnavailable):
        copy(source, Gone(Blocks(tmp_path / "b")), quiet)


@pytest.mark.skipif(BINARY is None, reason=REASON)
class TestKubo:
    def test_there_and_back_under_the_same_cids_with_their_pins(self, node, tmp_path):
        there, url = KuboPayloads(node.api), "http://127.0.0.1:" + node.api.rsplit("/", 1)[1]
        ours = store_in(tmp_path)
        cids = ours.put_many(BATCH)
        code, result = run("copy", "--from", "embedded", "--to", url, "--state", tmp_path)
        assert (code, result["copied"], result["refused"]) == (0, 5, {})
        assert set(cids) <= there.pinned()
        there.collect()
        assert [there.get(cid) for cid in cids] == BATCH
        code, result = run("copy", "--from", url, "--to", "embedded", "--state", tmp_path / "new")
        back = store_in(tmp_path / "new")
        assert (code, set(cids) <= back.pinned()) == (0, True)
        assert back.collect() == 0
        assert [back.get(cid) for cid in cids] == BATCH

    def test_an_archive_that_lacks_blocks_is_refused_and_not_pinned(self, node):
        *_, leaf, (root, block) = blocks_of(os.urandom(2 * CHUNK))
        archive = b"".join(car.write([root], [leaf, (root, block)]))
        there = KuboPayloads(node.api)
        with pytest.raises(MalformedInput, match="lacks blocks"):
            there.import_car(io.BytesIO(archive))
        assert str(root) not in there.pinned()
        with pytest.raises(PayloadMissing):
            there.get(str(root))

    def test_a_block_the_node_lacks_is_not_looked_for_elsewhere(self, node):
        with pytest.raises(PayloadMissing):
            KuboPayloads(node.api).block(Cid.of(0x55, os.urandom(9)))

    def test_a_missing_node_is_reported(self, tmp_path):
        code, error = run("copy", "--from", "embedded", "--to", f"http://127.0.0.1:{free_port()}", "--state", tmp_path)
        assert (code, "does not answer" in str(error)) == (1, True)


def test_one_store_is_not_copied_onto_itself(tmp_path):
    code, error = run("copy", "--from", "embedded", "--to", "embedded", "--state", tmp_path)
    assert (code, "same store" in str(error)) == (1, True)


def test_an_archive_goes_out_and_comes_in_by_command(tmp_path):
    cids = store_in(tmp_path / "a").put_many(BATCH)
    archive = tmp_path / "all.car"
    code, result = run("export", archive, "--state", tmp_path / "a")
    assert (code, set(result["exported"])) == (0, set(cids))
    assert run("export", archive, "--state", tmp_path / "a")[0] == 1, "a file is never overwritten"
    assert run("import", archive, "--state", tmp_path / "b") == (0, {"roots": result["exported"]})
    assert [store_in(tmp_path / "b").get(cid) for cid in cids] == BATCH
    assert run("import", archive, "--blocks", "--state", tmp_path / "c")[1] == {"blocks": 9}
    assert run("collect", "--state", tmp_path / "c") == (0, {"deleted": 9})


WRITER = """
import os, sys
from pathlib import Path
from mydata_ledger.anchors.blockstore import BlockPayloads, Blocks
payloads = BlockPayloads(Blocks(Path(sys.argv[1])))
while True:
    kept, gone = payloads.put_many([os.urandom(400_000), os.urandom(300_000)])
    payloads.remove(gone)
    print(kept, flush=True)
"""


def test_collecting_by_command_while_another_process_serves_loses_nothing(tmp_path):
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path / "blocks")], stdout=subprocess.PIPE, text=True
    )
    kept, reader = [], store_in(tmp_path)
    listening = threading.Thread(target=lambda: kept.extend(line.strip() for line in writer.stdout))
    listening.start()
    try:
        deleted = 0
        while deleted < 10 or len(kept) < 30:
            code, result = run("collect", "--state", tmp_path)
            assert code == 0
            deleted += result["deleted"]
            assert all(len(reader.get(cid)) == 400_000 for cid in kept[-5:])
    finally:
        writer.terminate()
        writer.wait(10)
        listening.join(10)
    run("collect", "--state", tmp_path)
    assert all(len(store_in(tmp_path).get(cid)) == 400_000 for cid in kept if len(cid) == 59)
