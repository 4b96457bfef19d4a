"""A person declares records of their own, and turns the clinical profile on; in real Chromium."""

import base64
import json
import time

import pytest

from mydata_ledger.client import Client
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.signers import Wallet
from tests.web.browser import chromium, require_chromium
from tests.web.own_pages import PHONE, check_page, field, go, trouble, with_passkey, with_wallet
from tests.web.study import HOSPITAL

require_chromium()
PERSON = Wallet(bytes([151]) * 32)
CONDITION = {"resourceType": "Condition", "id": "c1", "code": {}}
CONDITION["code"]["coding"] = [
    {"system": "http://snomed.info/sct", "code": "195967001", "display": "Asthma <b>bronchiale</b>"}
]
FORGED = [
    ("another person", "Person: 0x..", "Person: 0x99"),
    ("another category", "Category: [a-z.]+", "Category: health.genetic"),
    ("another document", "SHA-256: 0x..", "SHA-256: 0x99"),
    ("another sentence", "Nobody else confirms it", "A hospital confirms it"),
]


@pytest.fixture(scope="module")
def stack(running):
    return running


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as browser:
        yield browser


def declared(page):
    return [one for one in page.run("fetch('/records').then((all) => all.json())") if one["declared_by"] == "self"]


def test_a_measurement_is_typed_signed_and_marked(stack, tab):
    tab.read_page(PHONE)
    page = with_passkey(tab, stack, "ko", "/portal/declare")
    field(page, "수축기", "8")
    field(page, "이완기", "82")
    page.press("서명할 내용 보기")
    assert "30에서 350 사이의 숫자" in trouble(page)
    field(page, "수축기", "128")
    check_page(page, "declare-ko")
    for name, pattern, instead in FORGED:
        page.forge("/me/records/drafts", pattern, instead)
        page.press("서명할 내용 보기")
        assert "보여 드렸거나 요청하신 내용과 다릅니다" in trouble(page), name
        page.stop_forging()
    before = page.touches()
    page.press("서명할 내용 보기")
    page.reads("혈압: 128/82 mmHg", "#declare .says")
    check_page(page, "declare-sign-ko")
    page.press("패스키로 서명")
    page.reads("보관했습니다", "#declare")
    assert page.touches() == before + 1
    (record,) = declared(page)
    assert record["category"] == "health.vitals"
    page.run("document.querySelector('#declare a.primary').click()")
    page.until(f"location.pathname === '/portal/records/{record['record_id']}'")
    page.reads("본인 제출", "main")


def test_a_note_is_kept_with_a_wallet(stack, tab):
    tab.read_page(1280, dark=True)
    page = with_wallet(tab, stack, PERSON, "en", "/portal/declare")
    field(page, "What it is", "note")
    page.press("Show what I would sign")
    assert "Write something first" in trouble(page)
    field(page, "Your note", "Penicillin gave me a rash <script>")
    field(page, "Under which data", "health.allergy")
    page.press("Show what I would sign")
    page.reads("Penicillin gave me a rash <script>", "#declare .says")
    check_page(page, "declare-note-en")
    page.press("Sign with my wallet")
    page.reads("Kept.", "#declare")
    assert page.shown[-1].startswith("I declare this document myself."), "the wallet showed the text"
    assert [one["category"] for one in declared(page)] == ["health.allergy"]


def test_the_clinical_profile_is_turned_on_read_and_says_where_each_fact_comes_from(stack, tab):
    tab.read_page(1280)
    page = with_wallet(tab, stack, PERSON, "en", "/portal/profile-consent")
    hospital = Client(stack.url, HOSPITAL).sign_in()
    record = {"data_subject": "0x" + PERSON.signer.hex(), "category": "health.condition"}
    record |= {"media_type": "application/fhir+json"}
    record |= {"content_base64": base64.b64encode(json.dumps(CONDITION).encode()).decode()}
    hospital.issue(hospital.call("POST", "/records/drafts", json={"records": [record]})["drafts"], Issue)
    page.reads("There is no profile of you", "#profile")
    check_page(page, "profile-off-en")
    page.press("Turn it on")
    page.until("!!document.querySelector('#profile .deciding')")
    check_page(page, "profile-consent-en")
    page.press("Sign with my wallet", "#profile")
    page.reads("It is built once that is on chain", "#profile")
    deadline = time.monotonic() + 60
    while "Asthma <b>bronchiale</b>" not in page.text("#profile"):
        assert time.monotonic() < deadline, page.text("#profile")
        go(page, "/portal/more")
        go(page, "/portal/profile-consent")
        page.until("!!document.querySelector('#profile .none, #profile .card')")
        time.sleep(1)
    page.reads("From Hangang Hospital", "#profile")
    check_page(page, "profile-on-en")
    page.run("[...document.querySelectorAll('#profile a')].find((one) => one.innerText === 'Turn it off').click()")
    page.until("location.pathname.startsWith('/portal/consents/0x')")
