"""The node that the verifier page offers: only the page's reads reach it, bounded, and nothing of it leaks."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from mydata_ledger.api import errors
from mydata_ledger.scripts.pages.node import MOST_ANSWERED, MOST_BYTES, NODE_PATH, add_node
from mydata_ledger.scripts.pages.node_calls import GAS, passed_on
from mydata_ledger.scripts.settings import BadSetting
from mydata_ledger.scripts.settings.values import offered_node
from testing.devnet import live_chain

TO, BLOCK = "0x" + "Ab" * 20, "0x1f"
VIEW = {"to": TO, "data": "0x01020304"}
TOPIC = "0x" + "ab" * 32
EVENTS = {"address": TO, "topics": [[TOPIC, TOPIC], TOPIC], "fromBlock": "0x1", "toBlock": "0x2"}
SECRET = "https://node.example/key-of-an-account"


def call(method, *params, number=7):
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}


def app_for(offered, rpc_url):
    app = FastAPI()
    errors.install(app)
    add_node(app, offered, rpc_url)
    return TestClient(app)


@pytest.fixture(scope="module")
def chain():
    with live_chain() as running:
        yield running


@pytest.fixture
def own(chain):
    with app_for("own", chain.url) as client:
        yield client


@pytest.fixture
def upstream():
    """A node that answers with `reply`, and keeps what it was sent in `sent`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            server.sent.append((json.loads(body), self.headers))
            self.send_response(server.status)
            self.end_headers()
            self.wfile.write(server.reply)

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.sent, server.status, server.reply = [], 200, b"[]"
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_it_answers_what_the_page_asks_as_the_node_does(own, chain):
    direct = httpx.post(chain.url, json=call("eth_getBlockByNumber", "latest", False)).json()["result"]
    block = direct["number"]
    code, view = call("eth_getCode", chain.deployment.parties, block), call("eth_call", VIEW, block)
    sent = [call("eth_chainId", number=1), call("eth_getBlockByNumber", "latest", False, number=2), code | {"id": 3}]
    many = own.post(NODE_PATH, json=sent).json()
    assert [one["id"] for one in many] == [1, 2, 3]
    assert many[0]["result"] == hex(chain.deployment.chain_id)
    assert many[1]["result"].keys() == {"number", "timestamp"}
    assert many[2]["result"] == httpx.post(chain.url, json=code).json()["result"] != "0x"
    assert own.post(NODE_PATH, json=view).json() == {"jsonrpc": "2.0", "id": 7, "result": "0x"}
    reverting = own.post(NODE_PATH, json=call("eth_call", VIEW | {"to": chain.deployment.parties}, block)).json()
    assert reverting["error"] == {"code": 3, "message": "execution reverted"}


def test_it_finds_the_events_of_a_contract_without_their_long_data(own, upstream):
    events = call("eth_getLogs", EVENTS | {"fromBlock": "0x0", "toBlock": "0x3e7"})
    assert own.post(NODE_PATH, json=events).json()["result"] == []
    log = {"blockNumber": "0x2", "transactionHash": TOPIC, "data": TOPIC + "00" * 32 * 5_000, "address": TO}
    upstream.reply = json.dumps([{"id": 0, "result": [log] * 11}]).encode()
    found = app_for("own", f"http://127.0.0.1:{upstream.server_port}").post(NODE_PATH, json=events).json()["result"]
    assert found == [{"blockNumber": "0x2", "transactionHash": TOPIC, "data": TOPIC}] * 10
    assert upstream.sent[0][0][0]["params"] == events["params"]


REFUSED = {
    "a transaction": call("eth_sendRawTransaction", "0x02"),
    "a call of the node's owner": call("anvil_setCode", TO, "0x00"),
    "logs": call("eth_getLogs", {"fromBlock": "0x0"}),
    "logs of every event": call("eth_getLogs", EVENTS | {"topics": []}),
    "logs of three events": call("eth_getLogs", EVENTS | {"topics": [[TOPIC] * 3, TOPIC]}),
    "logs of an event that is none": call("eth_getLogs", EVENTS | {"topics": [[7], TOPIC]}),
    "logs of many blocks": call("eth_getLogs", EVENTS | {"fromBlock": "0x0", "toBlock": "0x3e8"}),
    "logs of no blocks": call("eth_getLogs", EVENTS | {"fromBlock": "0x2", "toBlock": "0x1"}),
    "logs by name of a block": call("eth_getLogs", EVENTS | {"toBlock": "latest"}),
    "logs of a block by hash": call("eth_getLogs", EVENTS | {"blockHash": TOPIC}),
    "another block": call("eth_getBlockByNumber", "0x1", False),
    "whole transactions": call("eth_getBlockByNumber", "latest", True),
    "a block by name": call("eth_call", VIEW, "pending"),
    "more gas": call("eth_call", VIEW | {"gas": "0xffffffff"}, BLOCK),
    "a sender": call("eth_call", VIEW | {"from": TO}, BLOCK),
    "overrides": call("eth_call", VIEW, BLOCK, {TO: {"code": "0x00"}}),
    "no function": call("eth_call", VIEW | {"data": "0x0102"}, BLOCK),
    "long calldata": call("eth_call", VIEW | {"data": "0x" + "00" * 8_193}, BLOCK),
    "calldata that is none": call("eth_call", VIEW | {"data": "0x0102030g"}, BLOCK),
    "no address": call("eth_getCode", TO[:-1], BLOCK),
    "a long block": call("eth_getCode", TO, "0x" + "1" * 17),
    "a line after the block": call("eth_getCode", TO, BLOCK + "\n"),
    "params that are none": call("eth_chainId") | {"params": {}},
    "too many params": call("eth_chainId", 1),
    "a method that is none": call("eth_chainId") | {"method": ["eth_chainId"]},
    "an id that is none": call("eth_chainId") | {"id": True},
    "a long id": call("eth_chainId") | {"id": 10**18},
    "no id": {"method": "eth_chainId", "params": []},
    "nothing": [],
    "a word": "eth_chainId",
    "one bad call among good ones": [call("eth_chainId"), call("eth_accounts")],
    "more than a hundred": [call("eth_chainId")] * 101,
}


