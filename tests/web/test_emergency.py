"""The timeline after an emergency, on a phone's screen, in both languages: what a crew may read, and a complaint."""

import time

import pytest

from mydata_ledger.client import Client, RequestRefused
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.signers import Wallet
from tests.web.axe import faults, needs_axe
from tests.web.browser import chromium, require_chromium
from tests.web.study import issued
from tests.web.wallets import WalletTab

require_chromium()
CREW, REVIEWER = (Wallet(bytes([number]) * 32) for number in (236, 237))
NARROW = 390
OPEN = "document.querySelectorAll('#timeline details').forEach((one) => { one.open = true; })"
WORDS = {
    "en": {
        "wrong": "This was not right",
        "ask": "Ask a reviewer",
        "waits": "A reviewer looks at it by",
        "declared": "Rescue Crew 7 declared an emergency",
        "extended": "Rescue Crew 7 extended the emergency",
        "urgent": "Allergies, Diagnoses and problems, Medication, Devices and implants, Procedures. Nothing else.",
        "further": "All health data. Nothing else.",
        "told": "Rescue Crew 7 extended the emergency to all your health records",
        "upheld": "the reviewers agree",
    },
    "ko": {
        "wrong": "이의 제기",
        "ask": "심사 요청",
        "waits": "까지 살펴봅니다",
        "declared": "구조대 7이 응급 상황을 선언했습니다",
        "extended": "구조대 7이 응급 상황을 연장했습니다",
        "urgent": "알레르기, 진단·건강 문제, 투약, 의료기기, 시술·수술. 그 밖에는",
        "further": "모든 건강 기록. 그 밖에는",
        "told": "구조대 7이 응급 상황을 모든 건강 기록으로 넓혔습니다",
        "upheld": "이의 제기가 받아들여졌습니다.",
    },
}


@pytest.fixture(scope="module")
def stack(running):
    key = envelope.generate_reader_key().public
    running.register_party(CREW.address, "Rescue Crew 7 | 구조대 7", ["responder"], key)
    running.register_party(REVIEWER.address, "Review board", ["reviewer"], b"")
    return running


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as browser:
        browser.read_page(NARROW)
        yield browser


def crew_of(stack):
    client, deadline = Client(stack.url, CREW).sign_in(), time.monotonic() + 30
    while {CREW.address, REVIEWER.address} - {party["account"] for party in client.call("GET", "/parties")}:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return client


def submitted(crew, kind, path, **form):
    draft = crew.call("POST", f"/emergency/{path}/drafts", json=form)
    return crew.call("POST", f"/emergency/{path}", json=crew.sign(draft["typed_data"], kind))["entry"]


def opened(crew, record, incident):
    form = {"category": "health.lab", "purpose": "hl7:BTG", "incident": incident}
    try:
        return bool(crew.call("POST", f"/access/records/{record}", json=form))
    except RequestRefused as no:
        return {404: False}[no.status]


@needs_axe
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_person_sees_what_a_crew_may_read_and_says_that_it_was_not_right(stack, tab, language):
    words, person, crew = WORDS[language], Wallet(bytes([238 + (language == "ko")]) * 32), crew_of(stack)
    record, about = issued(stack, person.signer), {"data_subject": "0x" + person.signer.hex()}
    incident = submitted(crew, Incident, "incidents", **about, incident_number="119-7", reason="found unconscious")
    assert not opened(crew, record, incident), "a laboratory result is beyond an incident"
    extension = submitted(crew, IncidentExtension, "extensions", incident=incident, reason="cause unknown")
    assert opened(crew, record, extension)

    page = WalletTab(tab, person)
    tab.open(stack.url + "/portal")
    page.click(f"[data-language={language}]")
    page.click("#sign-in")
    page.until("!!document.querySelector('#signed-in')")
    page.click("#tab-inbox")
    page.reads(words["told"], "#inbox")
    page.click("#tab-timeline")
    page.until("document.querySelectorAll('#timeline article').length === 1")
    page.run(OPEN)
    page.until("document.querySelectorAll('#timeline .line').length === 4")
    shown = page.text("#timeline")
    for name in ("declared", "extended", "urgent", "further"):
        assert words[name] in shown, name
    assert shown.count(words["wrong"]) == 4, "from any line"
    assert tab.run("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the screen"
    assert faults(tab) == {}

    page.press(words["wrong"], "#timeline .line")
    page.until("document.activeElement.tagName === 'TEXTAREA'")
    assert faults(tab) == {}
    tab.type("#timeline textarea", "I had forbidden this")
    page.press(words["ask"], "#timeline article")
    page.until(f"document.querySelector('#timeline').innerText.includes({words['waits']!r})")
    assert page.text("#timeline").count(words["wrong"]) == 3

    board = Client(stack.url, REVIEWER).sign_in()
    complaints = board.call("GET", "/reviews/complaint")
    (complaint,) = [one for one in complaints if one["data_subject"] == about["data_subject"]]
    assert (complaint["said"]["reason"], complaint["party"]) == ("I had forbidden this", CREW.address)
    verdict = {"verdict": "upheld", "reason": "nobody was in danger"}
    board.call("POST", f"/reviews/complaint/{complaint['review_id']}/verdict", json=verdict)
    page.click("#tab-records")
    page.until("!!document.querySelector('#records')")
    page.click("#tab-timeline")
    page.until("document.querySelectorAll('#timeline article').length === 1")
    page.run(OPEN)
    page.reads(words["upheld"], "#timeline")
    assert "nobody was in danger" in page.text("#timeline")
    assert tab.problems == []
