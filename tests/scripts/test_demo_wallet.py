"""The wallet of the personas in JavaScript signs as eth_account does, and signs statements of MyData Ledger alone."""

import contextlib
import copy
import json
import secrets
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from mydata_ledger.ledger.consent import NEVER, Consent, Effect, Grant
from mydata_ledger.ledger.typed_data import Domain, typed_data
from mydata_ledger.scripts.bundle import BUILT
from mydata_ledger.scripts.npm import ToolMissing, node
from testing.sizes import sized
from tests.ledger.test_typed_data import KINDS, statements

SCRIPT = """
import { createInterface } from "node:readline";
import { walletOf } from "%s";
for await (const line of createInterface({ input: process.stdin })) {
  const { key, node, call } = JSON.parse(line);
  try {
    const wallet = walletOf(key, node);
    console.log(JSON.stringify({ result: call ? await wallet.request(call) : wallet.address }));
  } catch (error) {
    console.log(JSON.stringify({ code: error.code, message: error.message }));
  }
}
"""
KEY = "0x" + "07" * 32
ACCOUNT = Account.from_key(KEY)
DOMAIN = Domain(31337, "0x" + "11" * 20)
GRANT = Grant(Effect.PERMIT, ("health.lab",), ("hl7:HRESCH",), ("view",), 1, NEVER)
WHO = {"data_subject": b"\1" * 20, "signer": b"\1" * 20, "grantee": "0x" + "11" * 20, "grantee_name": "시험팀"}
NOTICE = {"notice_hash": bytes(32), "notice_language": "ko"}
CONSENT = Consent(**WHO, **NOTICE, version=1, previous=bytes(32), grants=(GRANT,), signed_at=5, lock=b"\2" * 32)
TEXTS = ["", "Sign in to MyData Ledger.", "동의합니다\n\n두 줄", "0x", "0x12", "0xzz", "a" * 1_000]


