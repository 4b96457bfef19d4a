"""Offline verification: what is true verifies, and nothing that was changed does."""

import copy
import json

import httpx
import pytest

from ledger.errors import LedgerError, MalformedInput
from ledger.signers import Wallet
from scripts.client import Client
from scripts.devnet import Devnet
from scripts.verify import load, verify
from scripts.verify.document import parse
from scripts.verify.onchain import OnChain

pytestmark = pytest.mark.xdist_group("journey")


@pytest.fixture(scope="module")
def documents(stack, told):
    """A consent copy and an access receipt of a patient of the story who withdrew nothing."""
    assert told
    page = list(json.loads((stack.state / "story" / "people.json").read_text()).values())[3]
    person = Client(stack.url, Wallet(bytes.fromhex(page["key"]))).sign_in()
    entry = next(c["entry"] for c in person.call("GET", "/consents") if c["status"] == "active")
    receipt = next(r for r in person.call("GET", "/receipts") if r["message"]["permitted"])
    person.wait_anchored("access", receipt["position"])
    return [person.call("GET", f"/consents/{entry}/copy"), person.call("GET", f"/receipts/{receipt['position']}")]


def result(document, chain):
    try:
        return verify(parse(document), chain).result.value
    except LedgerError:
        return "refused"


def paths(node, path=()):
    """Every place in a JSON document that holds a value."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from paths(value, (*path, name))
    elif isinstance(node, list) and node:
        for index, value in enumerate(node):
            yield from paths(value, (*path, index))
    else:
        yield path


def changed(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str) and value.startswith("0x") and len(value) > 2:
        return value[:-1] + ("0" if value[-1] != "0" else "1")
    return [] if value is None else f"{value}x" if isinstance(value, str) else ["x"]


def test_what_is_true_is_valid(documents, stack):
    assert [result(document, OnChain(stack.rpc_url)) for document in documents] == ["valid", "valid"]


def test_any_single_changed_field_makes_it_not_valid(documents, stack):
    chain, tried = OnChain(stack.rpc_url), 0
    for document in documents:
        for path in paths(document):
            if path in ignored(document):
                continue
            broken = copy.deepcopy(document)
            place = broken
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = changed(place[path[-1]])
            assert result(broken, chain) != "valid", path
            tried += 1
    assert tried > 70


def ignored(document):
    """Addresses of registries this kind of statement does not rest on: nothing is claimed of them."""
    used = {"Consent": {"consents"}, "AccessReceipt": {"access", "consents", "parties"}}[document["kind"]]
    return {("registries", name) for name in document["registries"] if name not in used}


@pytest.mark.parametrize("missing", ["kind", "domain", "message", "signature", "salt", "position", "registries"])
def test_a_missing_part_is_no_document(documents, missing):
    with pytest.raises(MalformedInput):
        parse({name: value for name, value in documents[0].items() if name != missing})


def test_a_document_that_is_not_anchored_yet_is_unknown(documents, stack):
    assert result(documents[0] | {"checkpoint": None, "inclusion": []}, OnChain(stack.rpc_url)) == "unknown"


def test_another_chain_or_one_that_restarted_empty_is_unknown(documents, stack, tmp_path):
    with Devnet() as empty, Devnet(chain_id=5) as other:
        assert [result(d, OnChain(empty.url)) for d in documents] == ["unknown", "unknown"]
        assert [result(d, OnChain(other.url)) for d in documents] == ["unknown", "unknown"]


@pytest.mark.parametrize("rpc", ["http://127.0.0.1:9", "no url", "http://[", "", "ftp://x"])
def test_what_is_no_chain_is_unknown(documents, rpc):
    assert result(documents[0], OnChain(rpc)) == "unknown"


def test_a_server_that_answers_nonsense_is_unknown(documents, stack):
    assert httpx.post(stack.url + "/health").status_code == 405
    assert result(documents[0], OnChain(stack.url + "/health")) == "unknown"


def test_a_huge_file_is_refused(tmp_path):
    path = tmp_path / "huge.json"
    path.write_bytes(b" " * (1024 * 1024 + 1))
    with pytest.raises(MalformedInput, match="at most"):
        load(path)
