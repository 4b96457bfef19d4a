"""A devnet that restarted empty, and an API that was killed: nothing accepted is lost, nothing withdrawn comes back."""

import base64
import time

import pytest

from mydata_ledger.client import Client, RequestRefused
from mydata_ledger.ledger.envelope import generate_reader_key
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.stack import Stack

QUESTION = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}


class Small:
    """One hospital, one trial, one person, two records; the smallest ledger that can lose something."""

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

    def wait_for(self, holds, seconds=60):
        deadline = time.monotonic() + seconds
        while not self.truly(holds):
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.2)

    @staticmethod
    def truly(holds):
        try:
            return holds()
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
def small(tmp_path):
    with Stack(tmp_path / "state", say=lambda _: None) as stack:
        yield Small(stack)


def restart_chain_empty(stack):
    stack.stop_chain()
    for path in stack.state.glob("devnet.json*"):
        path.unlink()
    stack.start_chain()


def test_i9_a_devnet_that_restarted_empty_gets_everything_back(small):
    stack, record = small.stack, small.issue()
    small.agree()
    assert small.answer(record) == "read"
    before = [small.client(small.ann).call("GET", f"/log/{log}/heads") for log in ("consents", "records")]
    restart_chain_empty(stack)
    small.wait_for(lambda: small.answer(record) != "read")
    assert small.answer(record) in {"access_denied", "source_unavailable", "chain_behind"}
    stack.deploy()
    for log, checkpoint in zip(("consents", "records"), before, strict=True):
        small.client(small.ann).wait_anchored(log, checkpoint["accepted"]["size"] - 1)
        after = small.client(small.ann).call("GET", f"/log/{log}/heads")
        assert (after["accepted"], after["contract"]) == (checkpoint["accepted"], checkpoint["contract"])
    small.accredit()
    small.wait_for(lambda: small.answer(record) == "read")


def test_i3_a_withdrawal_outlives_the_chain_and_the_process(small):
    stack, record = small.stack, small.issue()
    small.agree()
    assert small.answer(record) == "read"
    small.client(small.ann).withdraw(small.trial.address)
    assert small.answer(record) == "access_denied"
    stack.restart_api()
    assert small.answer(record) == "access_denied"
    restart_chain_empty(stack)
    stack.deploy()
    small.accredit()
    small.client(small.ann).wait_anchored("consents", 1)
    assert small.answer(record) == "access_denied"
    small.agree()
    assert small.answer(record) == "read"


def test_i10_a_killed_api_keeps_what_it_had_accepted(small):
    record = small.issue()
    accepted = small.agree()
    small.stack.kill_api()
    small.stack.start_api()
    (kept,) = small.client(small.ann).call("GET", "/consents")
    assert (kept["entry"], kept["status"]) == (accepted["entry"], "active")
    assert small.answer(record) == "read"