@pytest.fixture(scope="module")
def node_wallet(tmp_path_factory):
    """Answers requests by the built script, in one process of Node."""
    try:
        program = node()
    except ToolMissing as missing:
        pytest.skip(str(missing))
    script = tmp_path_factory.mktemp("wallet") / "wallet.mjs"
    script.write_text(SCRIPT % (BUILT / "demo_wallet.js").as_uri())
    process = subprocess.Popen([program, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(key, method="", *params, node_url=""):
        call = {"method": method, "params": list(params)} if method else None
        process.stdin.write(json.dumps({"key": key, "node": node_url, "call": call}) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    with contextlib.closing(process.stdin):
        yield ask
    process.wait(timeout=10)


def signature(signed):
    return "0x" + bytes(signed.signature).hex()


def test_keys_have_the_addresses_of_eth_account(node_wallet):
    for key in [KEY, "0x" + "00" * 31 + "01", *("0x" + secrets.token_hex(32) for _ in range(20))]:
        address = Account.from_key(key).address
        assert node_wallet(key) == {"result": address}
        for method in ("eth_requestAccounts", "eth_accounts"):
            assert node_wallet(key, method) == {"result": [address]}
        assert node_wallet(key, "eth_chainId") == {"result": hex(31337)}, "pages ask before they have anything signed"


@pytest.mark.parametrize("text", TEXTS, ids=repr)
def test_a_text_is_signed_as_eth_account_signs_it(node_wallet, text):
    expected = {"result": signature(ACCOUNT.sign_message(encode_defunct(text=text)))}
    assert node_wallet(KEY, "personal_sign", "0x" + text.encode().hex(), ACCOUNT.address) == expected
    if not text.startswith("0x") or text == "0xzz":
        assert node_wallet(KEY, "personal_sign", text, ACCOUNT.address.lower()) == expected


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=sized(25), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=some.data())
def test_a_statement_is_signed_as_eth_account_signs_it(node_wallet, kind, data):
    typed = typed_data(data.draw(statements(kind)), DOMAIN)
    expected = signature(ACCOUNT.sign_typed_data(full_message=copy.deepcopy(typed)))
    for form in (typed, json.dumps(typed)):
        assert node_wallet(KEY, "eth_signTypedData_v4", ACCOUNT.address, form) == {"result": expected}


@pytest.fixture
def typed(node_wallet):
    found = typed_data(CONSENT, DOMAIN)
    assert "result" in node_wallet(KEY, "eth_signTypedData_v4", ACCOUNT.address, found)
    return found


CHANGES = {
    "another member": lambda typed: typed["types"]["Consent"].append({"name": "more", "type": "string"}),
    "another type": lambda typed: typed["types"]["Grant"][0].update(type="bytes"),
    "no types": lambda typed: typed.pop("types"),
    "another order": lambda typed: typed["types"]["Consent"].reverse(),
    "no statement": lambda typed: typed.update(primaryType="Permit"),
    "a part of one": lambda typed: typed.update(primaryType="Grant"),
    "what every object has": lambda typed: typed.update(primaryType="constructor"),
    "another name": lambda typed: typed["domain"].update(name="Token"),
    "a foreign member": lambda typed: typed["message"].update(value=1),
    "nothing": lambda typed: typed.clear(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_anything_else_is_not_signed(node_wallet, typed, change):
    CHANGES[change](typed)
    refused = node_wallet(KEY, "eth_signTypedData_v4", ACCOUNT.address, typed)
    assert refused["code"] == -32602, refused


def test_it_signs_for_its_own_account_by_the_methods_it_has(node_wallet, typed):
    other = Account.create().address
    assert node_wallet(KEY, "personal_sign", "text", other)["code"] == 4100
    assert node_wallet(KEY, "eth_signTypedData_v4", other, typed)["code"] == 4100
    assert node_wallet(KEY, "personal_sign", None, ACCOUNT.address)["code"] == -32602
    assert node_wallet(KEY, "eth_signTypedData_v4", ACCOUNT.address, "{not json")["code"] == -32602
    for method in ("eth_sendTransaction", "eth_sign", "constructor"):
        assert node_wallet(KEY, method, {})["code"] == 4200


class Chain(BaseHTTPRequestHandler):
    """A node whose accounts have sent `nonce` transactions, and which keeps what is sent."""

    nonce = 0
    sent: ClassVar[list[str]] = []

    def do_POST(self):
        call = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if call["method"] == "eth_sendRawTransaction":
            Chain.sent.append(call["params"][0])
        results = {"eth_getTransactionCount": hex(Chain.nonce), "eth_sendRawTransaction": "0x" + "ab" * 32}
        results |= {"eth_getTransactionReceipt": None}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "result": results[call["method"]]}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def chain():
    with ThreadingHTTPServer(("127.0.0.1", 0), Chain) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        Chain.sent.clear()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("nonce", [0, 127, 128, 70_000])
@pytest.mark.parametrize("size", [4, 51, 52, 300, 3_000])
def test_a_call_of_a_contract_is_signed_and_sent_as_eth_account_signs_it(node_wallet, chain, nonce, size):
    Chain.nonce = nonce
    call = {"from": ACCOUNT.address, "to": "0x" + "11" * 20, "data": "0x" + secrets.token_hex(size)}
    answer = node_wallet(KEY, "eth_sendTransaction", call, node_url=chain)
    gas = {"gas": 3_000_000, "maxFeePerGas": 200 * 10**9, "maxPriorityFeePerGas": 10**9, "type": 2}
    members = {"to": call["to"], "data": call["data"], "value": 0, "nonce": nonce, "chainId": 31337} | gas
    assert Chain.sent == ["0x" + bytes(ACCOUNT.sign_transaction(members).raw_transaction).hex()]
    assert answer == {"result": "0x" + "ab" * 32}
    assert node_wallet(KEY, "eth_getTransactionReceipt", "0x" + "ab" * 32, node_url=chain) == {"result": None}


@pytest.mark.parametrize(
    "change", [{"from": "0x" + "22" * 20}, {"to": None}, {"data": "0x"}, {"value": "0x1"}, {"data": "0xzz"}], ids=str
)
def test_no_ether_is_sent_and_nothing_for_others(node_wallet, chain, change):
    call = {"from": ACCOUNT.address, "to": "0x" + "11" * 20, "data": "0x12345678"} | change
    assert node_wallet(KEY, "eth_sendTransaction", call, node_url=chain)["code"] in {-32602, 4100}
    assert Chain.sent == []


def test_it_is_on_the_development_chain(node_wallet):
    assert node_wallet(KEY, "eth_chainId") == {"result": "0x7a69"}


@pytest.mark.parametrize("key", ["", "0x", "0x" + "00" * 32, "0x" + "ff" * 32, "07" * 32, "0x" + "07" * 31])
def test_what_is_no_key_is_refused(node_wallet, key):
    assert node_wallet(key, "eth_accounts")["code"] == -32602
