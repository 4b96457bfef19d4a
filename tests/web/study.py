"""Test data of the pages: a trial that requests a person's data, and a hospital that has some."""

import base64
import time

from mydata_ledger.client import Client, RequestRefused
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.signers import Wallet

DAY = 86_400
HOSPITAL, TRIAL = (Wallet(bytes([number]) * 32) for number in (41, 42))
LAYERS = {
    "en": ["We read your blood results to compare two drugs.", "The whole text of the study."],
    "ko": ["두 가지 약을 비교하기 위해 혈액 검사 결과를 읽습니다.", "연구 전체 설명입니다."],
}


def accredit(stack):
    """Register the trial and the hospital as parties."""
    for wallet, name, role in ((HOSPITAL, "Hangang Hospital", "holder"), (TRIAL, "Seoul <i>Trial</i>", "trial")):
        stack.register_party(wallet.address, name, [role], envelope.generate_reader_key().public)


def trial_of(stack):
    """The trial, signed in, once the ledger knows it."""
    client = Client(stack.url, TRIAL).sign_in()
    deadline = time.monotonic() + 30
    while {HOSPITAL.address, TRIAL.address} - {p["account"] for p in client.call("GET", "/parties")}:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return client


def issued(stack, signer):
    """Issue and anchor a laboratory result, and return its id."""
    hospital = Client(stack.url, HOSPITAL).sign_in()
    record = {"data_subject": "0x" + signer.hex(), "category": "health.lab", "media_type": "application/json"}
    record["content_base64"] = base64.b64encode(b'{"resourceType":"Observation"}').decode()
    drafts = hospital.call("POST", "/records/drafts", json={"records": [record]})["drafts"]
    (made,) = hospital.issue(drafts, Issue)
    hospital.wait_anchored("records", made["position"])
    return made["record_id"]


def requested(trial, signer, notice, *categories):
    """Request consent for the trial, and return the request's id."""
    grant = {"categories": list(categories), "purposes": ["hl7:CLINTRCH"], "actions": ["view", "copy"]}
    form = {"grants": [grant | {"expires": int(time.time()) + 90 * DAY}], "notice_hash": notice, "reference": "KCT1"}
    form |= {"benefit": "a yearly check-up", "data_subject": "0x" + signer.hex()}
    return trial.call("POST", "/requests", json=form)["request_id"]


def reads(trial, record):
    """Whether the trial may read the record."""
    question = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    try:
        return bool(trial.call("POST", f"/access/records/{record}", json=question))
    except RequestRefused as no:
        return {404: False}[no.status]