@pytest.mark.parametrize("sent", REFUSED)
def test_nothing_else_is_passed_on(upstream, sent):
    client = app_for("own", f"http://127.0.0.1:{upstream.server_port}")
    answer = client.post(NODE_PATH, json=REFUSED[sent])
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed_input")
    assert upstream.sent == []


def test_a_view_is_sent_with_a_limit_of_gas():
    (sent,) = passed_on(call("eth_call", VIEW, BLOCK, number=9))
    assert sent == {"jsonrpc": "2.0", "id": 0, "method": "eth_call", "params": [{**VIEW, "gas": GAS}, BLOCK]}


def test_a_body_is_json_and_bounded(upstream):
    client = app_for("own", f"http://127.0.0.1:{upstream.server_port}")
    assert client.post(NODE_PATH, content=b"{", headers={"content-type": "application/json"}).status_code == 400
    nested = client.post(NODE_PATH, content=b"[" * 50_000, headers={"content-type": "application/json"})
    assert nested.status_code == 400
    plain = client.post(NODE_PATH, content=json.dumps(call("eth_chainId")), headers={"content-type": "text/plain"})
    assert plain.status_code == 400, "a form of another site cannot send it"
    large = client.post(NODE_PATH, json=[call("eth_chainId") | {"pad": "x" * MOST_BYTES}])
    assert large.status_code == 413
    assert upstream.sent == []


def test_a_caller_asks_so_often_and_no_more(upstream):
    client = app_for("own", f"http://127.0.0.1:{upstream.server_port}")
    full = [call("eth_chainId", number=number) for number in range(100)]
    statuses = [client.post(NODE_PATH, json=full).status_code for _ in range(15)]
    assert statuses[:10] == [200] * 10
    assert statuses[-1] == 429
    assert len(upstream.sent) < 15
    assert int(client.post(NODE_PATH, json=call("eth_chainId")).headers["retry-after"]) >= 1


def test_the_node_s_words_and_address_stay_here(upstream):
    client = app_for("own", f"http://127.0.0.1:{upstream.server_port}")
    upstream.reply = json.dumps([{"id": 0, "error": {"code": -32000, "message": f"no quota at {SECRET}"}}]).encode()
    answer = client.post(NODE_PATH, json=call("eth_chainId"), headers={"cookie": "a=b", "authorization": "Bearer x"})
    assert answer.json()["error"] == {"code": -32000, "message": "the node did not answer this call"}
    (_, headers), *_ = upstream.sent
    assert not {"cookie", "authorization", "x-forwarded-for"} & {name.lower() for name in headers}
    for status, reply in ((500, SECRET), (200, SECRET), (200, "x" * (MOST_ANSWERED + 1)), (302, ""), (200, "3")):
        upstream.status, upstream.reply = status, reply.encode()
        answer = client.post(NODE_PATH, json=call("eth_chainId"))
        assert SECRET not in answer.text
        assert answer.status_code == 503 or answer.json()["error"]["code"] == -32000
    silent = app_for("own", "http://user:password@127.0.0.1:9").post(NODE_PATH, json=call("eth_chainId"))
    assert (silent.status_code, "password" in silent.text) == (503, False)


def test_what_is_offered_is_as_the_operator_sets_it(upstream):
    public = "https://rpc.example/v1"
    assert app_for("own", SECRET).get(NODE_PATH).json() == {"url": NODE_PATH, "own": True}
    named = app_for(public, SECRET)
    assert named.get(NODE_PATH).json() == {"url": public, "own": False}
    assert named.post(NODE_PATH, json=call("eth_chainId")).status_code == 405
    assert app_for("none", SECRET).get(NODE_PATH).json() == {"error": "no_such_route"}
    assert app_for("none", SECRET).post(NODE_PATH, json=call("eth_chainId")).status_code == 404
    for bad, near in (("owner", "own"), ("non", "none"), ("ftp://x", "http"), ("https://", "https")):
        with pytest.raises(BadSetting, match=near):
            offered_node("MYDATA_PUBLIC_NODE", bad)
    assert upstream.sent == []
