"""One ledger on one folder: a second start is refused and changes nothing, and a killed one is taken over."""

import http.server
import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from mydata_ledger.client import Client
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.chain_file import lock_chain
from mydata_ledger.scripts.file_lock import FileLock, LockHeld
from mydata_ledger.scripts.listening import local, reserved
from mydata_ledger.scripts.settings import instance
from mydata_ledger.scripts.stack import Stack
from tests.journeys.stopping import stop_api
from tests.journeys.test_demo import mydata

ROOT = Path(__file__).parents[2]
CLI = "import sys; from mydata_ledger.scripts.cli import main; sys.argv[0] = 'mydata'; main()"
STARTS = [["up", "--port", "0"], ["up", "--port", "0", "--fresh"], ["demo", "--once", "--port", "0"]]
STARTS += [["demo", "--once", "--port", "0", "--fresh"], ["up", "--port", "0", "--rpc", "RPC"]]
OFFLINE = [["recover", "--rpc", "RPC"], ["keystore", "rotate", "--master"], ["payloads", "collect"]]
SERVES = re.compile(r"The ledger serves at (http://localhost:\d+).*chain: (http://[\w.:]+)\)")
CALM = re.compile(r"devnet|ledger\.db|api\.log|blocks|keystore|\.lock|denylist")


def files(state):
    """Names of the files of a folder, without those that a running ledger adds by itself."""
    return {str(path.relative_to(state)) for path in state.rglob("*") if not CALM.match(str(path.relative_to(state)))}


@pytest.mark.parametrize("command", STARTS + OFFLINE, ids=" ".join)
def test_two_on_one_folder_are_refused_and_nothing_changes(stack, command):
    before, folder = files(stack.state), stack.state.stat().st_ino
    words = [stack.rpc_url if word == "RPC" else word for word in command]
    refusal = mydata(*words, "--state", stack.state, ok=(1,)).stderr
    assert f"is used by `mydata up` (process {os.getpid()} on {os.uname().nodename}, since " in refusal
    assert f"serving at {stack.url}): stop the ledger" in refusal
    assert (files(stack.state), stack.state.stat().st_ino) == (before, folder)
    assert {"secrets/admin", "secrets/gateway", "deployments/31337.json"} <= before
    assert httpx.get(f"{stack.url}/health").json()["status"] == "ok"


