"""Personas of the demo: made at its end, given by its own server on the development chain alone, used by the pages."""

import html
import json
import re
import subprocess
import sys
import time
from dataclasses import replace

import httpx
import pytest

from mydata_ledger.client import Client
from mydata_ledger.ledger.errors import InvalidStatement, MalformedInput, SourceUnavailable
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.demonstration.context import DemoContext
from mydata_ledger.scripts.demonstration.output import DemoOutput
from mydata_ledger.scripts.demonstration.personas import make_personas, may_have_personas
from mydata_ledger.scripts.demonstration.personas.operating import register_operator
from mydata_ledger.scripts.demonstration.steps.issuing import issues
from mydata_ledger.scripts.devnet import Devnet
from mydata_ledger.scripts.failure import Failure
from mydata_ledger.scripts.pages import personas_file
from mydata_ledger.scripts.parties import Registrar
from mydata_ledger.scripts.population import generated
from mydata_ledger.scripts.settings import secret
from mydata_ledger.scripts.stack import Stack
from tests.web.browser import chromium, require_chromium

PATH = "/demo/personas"
NO_ROUTE = (404, {"error": "no_such_route"})
MODULE = "const module = await import('/web/demo/personas.js'); const all = await module.personas();"
SIGN_IN = """
  const me = all.find((one) => one.id === "patient"), wallet = module.providerOf(me);
  const post = async (path, form) => {
    const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(form) });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  };
  let token = "";
  const [address] = await wallet.request({ method: "eth_requestAccounts" });
  const { message } = await post("/session/challenges", { address });
  const text = "0x" + Array.from(new TextEncoder().encode(message), (b) => b.toString(16).padStart(2, "0")).join("");
  const signature = await wallet.request({ method: "personal_sign", params: [text, address] });
  ({ token } = await post("/sessions", { message, signature }));
"""
CONSENT = """
  const requests = await (await fetch("/me/requests", { headers: { authorization: `Bearer ${token}` } })).json();
  const draft = await post(`/me/requests/${requests[0].request_id}/drafts`, { lock: "0x" + "11".repeat(32) });
  const typed = draft.typed_data;
  const signed = await wallet.request({ method: "eth_signTypedData_v4", params: [address, JSON.stringify(typed)] });
  const given = await post("/consents", { message: typed.message, domain: typed.domain, signature: signed });
  return { given, requests };
"""


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    """The demo of two generated people, before it has personas."""
    with Stack(tmp_path_factory.mktemp("personas") / "state", on_status=lambda _: None, demo=True) as stack:
        people = [one for one, _ in zip(generated(), range(2), strict=False)]
        made = DemoContext(stack, DemoOutput(), people)
        issues(made)
        yield made


def answered(url):
    answer = httpx.get(url + PATH, headers={"accept": "application/json"}, timeout=60)
    return answer.status_code, answer.json()


@pytest.fixture(scope="module")
def given(context):
    assert answered(context.stack.url) == NO_ROUTE, "before the end of the demonstration"
    make_personas(context)
    status, answer = answered(context.stack.url)
    assert status == 200
    return answer


def test_each_persona_has_a_key_and_stands_where_it_says(context, given):
    ids = ["patient", "hospital", "trial", "insurer", "merchant", "crew", "reviewer", "operator"]
    assert [one["id"] for one in given["personas"]] == ids
    deadline = time.monotonic() + 30
    parties = {}
    while given["personas"][-1]["address"] not in parties:
        assert time.monotonic() < deadline
        parties = {party["account"]: party for party in context.clients["trial"].call("GET", "/parties")}
    for one in given["personas"]:
        wallet = Wallet(bytes.fromhex(one["private_key"][2:]))
        assert (wallet.address, "0x" + wallet.signer.hex()) == (one["address"], one["signer"])
        assert Client(context.stack.url, wallet).sign_in().call("GET", "/consents") is not None
        assert one["name"]["en"] != one["name"]["ko"] != ""
        assert one["can"]["en"] != one["can"]["ko"] != ""
        if one["id"] == "patient":
            assert one["address"] not in parties
        else:
            assert one["role"] in parties[one["address"]]["roles"]
            assert parties[one["address"]]["names"] == one["name"]
    assert "worthless" in given["warning"]["en"]
    assert given["chain_id"] == 31337


def test_the_operator_persona_writes_to_the_register_with_a_key_of_its_own(context, given):
    """It is a registrar and nothing more: it can appoint nobody, and is neither the gateway nor the administrator."""
    stack, operator = context.stack, given["personas"][-1]
    own = {"0x" + secret(stack.state, name).hex() for name in ("gateway", "admin", "sequencer")}
    assert not own & {one["private_key"] for one in given["personas"]}
    registrar = Registrar(stack.rpc_url, stack.deployment.parties, bytes.fromhex(operator["private_key"][2:]))
    stranger = Wallet(b"\x77" * 32).address
    assert registrar.register(stranger, "Somebody new", ["trial"], b"")
    with pytest.raises(InvalidStatement):
        registrar.appoint(stranger)


def test_the_calls_of_the_personas_wallet_and_nothing_else_are_passed_on(context, given):
    url = context.stack.url + "/demo/node"
    call = {"jsonrpc": "2.0", "id": 1, "method": "eth_getTransactionCount"}
    ask = {"params": [given["personas"][-1]["address"], "pending"]}
    assert httpx.post(url, json=call | ask).json()["result"].startswith("0x")
    for method in ("anvil_setBalance", "eth_sendTransaction", "eth_accounts", "anvil_impersonateAccount"):
        assert httpx.post(url, json=call | {"method": method, "params": []}).status_code == 400, method


