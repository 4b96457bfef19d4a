"""Sealed payloads of a running ledger on IPFS: Kubo and Helia fetch them, and can read nothing."""

import hashlib
import io
import json
import subprocess
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from mydata_ledger.anchors.blockstore import BlockPayloads, Blocks
from mydata_ledger.anchors.ipld import car
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.cli import app
from testing.kubo import BINARY, REASON, ROOT, Kubo
from tests.scripts.gateways import kubo_with_router

HELIA = ROOT / "tests/helia"
NODE = Path(ROOT / ".venv/bin/node")
needs_kubo = pytest.mark.skipif(BINARY is None, reason=REASON)
needs_helia = pytest.mark.skipif(
    not (HELIA / "node_modules").is_dir(), reason="no Helia here: scripts/helia installs it"
)


@pytest.fixture(scope="module")
def sealed(stack, demo_held):
    """Every payload of the demonstration, by CID."""
    assert demo_held
    store = BlockPayloads(Blocks(stack.state / "blocks"))
    payloads = {cid: store.get(cid) for cid in store.pinned()}
    assert len(payloads) > 20
    return payloads


def test_i5_public_payloads_reveal_nothing(stack, sealed):
    people = json.loads((stack.state / "story" / "people.json").read_text()).values()
    names = [Wallet(bytes.fromhex(page["key"])).signer for page in people] + [b"resourceType", b"health.", b"hl7:"]
    with httpx.Client(base_url=stack.url) as client:
        for cid, content in list(sealed.items())[:50]:
            answer = client.get(f"/ipfs/{cid}?format=car")
            roots, blocks = car.read(io.BytesIO(answer.content))
            assert ([str(root) for root in roots], answer.status_code) == ([cid], 200)
            leaves = b"".join(block for leaf, block in blocks if leaf.codec == 0x55)
            assert leaves == content
            assert not any(name in answer.content for name in names)


def test_api_and_gateway_keep_their_own_security_headers(stack, sealed):
    answer = httpx.get(f"{stack.url}/ipfs/{next(iter(sealed))}?format=raw")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-request-id"]
    assert httpx.get(f"{stack.url}/health").headers["cache-control"] == "no-store"
    assert httpx.get(f"{stack.url}/ipns/a.b").status_code == 404


def test_a_router_names_this_ledger_as_provider_of_its_payloads(stack, sealed):
    providers = httpx.get(f"{stack.url}/routing/v1/providers/{next(iter(sealed))}").json()["Providers"]
    assert [provider["Protocols"] for provider in providers] == [["transport-ipfs-gateway-http"]]
    assert providers[0]["Addrs"] == [f"/ip4/127.0.0.1/tcp/{stack.port}/http"]
    nothing = httpx.get(f"{stack.url}/routing/v1/providers/bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e")
    assert (nothing.status_code, nothing.json()) == (404, {"Providers": []})
    for path, status in (("providers/x", 400), ("peers/x", 501), ("ipns/x", 501)):
        assert httpx.get(f"{stack.url}/routing/v1/{path}").status_code == status
    assert httpx.put(f"{stack.url}/routing/v1/providers/x").status_code == 405


@needs_kubo
def test_a_kubo_node_fetches_from_this_ledger_over_http(stack, sealed, tmp_path):
    node = kubo_with_router(tmp_path / "repo", stack.url)
    node.start("--enable-gc=false")
    try:
        for cid, content in list(sealed.items())[:3]:
            assert node.run("cat", "--timeout=60s", cid) == content
    finally:
        node.stop()


@needs_kubo
def test_a_kubo_node_imports_what_the_gateway_sends(stack, sealed, tmp_path):
    node, (cid, content) = Kubo(tmp_path / "repo"), next(iter(sealed.items()))
    node.run("dag", "import", "--pin-roots", given=httpx.get(f"{stack.url}/ipfs/{cid}?format=car").content)
    assert node.run("cat", cid) == content


@needs_helia
def test_helia_fetches_from_this_ledger_and_verifies(stack, sealed):
    payloads = list(sealed.items())[:3]
    command = [NODE, "fetch.js", stack.url, *[cid for cid, _ in payloads]]
    done = subprocess.run(command, cwd=HELIA, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.split("\n")[:-1] == [f"200 {hashlib.sha256(content).hexdigest()}" for _, content in payloads], (
        done
    )


def _copy(source, target, state):
    done = CliRunner().invoke(
        app, ["payloads", "copy", "--from", source, "--to", target, "--state", str(state), "--json"]
    )
    assert json.loads(done.stdout)["refused"] == {}


@needs_kubo
@pytest.mark.slow
def test_a_ledger_lives_on_a_kubo_node_as_on_its_own_store(tmp_path, demo_held, stack, sealed):
    """The store is a setting: a command copies all payloads, and CIDs and answers stay equal."""
    node = Kubo(tmp_path / "repo").start()
    url = "http://127.0.0.1:" + node.api.rsplit("/", 1)[1]
    stack.kill_api()  # a payload sealed while payloads are copied would not be copied
    try:
        _copy("embedded", url, stack.state)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MYDATA_PAYLOADS", url)
            stack.start_api()
            for cid, content in list(sealed.items())[:3]:
                answer = httpx.get(f"{stack.url}/ipfs/{cid}?format=raw")
                assert (answer.status_code, content in answer.content or len(content) > 262_144) == (200, True)
            patch.setenv("MYDATA_PAYLOADS", "nowhere")
            with pytest.raises(SourceUnavailable, match="stopped while starting: MYDATA_PAYLOADS"):
                stack.restart_api()
        stack.kill_api()
        _copy(url, "embedded", stack.state)
    finally:
        node.stop()
        stack.kill_api()
        stack.start_api()
    assert "payload store" in (stack.state / "api.log").read_text()
