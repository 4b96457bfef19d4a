"""Two workers on one PostgreSQL database; in the middle of ten thousand operations each is killed once and the chain is
reorganised. Afterwards every accepted operation is there once, and no withdrawn consent ever permitted.
"""

import base64
import collections
import os
import random
import signal
import subprocess
import sys
import threading
import time

import httpx
import pytest

from mydata_ledger.anchors.chain.rpc import Rpc
from mydata_ledger.client import Client, RequestRefused
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.envelope import generate_reader_key
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, LOGS, RECORDS
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.devnet import free_port
from mydata_ledger.scripts.fsck import check
from mydata_ledger.scripts.settings import Settings
from mydata_ledger.scripts.stack import Stack
from mydata_ledger.scripts.state_folder import StateFolder

OPERATIONS, THREADS, PERSONS, RECORDS_EACH, QUESTIONS = 10_000, 4, 6, 4, 20
HOSPITAL, TRIAL = Wallet(b"\x07" * 32), Wallet(b"\x08" * 32)
GRANT = {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"]}
WAIT_SECONDS = 90


SHARED = ("keystore", "secrets", "deployments", "blocks")


class Workers:
    """Two API processes on one database, each with a state folder of its own; both use the same keys and payloads.

    So do two hosts that share a disk (docs/operations.md).
    """

    def __init__(self, stack, database):
        self.stack, self.database = stack, database
        self.ports = [free_port(), free_port()]
        self.processes = [None, None]
        self.folders = [self._folder(f"host{number}") for number in (0, 1)]
        for worker in (0, 1):
            self.start(worker)

    @property
    def urls(self):
        return [f"http://127.0.0.1:{port}" for port in self.ports]

    def _folder(self, name):
        folder = self.stack.state.parent / name
        folder.mkdir()
        for shared in SHARED:
            (self.stack.state / shared).mkdir(exist_ok=True)
            (folder / shared).symlink_to(self.stack.state / shared)
        return folder

    def start(self, worker):
        command = [
            sys.executable,
            "-m",
            "mydata_ledger.scripts.serve",
            "--state",
            self.folders[worker],
            "--rpc",
            self.stack.rpc_url,
        ]
        environment = {**os.environ, "MYDATA_DATABASE": self.database, "MYDATA_URI": self.urls[0]}
        with (self.stack.state / f"worker{worker}.log").open("ab") as log:
            self.processes[worker] = subprocess.Popen(
                [*map(str, command), "--port", str(self.ports[worker])], env=environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + WAIT_SECONDS
        while not _answers(self.urls[worker]):
            assert self.processes[worker].poll() is None, "the worker ended while starting"
            assert time.monotonic() < deadline, "the worker did not start"
            time.sleep(0.1)

    def kill(self, worker):
        self.processes[worker].send_signal(signal.SIGKILL)
        self.processes[worker].wait()

    def stop(self):
        for process in self.processes:
            if process and process.poll() is None:
                process.terminate()
        for process in self.processes:
            if process:
                process.wait(30)


def _answers(url):
    try:
        return httpx.get(url + "/health", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


class Agent:
    """One wallet that uses the other worker if one does not answer."""

    def __init__(self, workers, wallet, seed):
        self.random, self.wallet = random.Random(seed), wallet
        self.clients = [Client(url, wallet) for url in workers.urls]
        self.signed_in = False

    def do(self, action):
        """Result of `act(client)`, repeated at both workers until one of them accepts."""
        deadline, first = time.monotonic() + WAIT_SECONDS, self.random.randrange(2)
        for turn in range(1_000):
            client = self.clients[(first + turn) % 2]
            try:
                if not self.signed_in:
                    self._sign_in(client)
                return action(client)
            except (SourceUnavailable, RequestRefused) as error:
                if time.monotonic() > deadline or getattr(error, "status", 503) not in {401, 503}:
                    raise
                self.signed_in = getattr(error, "status", 503) != 401
                time.sleep(0.05)
        raise AssertionError("no worker took it")

    def _sign_in(self, client):
        client.sign_in()
        for other in self.clients:
            other._http.headers["Authorization"] = client._http.headers["Authorization"]
        self.signed_in = True


class Life:
    """People of one thread, with their accepted statements, receipts and counts."""

    def __init__(self, workers, number):
        self.random = random.Random(number)
        self.trial, self.hospital = Agent(workers, TRIAL, number), Agent(workers, HOSPITAL, number + 50)
        self.persons = [Agent(workers, Wallet(bytes([number + 1, n]) * 16), n) for n in range(1, PERSONS + 1)]
        self.records = {person: [] for person in self.persons}
        self.permits = dict.fromkeys(self.persons, False)
        self.accepted, self.receipts, self.done, self.error = [], [], 0, None
        self.counts = collections.Counter()

    def prepare(self):
        for person in self.persons:
            self.issue(person, RECORDS_EACH)

    def run(self, share):
        try:
            while self.done < share:
                person = self.random.choice(self.persons)
                action = self.random.choices((self.ask, self.decide, self.issue), (12, 3, 1))[0]
                action(person)
        except BaseException as error:
            self.error = error

    def issue(self, person, count=1):
        content = base64.b64encode(b'{"resourceType":"Observation"}').decode()
        record = {
            "again": True,
            "media_type": "application/fhir+json",
            "category": "health.lab",
            "content_base64": content,
        }
        form = {"records": [record | {"data_subject": "0x" + person.wallet.signer.hex()}] * count}
        drafts = self.hospital.do(lambda client: client.call("POST", "/records/drafts", json=form)["drafts"])
        signed = [self.hospital.clients[0].sign(draft, Issue) for draft in drafts]
        plain = {"records": [{"message": item["message"], "signature": item["signature"]} for item in signed]}
        accepted = self.hospital.do(lambda client: client.call("POST", "/records", json=plain)["records"])
        self.records[person] += [record["record_id"] for record in accepted]
        self._accepted(RECORDS, accepted)

    def decide(self, person):
        """Consent if there is none, else withdraw: signed once, submitted until it is accepted."""
        path, kind, draft = self._next(person)
        typed = person.do(draft)
        signed = person.clients[0].sign(typed, kind)
        if kind is Consent:
            self.permits[person] = True
        accepted = person.do(lambda client: client.call("POST", path, json=signed))
        self.permits[person] = kind is Consent
        self._accepted(CONSENTS, [accepted])

    def _next(self, person):
        if not self.permits[person]:
            return "/consents", Consent, lambda client: client.draft(TRIAL.address, [GRANT])["typed_data"]
        return "/revocations", Revocation, self._revocation

    @staticmethod
    def _revocation(client):
        version = client.call("GET", "/consents")[-1]["version"]
        form = {"grantee": TRIAL.address, "secret": "0x" + client.secret(TRIAL.address, version).hex()}
        return client.call("POST", "/revocations/drafts", json=form)["typed_data"]

    def ask(self, person):
        """Many access requests in one call; after a withdrawal none of them may be permitted."""
        records = [self.random.choice(self.records[person]) for _ in range(QUESTIONS)]
        body = {
            "subject": {"type": "party", "id": TRIAL.address},
            "action": {"name": "view"},
            "context": {"purpose": "hl7:CLINTRCH"},
            "evaluations": [{"resource": {"type": "record", "id": record}} for record in records],
        }
        answers = self.trial.do(lambda client: client.call("POST", "/access/v1/evaluations", json=body))["evaluations"]
        assert len(answers) == QUESTIONS
        for answer in answers:
            assert "receipt" in answer["context"], answer
            assert self.permits[person] or not answer["decision"], "a withdrawn consent permitted"
            self.receipts.append((answer["context"]["receipt"], answer["decision"]))
            self.counts["permitted" if answer["decision"] else "denied"] += 1
        self.done += QUESTIONS

    def _accepted(self, log, accepted):
        self.accepted += [(log, a["position"], a["record_id" if log == RECORDS else "entry"]) for a in accepted]
        self.done += len(accepted)
        self.counts[log] += len(accepted)


@pytest.fixture
def workers(server_database, tmp_path, monkeypatch):
    monkeypatch.setattr(Stack, "start_api", lambda _: None)
    with Stack(tmp_path / "state", on_status=lambda _: None) as stack:
        stack.register_party(HOSPITAL.address, "Hospital", ["holder"], b"")
        stack.register_party(TRIAL.address, "Trial", ["trial"], generate_reader_key().public)
        running = Workers(stack, server_database)
        try:
            yield running
        finally:
            running.stop()


def wait_for(condition, message):
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, message
        time.sleep(0.1)


def heads(url):
    checkpoints = {log: httpx.get(f"{url}/log/{log}/heads").json() for log in LOGS}
    return {log: (c["accepted"]["size"], c["anchored"]["size"]) for log, c in checkpoints.items()}


@pytest.mark.parametrize("operations", [OPERATIONS // 10, pytest.param(OPERATIONS, marks=pytest.mark.slow)])
def test_i3_i9_i10_ten_thousand_operations_two_workers_a_reorganisation_and_kills(workers, operations):
    wait_for(lambda: len(httpx.get(workers.urls[0] + "/parties").json()) == 3, "the directory was not followed")
    lives = [Life(workers, number) for number in range(THREADS)]
    for life in lives:
        life.prepare()
    threads = [threading.Thread(target=life.run, args=(operations // THREADS,), daemon=True) for life in lives]
    for thread in threads:
        thread.start()

    def done():
        assert not [life.error for life in lives if life.error]
        return sum(life.done for life in lives)

    def wait_until(share):
        wait_for(lambda: done() >= operations * share, f"{share} was not reached")

    wait_until(0.2)
    workers.kill(0)
    time.sleep(1)
    workers.start(0)
    wait_until(0.5)
    Rpc(workers.stack.rpc_url).call("anvil_reorg", 3, [])
    wait_until(0.7)
    workers.kill(1)
    time.sleep(1)
    workers.start(1)
    for thread in threads:
        thread.join(WAIT_SECONDS)
        assert not thread.is_alive()
    assert done() >= operations
    for url in workers.urls:
        wait_for(
            lambda url=url: all(size == anchored > 0 for size, anchored in heads(url).values()), "not all came on chain"
        )
    workers.stop()
    logs = "".join(path.read_text() for path in workers.stack.state.glob("worker*.log"))
    assert logs.count("this process now anchors") >= 2, "the leadership was not taken over"
    assert "the chain was reorganised" in logs
    check_database(workers, lives)
    counts = sum((life.counts for life in lives), collections.Counter())
    assert min(counts["denied"], counts[CONSENTS]) > 0, counts
    if operations == OPERATIONS:  # a shorter run may end before any consent is on chain
        assert counts["permitted"] > operations // 100, counts


def check_database(workers, lives):
    settings = Settings(workers.stack.state, workers.stack.rpc_url, database=workers.database)
    store = StateFolder(settings).store()
    try:
        everything_accepted_is_there_once(store, lives)
        every_answer_has_its_receipt(store, lives)
        nothing_withdrawn_permitted(store)
    finally:
        store.dispose()
    assert check(StateFolder(settings), lambda *_: None).faults == []


def everything_accepted_is_there_once(store, lives):
    accepted = [statement for life in lives for statement in life.accepted]
    assert len(set(accepted)) == len(accepted)
    for log in (CONSENTS, RECORDS):
        positions = sorted(position for of_log, position, _ in accepted if of_log == log)
        assert positions == list(range(store.log.head(log).size)), (
            "each accepted statement has its place, and no place is empty"
        )
    for log, position, name in accepted:
        signed = store.log.statement_at(log, position).signed
        assert "0x" + (signed.statement.record_id if log == RECORDS else signed.entry.entry).hex() == name


def every_answer_has_its_receipt(store, lives):
    receipts = [receipt for life in lives for receipt in life.receipts]
    assert len({receipt["position"] for receipt, _ in receipts}) == len(receipts)
    for receipt, decision in receipts:
        statement = store.log.statement_at(ACCESS, receipt["position"]).signed.statement
        assert ("0x" + statement.request_id.hex(), statement.permitted) == (receipt["request_id"], decision)


def nothing_withdrawn_permitted(store):
    """No receipt permits with a consent that was withdrawn in the log prefix of the receipt."""
    ended = {}
    for logged in store.rebuilding.statements(CONSENTS, 0, OPERATIONS):
        if isinstance(logged.signed.statement, Revocation):
            ended[logged.signed.statement.consent] = logged.position
    assert ended
    for logged in store.rebuilding.statements(ACCESS, 0, 10 * OPERATIONS):
        receipt = logged.signed.statement
        for entry in receipt.consents if receipt.permitted else ():
            assert ended.get(entry, receipt.consents_size) >= receipt.consents_size
