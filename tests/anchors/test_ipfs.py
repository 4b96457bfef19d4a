"""A Kubo node that fails: it is gone, comes back, has altered blocks, or is configured without sync."""

import json
import os

import pytest

from mydata_ledger.anchors.ipfs import KuboPayloads
from mydata_ledger.anchors.ipld.unixfs import CHUNK
from mydata_ledger.ledger.errors import PayloadAltered, PayloadMissing, SourceUnavailable
from testing.kubo import BINARY, REASON, Kubo, free_port

pytestmark = pytest.mark.skipif(BINARY is None, reason=REASON)


@pytest.fixture
def node(tmp_path):
    kubo = Kubo(tmp_path / "repo")
    yield kubo
    kubo.stop()


def test_a_node_that_is_not_there_is_unavailable():
    with pytest.raises(SourceUnavailable, match="does not answer"):
        KuboPayloads(f"/ip4/127.0.0.1/tcp/{free_port()}")


def test_a_node_that_goes_and_comes_back_loses_nothing_and_needs_no_new_client(node):
    payloads = KuboPayloads(node.start().api)
    (cid,) = payloads.put_many([b"kept"])
    node.process.kill()
    node.process.wait()
    with pytest.raises(SourceUnavailable, match="does not answer"):
        payloads.get(cid)
    with pytest.raises(SourceUnavailable, match="does not answer"):
        payloads.put_stream([b"x"])
    node.start()
    assert payloads.get(cid) == b"kept"


def test_a_block_altered_on_the_node_s_disk_is_noticed_and_only_there(node):
    payloads = KuboPayloads(node.start().api)
    content = os.urandom(2 * CHUNK)
    cid, other = payloads.put_many([content, b"another"])
    leaf = next(path for path in node.folder.glob("blocks/*/*.data") if path.read_bytes() == content[:CHUNK])
    leaf.write_bytes(content[: CHUNK - 1] + b"!")
    with pytest.raises(PayloadAltered):
        payloads.get(cid)
    assert payloads.get(other) == b"another"


def test_collection_spares_what_others_pinned(node):
    payloads = KuboPayloads(node.start().api)
    theirs = node.run("add", "-Q", "--cid-version=1", given=b"theirs").decode().strip()
    (loose,) = payloads.put_many([b"loose"])
    payloads.remove(loose)
    assert payloads.collect() >= 1
    assert payloads.get(theirs) == b"theirs"
    with pytest.raises(PayloadMissing):
        payloads.get(loose)


def test_a_node_that_acknowledges_before_its_disk_does_is_refused(node):
    config = json.loads((node.folder / "config").read_text())
    for mount in config["Datastore"]["Spec"]["mounts"]:
        mount.get("child", mount)["sync"] = False
    (node.folder / "config").write_text(json.dumps(config))
    node.start()
    with pytest.raises(SourceUnavailable, match="sync"):
        KuboPayloads(node.api)
