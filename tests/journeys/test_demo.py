"""The demonstration, and what a newcomer does after it."""

import io
import json
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout

import httpx
import pytest

from mydata_ledger.client import Client, load_key
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.merkle import Head, verify_consistency
from mydata_ledger.ledger.receipt import LOGS
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.cli import main
from mydata_ledger.scripts.settings import secret
from mydata_ledger.scripts.verify import load, verify
from mydata_ledger.scripts.verify.onchain import RegistryReader


def mydata(*arguments, ok=(0,)):
    """One command, in this process: to start another takes longer than most commands."""
    out, err = io.TextIOWrapper(io.BytesIO()), io.TextIOWrapper(io.BytesIO())
    command, code = ["mydata", *map(str, arguments)], 0
    with redirect_stdout(out), redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", command)
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
    statement = [written(stream) for stream in (out, err)]
    assert code in ok, statement
    return subprocess.CompletedProcess(command, code, *statement)


def written(stream):
    stream.flush()
    return stream.buffer.getvalue().decode()


def test_every_step_of_the_demonstration_holds(demo_held):
    assert demo_held


def test_i5_nothing_on_chain_or_in_the_payload_store_names_anyone(stack, demo_held):
    assert demo_held
    people = json.loads((stack.state / "story" / "people.json").read_text())
    wallets = [Wallet(bytes.fromhex(page["key"])).signer for page in people.values()]
    record_ids = [bytes.fromhex(record[2:]) for page in people.values() for record in page["records"]]
    chain = [bytes.fromhex(x[2:]) for x in transactions(stack)]
    blocks = [path.read_bytes() for path in (stack.state / "blocks").rglob("*") if path.is_file()]
    assert sum(map(len, blocks)) > 900 * 500
    assert sum(map(len, chain)) > 900 * 32, "every record's leaf is on chain, so that much calldata was looked at"
    for secret_ in [*wallets, *record_ids[:50], b"health.lab", b"hl7:CLINTRCH", b"resourceType"]:
        assert not any(secret_ in calldata for calldata in chain)
        assert not any(secret_ in block for block in blocks)


def transactions(stack):
    """Calldata of every transaction to the three logs."""
    logs = {getattr(stack.deployment, log).lower() for log in LOGS}
    http = httpx.Client(timeout=20)

    def call(method, *params):
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        return http.post(stack.rpc_url, json=body).json()["result"]

    for number in range(int(call("eth_blockNumber"), 16) + 1):
        for transaction in call("eth_getBlockByNumber", hex(number), True)["transactions"]:
            if (transaction["to"] or "").lower() in logs:
                yield transaction["input"]


def test_i4_the_chain_s_head_is_the_log_s_and_continues_itself(stack, demo_held):
    assert demo_held
    client = Client.anonymous(stack.url)
    for log in LOGS:
        checkpoint = client.call("GET", f"/log/{log}/heads")
        size = checkpoint["anchored"]["size"]
        root = bytes.fromhex(checkpoint["anchored"]["root"][2:])
        assert RegistryReader(stack.rpc_url).now().checkpoint(checkpoint["contract"], root)[0] == size
        new = Head(checkpoint["accepted"]["size"], bytes.fromhex(checkpoint["accepted"]["root"][2:]))
        old = Head(size, bytes.fromhex(checkpoint["anchored"]["root"][2:]))
        path = client.call("GET", f"/log/{log}/proof/consistency", params={"first": size, "second": new.size})
        verify_consistency(old, new, [bytes.fromhex(hash_[2:]) for hash_ in path["hashes"]])


def test_the_command_line_verifies_the_files_of_the_demonstration(stack, demo_held):
    assert demo_held
    for name in ("consent.json", "receipt.json"):
        done = mydata("verify", stack.state / "story" / name, "--rpc", stack.rpc_url, "--json", ok=(3,))
        assert json.loads(done.stdout)["result"] == "revoked"
    done = mydata("verify", stack.state / "story" / "receipt.json", "--rpc", "http://127.0.0.1:9", ok=(5,))
    assert "result: unknown" in done.stdout


@pytest.fixture(scope="module")
def person(stack, demo_held, tmp_path_factory):
    """A person and a reader with key files, the reader accredited through the command line."""
    keys = tmp_path_factory.mktemp("keys")
    for name in ("me.json", "clinic.json"):
        made = json.loads(mydata("keys", "new", keys / name, "--json").stdout)
        assert made["address"].startswith("0x")
        assert (keys / name).stat().st_mode & 0o077 == 0
    accredit = ("party", "add", "Test Clinic", "--role", "holder", "--role", "trial", "--key", keys / "clinic.json")
    mydata(*accredit, "--rpc", stack.rpc_url, "--state", stack.state)
    deadline = time.monotonic() + 30
    while "Test Clinic" not in mydata("party", "list", "--url", stack.url).stdout and time.monotonic() < deadline:
        time.sleep(0.3)
    return keys