def test_a_registrar_whose_key_is_known_is_appointed_on_the_development_chain_alone(context):
    stack = context.stack
    real = stack.deployment
    stack.deployment = replace(real, chain_id=1)
    try:
        with pytest.raises(Failure, match="for the development chain 31337 alone"):
            register_operator(stack)
    finally:
        stack.deployment = real


def test_the_answer_is_kept_by_nobody_and_the_file_is_its_owner_s(context, given):
    assert given["personas"]
    assert httpx.get(context.stack.url + PATH).headers["cache-control"] == "no-store"
    assert personas_file(context.stack.state).stat().st_mode & 0o777 == 0o600


def test_the_patient_has_records_and_two_requests_that_a_second_run_does_not_repeat(context, given):
    person = Client(context.stack.url, Wallet(bytes.fromhex(given["personas"][0]["private_key"][2:]))).sign_in()
    assert len(person.call("GET", "/records")) > 20
    before = person.call("GET", "/me/requests")
    assert [(one["state"], one["reference"]) for one in before][:2] == [
        ("requested", "KCT0008791"),
        ("requested", "N-2026-0118"),
    ]
    assert all(one["benefit_ko"] and one["requester_name"] for one in before)
    make_personas(context)
    assert person.call("GET", "/me/requests") == before
    person.call("POST", f"/me/requests/{before[1]['request_id']}/refusal")
    make_personas(context)
    states = [one["state"] for one in person.call("GET", "/me/requests")]
    assert states == ["requested", "refused"], "a refused request is not repeated, and the demo goes on"


def test_a_page_is_the_patient_with_one_tap_and_signs(context, given, tmp_path):
    require_chromium()
    with chromium(tmp_path) as tab:
        tab.open(context.stack.url + "/portal")
        found = tab.run(f"(async () => {{ {MODULE} return all; }})()")
        assert found == given["personas"]
        assert not [url for url in tab.requests if url.endswith("/web/built/demo_wallet.js")], "loaded when it is used"
        result = tab.run(f"(async () => {{ {MODULE} {SIGN_IN} {CONSENT} }})()")
        assert [url for url in tab.requests if url.endswith("/web/built/demo_wallet.js")]
        assert tab.problems == []
    deadline, entry = time.monotonic() + 30, result["given"]["entry"]
    person = Client(context.stack.url, Wallet(bytes.fromhex(given["personas"][0]["private_key"][2:]))).sign_in()
    while not any(one["entry"] == entry and one["status"] == "active" for one in person.call("GET", "/consents")):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert result["requests"][0]["reference"] == "KCT0008791"


def test_the_program_of_the_interface_s_page_runs_as_it_is_written(context, given):
    page = httpx.get(context.stack.url + "/docs").text
    program = html.unescape(re.search(r'<code id="sign-in-program">(.*?)</code>', page, re.DOTALL)[1])
    assert program.count("http://localhost:8420") == 1
    command = [sys.executable, "-c", program.replace("http://localhost:8420", context.stack.url)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    trial = next(one for one in given["personas"] if one["role"] == "trial")
    asks = Client(context.stack.url, Wallet(bytes.fromhex(trial["private_key"][2:]))).sign_in()
    subject, purpose = {"type": "party", "id": trial["address"]}, {"purpose": "hl7:CLINTRCH"}
    question = {"subject": subject, "action": {"name": "view"}, "resource": {"type": "record"}, "context": purpose}
    found = asks.call("POST", "/access/v1/search/resource", json=question)["results"]
    assert done.stdout == f"{len(found)} records of people who consented to this purpose\n"


def test_a_server_without_the_option_has_no_such_route_even_where_the_file_is(context, given):
    stack = context.stack
    stack.kill_api()
    stack._demo = False
    stack.start_api()
    try:
        assert personas_file(stack.state).exists()
        assert answered(stack.url) == NO_ROUTE
    finally:
        stack.kill_api()
        stack._demo = True
        stack.start_api()
    assert answered(stack.url)[0] == 200
    assert given["personas"]


def test_the_option_on_another_chain_starts_no_server(tmp_path):
    with Devnet(chain_id=31338) as chain:
        state = tmp_path / "state"
        stack = Stack(state, on_status=lambda _: None, rpc_url=chain.url, demo=True)
        with pytest.raises(SourceUnavailable, match="gives keys away, so it is for the development chain 31337 alone"):
            stack.start()
        stack.stop()
        personas_file(state).parent.mkdir(exist_ok=True)
        personas_file(state).write_text(json.dumps({"personas": []}))
        with Stack(state, on_status=lambda _: None, rpc_url=chain.url) as other:
            assert answered(other.url) == NO_ROUTE


def test_nobody_s_key_is_given_away_where_people_of_ones_own_data_are(tmp_path):
    fresh, mixed = tmp_path / "fresh", tmp_path / "mixed"
    assert may_have_personas(fresh, own_data=False)
    assert not may_have_personas(mixed, own_data=True)
    assert not may_have_personas(mixed, own_data=True)
    assert not may_have_personas(mixed, own_data=False), "people of an earlier run are there"
    personas_file(fresh).parent.mkdir(parents=True)
    personas_file(fresh).write_text("{}")
    assert may_have_personas(fresh, own_data=False)
    with pytest.raises(MalformedInput, match="take another folder for your own data, or --fresh"):
        may_have_personas(fresh, own_data=True)