def test_a_second_server_on_the_folder_is_refused(stack):
    command = [sys.executable, "-m", "mydata_ledger.scripts.serve", "--rpc", stack.rpc_url, "--port", "0"]
    for workers in ("1", "2"):
        full = [*command, "--state", str(stack.state), "--workers", workers]
        done = subprocess.run(full, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert f"is used by `mydata up` (process {os.getpid()}" in done.stderr
        assert "Traceback" not in done.stderr


def test_what_only_reads_or_adds_needs_no_stop(stack, tmp_path):
    ours = ["--state", stack.state]
    mydata("keys", "new", tmp_path / "key.json")
    party = ["party", "add", "A clinic", "--key", tmp_path / "key.json", "--rpc", stack.rpc_url, "--role", "holder"]
    for command in (
        ["facts", "--out", tmp_path / "facts"],
        party,
        ["fsck"],
        ["log", "keys"],
        ["keystore", "backup", tmp_path / "copy"],
        ["payloads", "export", tmp_path / "all.car"],
    ):
        mydata(*command, *ours)


def test_an_api_that_holds_the_folder_alone_is_enough(stack):
    """The starter's own descriptor is closed; the API has the lock by inheritance."""
    stack._lock.release()
    stack._lock = None
    try:
        with pytest.raises(SourceUnavailable, match=f"is used by `mydata up` \\(process {os.getpid()}"):
            Stack(stack.state, on_status=lambda _: None).start()
    finally:
        stack._end_api(signal.SIGTERM)
        stack.start_api()


def test_the_ledger_is_known_by_its_instance(stack):
    assert httpx.get(f"{stack.url}/health").json()["instance"] == instance(stack.state)
    assert re.fullmatch("[0-9a-f]{32}", instance(stack.state))


class Other(http.server.BaseHTTPRequestHandler):
    """Another program, which says that it is well."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"status": "ok", "instance": "f" * 32}).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def other():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_a_port_that_another_ledger_has_is_named(stack, tmp_path):
    with pytest.raises(SourceUnavailable, match=f"port {stack.port} is taken: stop the program that listens there"):
        Stack(tmp_path / "state", stack.port, lambda _: None).start()
    assert not (tmp_path / "state" / "deployments").exists()


def test_another_program_that_answers_for_the_ledger_is_not_taken_for_it(stack, other, monkeypatch):
    stop_api(stack)
    with monkeypatch.context() as patch:
        patch.setenv("HTTP_PROXY", f"http://127.0.0.1:{other}")
        for name in ("NO_PROXY", "no_proxy", "http_proxy"):
            patch.delenv(name, raising=False)
        with pytest.raises(SourceUnavailable, match="another program answers at"):
            stack.start_api()
        stop_api(stack)
    stack.start_api()


def test_an_api_that_ends_while_starting_gives_its_reason(stack, monkeypatch):
    stop_api(stack)
    with monkeypatch.context() as patch:
        patch.setenv("MYDATA_PASSPHRASE", "a wrong one")
        with pytest.raises(SourceUnavailable, match="stopped while starting: the keystore does not open: check MYDATA"):
            stack.start_api()
    stack.start_api()


GRANT = {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"]}


class Command:
    """A started `mydata up`, up to the line in which it says where it serves."""

    def __init__(self, state):
        command = [sys.executable, "-c", CLI, "up", "--port", "0", "--state", str(state)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.output = ""
        while not (found := SERVES.search(self.output)):
            line = self.process.stdout.readline()
            assert line, self.output
            self.output += line
        self.url, self.rpc = found.groups()

    def block(self):
        answer = httpx.post(self.rpc, json={"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []})
        return int(answer.json()["result"], 16)

    def end(self, by):
        if self.process.poll() is None:
            self.process.send_signal(by)
            self.process.communicate()


def holder(path):
    with pytest.raises(LockHeld) as held:
        FileLock.take(path)
    return held.value.holder


def test_a_ledger_whose_starter_was_killed_is_taken_over_with_its_chain(tmp_path):
    state, made = tmp_path / "state", []
    try:
        made.append(Command(state))
        deployment = (state / "deployments" / "31337.json").read_bytes()
        person = Client(made[0].url, Wallet(b"\x21" * 32)).sign_in()
        (party,) = person.call("GET", "/parties")
        accepted = person.consent(party["account"], [GRANT])
        person.wait_anchored("consents", accepted["position"])
        block, chain = made[0].block(), holder(state / "devnet.json.lock").child
        made[0].end(signal.SIGKILL)
        made.append(Command(state))
        assert holder(state / "devnet.json.lock").child != chain
        assert made[1].block() >= block
        assert (state / "deployments" / "31337.json").read_bytes() == deployment
        (consent,) = Client(made[1].url, Wallet(b"\x21" * 32)).sign_in().call("GET", "/consents")
        assert (consent["entry"], consent["status"]) == (accepted["entry"], "active")
    finally:
        for one in made:
            one.end(signal.SIGTERM)
        lock_chain(state / "devnet.json").release()  # ends a chain that a failed test leaves behind
    for lock in (".lock", "devnet.json.lock"):
        FileLock.take(state / lock).release()


def test_sockets_that_listen_are_not_shared_with_a_second_ledger():
    first = reserved(0)
    port = first[0].getsockname()[1]
    with pytest.raises(SourceUnavailable, match=f"port {port} is taken"):
        reserved(port)
    for one in first:
        one.close()
    assert local(port).endswith(str(port))