def test_a_life_on_the_command_line(stack, person):
    url, me, clinic = ("--url", stack.url), ("--key", person / "me.json"), ("--key", person / "clinic.json")
    addresses = {
        n: json.loads(mydata("keys", "show", person / f"{n}.json", "--json").stdout)["address"]
        for n in ("me", "clinic")
    }
    bundle = person / "bundle.json"
    bundle.write_text('{"resourceType":"Observation","category":[{"coding":[{"code":"laboratory"}]}],"valueInteger":1}')
    broken = person / "broken.json"
    broken.write_text('{"resourceType":"Bundle","entry":[{"res')
    issued = mydata("issue", bundle, broken, "--subject", addresses["me"], *clinic, *url, ok=(1,)).stdout
    assert "bundle.json: 1 records" in issued
    assert "left out broken.json: not JSON" in issued
    reader = Client(stack.url, load_key(person / "me.json").wallet).sign_in()
    (record,) = [item["record_id"] for item in reader.call("GET", "/records")]
    question = ("--category", "health.lab", "--purpose", "hl7:CLINTRCH")
    refused = mydata("access", record, *question, *clinic, *url, ok=(1,))
    assert refused.stderr.strip() == "error: access_denied"
    draft = person / "draft.json"
    output = mydata("consent", "draft", addresses["clinic"], *question, "--out", draft, *me, *url).stdout
    assert "Test Clinic may view: Laboratory results. For: Clinical trial research." in output
    assert "active" in mydata("consent", "sign", draft, *me, *url).stdout
    content = person / "content.json"
    assert "as their holder signed them" in mydata("access", record, *question, "--out", content, *clinic, *url).stdout
    assert content.read_bytes() == bundle.read_bytes()
    listed = mydata("receipt", *me, *url).stdout.splitlines()
    assert ["refused" in listed[-2], "permitted" in listed[-1]] == [True, True]
    position = int(listed[-1].split()[0])
    check_receipt(stack, person, position)
    check_acknowledgement(stack, person, reader, position)
    assert "denies now" in mydata("revoke", addresses["clinic"], *me, *url).stdout
    assert mydata("access", record, *question, *clinic, *url, ok=(1,)).stderr.strip() == "error: access_denied"


def check_acknowledgement(stack, person, client, position):
    """The clinic countersigned what it opened; the person sees it, and anybody can verify it."""
    again = mydata("acknowledge", position, "--key", person / "clinic.json", "--url", stack.url).stdout
    assert "signed by 0x" in again
    client.wait_anchored("access", position + 1)
    (access,) = [a for a in client.call("GET", "/me/timeline")["accesses"] if a["position"] == position]
    file = person / "opened.json"
    file.write_text(json.dumps(access["opened"]["document"]))
    verdict = verify(load(file), RegistryReader(stack.rpc_url))
    assert (verdict.result, access["opened"]["position"]) == ("valid", position + 1)


def check_receipt(stack, person, position):
    file = person / "receipt.json"
    client = Client.anonymous(stack.url)
    client.wait_anchored("access", position)
    mydata("receipt", position, "--out", file, "--key", person / "me.json", "--url", stack.url)
    assert verify(load(file), RegistryReader(stack.rpc_url)).result == "valid"
    shown = mydata("verify", file, "--rpc", stack.rpc_url, "--state", stack.state).stdout
    assert shown.count("✓") == 10
    assert shown.strip().endswith("result: valid")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["keys", "show", "none.json"], "make one with"),
        (["consent", "show", "--key", "none.json"], "make one with"),
        (["verify", "no-such-file.json", "--rpc", "http://127.0.0.1:9"], "No such file"),
        (["party", "list", "--url", "http://127.0.0.1:9"], "the API does not answer"),
        (["demo", "--data", "nowhere"], "nowhere is no folder"),
        (["demo", "--fresh", "--state", "docs"], "does not look like a state folder"),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else "",
)
def test_a_mistake_on_the_command_line_gets_one_sentence(arguments, message):
    done = mydata(*arguments, ok=(1,))
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [[], ["up"], ["demo"], ["keys", "new"], ["party", "add"], ["issue"], ["consent"]])
def test_help_is_everywhere(command):
    assert "Usage" in mydata(*command, "--help").stdout


def test_a_second_api_on_the_same_port_is_refused_with_a_sentence(stack, demo_held):
    done = mydata("up", "--state", stack.state.parent / "other", "--port", stack.port, ok=(1,))
    assert f"port {stack.port} is taken" in done.stderr


def test_i8_a_dead_rpc_is_unknown_and_a_withdrawal_is_still_accepted(stack, demo_held):
    assert demo_held
    people = json.loads((stack.state / "story" / "people.json").read_text())
    page = list(people.values())[1]
    person = Client(stack.url, Wallet(bytes.fromhex(page["key"]))).sign_in()
    trial = Wallet(secret(stack.state, "story-trial"))
    given = [c for c in person.call("GET", "/consents") if c["grantee"] == trial.address][-1]
    assert given["status"] == "active"
    stack.stop_chain()
    try:
        with pytest.raises(SourceUnavailable):
            _ = RegistryReader(stack.rpc_url).now().chain_id
        assert person.withdraw(trial.address)["status"] == "denies now"
    finally:
        stack.start_chain()
    assert [c for c in person.call("GET", "/consents") if c["grantee"] == trial.address][-1]["status"] == "revoked"


@pytest.mark.parametrize("body", [b"[" * 300_000, b'{"a":' * 300_000], ids=["arrays", "objects"])
def test_a_body_nested_without_end_is_refused_and_kills_nothing(stack, demo_held, body):
    headers = {"content-type": "application/json"}
    answer = httpx.post(stack.url + "/session/challenges", content=body, headers=headers, timeout=30)
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed_input")
    assert httpx.get(stack.url + "/health", timeout=30).json()["status"] == "ok"
