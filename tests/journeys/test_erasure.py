"""A record erased on a running ledger: its certificate verifies, and its payload can be fetched but not opened."""

import json

import httpx
import pytest

from mydata_ledger.client import Client, RequestRefused
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.envelope import ReaderKey
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.signers import Wallet
from tests.journeys.test_demo import mydata


@pytest.fixture(scope="module")
def person(stack, demo_held):
    """A patient of the demonstration whom no other journey uses."""
    assert demo_held
    return list(json.loads((stack.state / "story" / "people.json").read_text()).values())[4]


@pytest.fixture(scope="module")
def key(person, tmp_path_factory):
    path = tmp_path_factory.mktemp("key") / "me.json"
    path.write_text(json.dumps({"wallet": person["key"], "reader": person["reader"]}))
    return path


@pytest.fixture(scope="module")
def client(stack, person):
    return Client(stack.url, Wallet(bytes.fromhex(person["key"]))).sign_in()


def test_i9_an_erased_record_has_a_certificate_and_a_useless_payload(stack, client, person, key, tmp_path):
    record = client.call("GET", "/records")[0]
    issue = client.call("GET", f"/records/{record['position']}/copy")["message"]
    question = {"category": record["category"], "purpose": "mydata:SELF_VIEW"}
    question["reader_key"] = "0x" + ReaderKey(bytes.fromhex(person["reader"])).public.hex()
    path = f"/access/records/{record['record_id']}"
    assert client.call("POST", path, json=question)["sealed"]
    before = httpx.get(f"{stack.url}/ipfs/{issue['cid']}?format=raw")
    assert before.status_code == 200

    mydata("erase", record["record_id"], "--yes", "--key", key, "--url", stack.url)
    with pytest.raises(RequestRefused):
        client.call("POST", path, json=question)

    certificate = tmp_path / "certificate.json"
    mydata("certificate", record["record_id"], "--out", certificate, "--key", key, "--url", stack.url)
    output = mydata("verify", certificate, "--rpc", stack.rpc_url, "--json").stdout
    assert '"valid"' in output
    forged = json.loads(certificate.read_text())
    forged["message"]["erasedAt"] += 1
    certificate.write_text(json.dumps(forged))
    mydata("verify", certificate, "--rpc", stack.rpc_url, ok=(1,))

    after = httpx.get(f"{stack.url}/ipfs/{issue['cid']}?format=raw")
    assert after.status_code == 200, "a payload on IPFS may be fetched for ever"
    assert after.content == before.content
    with pytest.raises(LedgerError):
        envelope.open_sealed(after.content, bytes(32), bytes.fromhex(record["record_id"][2:]))
