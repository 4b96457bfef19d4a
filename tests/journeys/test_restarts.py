"""A devnet that restarts empty, and a killed API: no accepted statement is lost, no withdrawn consent permits again."""

import base64
import time

import pytest

from mydata_ledger.client import Client, RequestRefused
from mydata_ledger.ledger.envelope import generate_reader_key
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.stack import Stack

QUESTION = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}


class SmallLedger:
    """A minimal ledger: one hospital, one trial, one person, two records."""

    def __init__(self, stack):
        self.stack = stack
        self.hospital, self.trial, self.ann = (Wallet(bytes([n]) * 32) for n in (7, 8, 9))
        self.reader = generate_reader_key()
        self.accredit()

    def accredit(self):
        self.stack.register_party(self.hospital.address, "Hospital", ["holder"], b"")
        self.stack.register_party(self.trial.address, "Trial", ["trial"], self.reader.public)
        self.wait_for(lambda: len(self.client(self.ann).call("GET", "/parties")) == 3)

    def client(self, wallet):
        return Client(self.stack.url, wallet, self.reader).sign_in()

    def wait_for(self, condition, seconds=60):
        deadline = time.monotonic() + seconds
        while not self.is_true(condition):
            assert time.monotonic() < deadline, "timeout"
            time.sleep(0.2)

    @staticmethod
    def is_true(condition):
        try:
            return condition()
        except RequestRefused:
            return False

    def issue(self):
        client = self.client(self.hospital)
        content = base64.b64encode(b'{"resourceType":"Observation"}').decode()
        record = {"media_type": "application/fhir+json", "category": "health.lab", "content_base64": content}
        form = {"records": [record | {"data_subject": "0x" + self.ann.signer.hex()}]}
        return client.issue(client.call("POST", "/records/drafts", json=form)["drafts"], Issue)[0]["record_id"]

    def agree(self, **terms):
        grant = {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"]} | terms
        client = self.client(self.ann)
        accepted = client.consent(self.trial.address, [grant])
        client.wait_anchored("consents", accepted["position"])
        return accepted

    def answer(self, record):
        try:
            self.client(self.trial).ask(record, **QUESTION)
        except RequestRefused as refusal:
            return refusal.code
        return "read"


@pytest.fixture
def ledger(tmp_path):
    with Stack(tmp_path / "state", on_status=lambda _: None) as stack:
        yield SmallLedger(stack)


def restart_chain_empty(stack):
    stack.stop_chain()
    for path in stack.state.glob("devnet.json*"):
        path.unlink()
    stack.start_chain()


def test_i9_a_devnet_that_restarted_empty_gets_everything_back(ledger):
    stack, record = ledger.stack, ledger.issue()
    ledger.agree()
    assert ledger.answer(record) == "read"
    before = [ledger.client(ledger.ann).call("GET", f"/log/{log}/heads") for log in ("consents", "records")]
    restart_chain_empty(stack)
    ledger.wait_for(lambda: ledger.answer(record) != "read")
    assert ledger.answer(record) in {"access_denied", "source_unavailable", "chain_behind"}
    stack.deploy()
    for log, checkpoint in zip(("consents", "records"), before, strict=True):
        ledger.client(ledger.ann).wait_anchored(log, checkpoint["accepted"]["size"] - 1)
        after = ledger.client(ledger.ann).call("GET", f"/log/{log}/heads")
        assert (after["accepted"], after["contract"]) == (checkpoint["accepted"], checkpoint["contract"])
    ledger.accredit()
    ledger.wait_for(lambda: ledger.answer(record) == "read")


def test_i3_a_withdrawal_outlives_the_chain_and_the_process(ledger):
    stack, record = ledger.stack, ledger.issue()
    ledger.agree()
    assert ledger.answer(record) == "read"
    ledger.client(ledger.ann).withdraw(ledger.trial.address)
    assert ledger.answer(record) == "access_denied"
    stack.restart_api()
    assert ledger.answer(record) == "access_denied"
    restart_chain_empty(stack)
    stack.deploy()
    ledger.accredit()
    ledger.client(ledger.ann).wait_anchored("consents", 1)
    assert ledger.answer(record) == "access_denied"
    ledger.agree()
    assert ledger.answer(record) == "read"


def test_i10_a_killed_api_keeps_what_it_had_accepted(ledger):
    record = ledger.issue()
    accepted = ledger.agree()
    ledger.stack.kill_api()
    ledger.stack.start_api()
    (consent,) = ledger.client(ledger.ann).call("GET", "/consents")
    assert (consent["entry"], consent["status"]) == (accepted["entry"], "active")
    assert ledger.answer(record) == "read"
