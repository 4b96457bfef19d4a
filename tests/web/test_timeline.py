"""The timeline in real Chromium: days and parties, filters, two thousand lines, hostile texts, and proofs in place."""

import time

import pytest

from mydata_ledger.client import Client
from mydata_ledger.ledger.signers import Wallet
from tests.web.axe import faults, needs_axe
from tests.web.browser import chromium, require_chromium
from tests.web.busy import CREW, RUDE, RUDE_NAME, asks, asks_many, busy_person, check_page, enter, issue, visit
from tests.web.study import TRIAL

require_chromium()
ME, MANY = Wallet(bytes([101]) * 32), Wallet(bytes([102]) * 32)
WORDS = {
    "en": {
        "read": "Seoul <i>Trial</i> read a record of laboratory results 4 times for clinical trial research",
        "refused": "Seoul <i>Trial</i> tried to read diagnoses and problems for clinical trial research"
        " and was refused (2 times)",
        "declared": "Rescue Crew 7 declared an emergency",
        "proof": "Check the proof",
        "held": "Recorded in the log, on chain since block",
        "signer": "signed by MyData Ledger gateway",
        "failed": "This proof does not hold",
        "earlier": "Earlier",
    },
    "ko": {
        "read": "Seoul <i>Trial</i>가 임상시험 연구 목적으로 검사 결과 1건을 4회 열람했습니다",
        "refused": "Seoul <i>Trial</i>가 진단·건강 문제 정보를 조회하려 했으나 거절되었습니다 (2회)",
        "declared": "7구조대가 응급 상황을 선언했습니다",
        "proof": "증명 확인",
        "held": "로그에 기록됨, 블록",
        "signer": "MyData Ledger gateway 서명",
        "failed": "이 증명은 맞지 않습니다",
        "earlier": "이전 내역 더 보기",
    },
}
FIRST_PAGE = "/me/timeline?limit=50&order=newest&own=false"
CARDS, LINES = (
    "document.querySelectorAll('#timeline .party').length",
    "document.querySelectorAll('#timeline .line').length",
)
OPEN_ALL = "document.querySelectorAll('#timeline details').forEach((one) => { one.open = true; })"


@pytest.fixture(scope="module")
def stack(running):
    running.made = busy_person(running, ME)
    return running


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as browser:
        browser.read_page(390)
        yield browser


def opened(page):
    """Open every card, also one that comes while another goes, and wait for its lines."""
    page.until(f"({OPEN_ALL}, {LINES} > 0)")


@needs_axe
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_day_says_what_each_party_did_and_filters_say_it_of_a_part(stack, tab, language):
    words = WORDS[language]
    page = enter(tab, stack, ME, language, "/portal/timeline")
    page.reads(words["read"], "#timeline")
    shown = page.text("#timeline")
    assert words["refused"] in shown
    assert words["declared"] in shown
    assert RUDE_NAME[:40] in shown, "a name of 200 bytes is shown as text"
    assert "found <b>down</b>" in shown
    assert page.run(CARDS) == 3
    assert page.run("document.querySelector('#timeline bdi.name').dir") == ""
    opened(page)
    assert page.run(LINES) == 9
    check_page(page, 390)
    assert faults(tab) == {}
    for only, cards, lines in (("refused", 2, 3), ("emergency", 1, 2), ("others", 3, 9)):
        visit(page, f"/portal/timeline?only={only}")
        page.until(f"document.querySelector('.chip[aria-current]').href.endsWith({only!r}) && {CARDS} === {cards}")
        opened(page)
        page.until(f"{LINES} === {lines}")
    visit(page, f"/portal/timeline?party={CREW.address}")
    page.until(f"{CARDS} === 1 && !!document.querySelector('.narrowed bdi')")
    assert page.text(".narrowed bdi") in {"Rescue Crew 7", "7구조대"}
    visit(page, f"/portal/timeline?record={stack.made['condition']}")
    page.until(f"{CARDS} === 1")
    page.reads(words["refused"], "#timeline")
    assert words["read"] not in page.text("#timeline")
    visit(page, "/portal/timeline?party=<script>&only=nothing")
    page.until(f"{CARDS} === 3")
    check_page(page)


def test_own_reading_is_one_line_and_left_out_with_others_only(stack, tab):
    me = Client(stack.url, ME).sign_in()
    for _ in range(3):
        me.call("POST", "/access/persons", json={"data_subject": "0x" + ME.signer.hex(), "purpose": "mydata:SELF_VIEW"})
    page = enter(tab, stack, ME, "en", "/portal/timeline")
    page.reads("You read your own data (3 times)", "#timeline details.own")
    assert page.run(CARDS) == 3
    visit(page, "/portal/timeline?only=others")
    page.until(f"{CARDS} === 3 && !document.querySelector('details.own')")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_one_tap_checks_a_proof_in_the_page(stack, tab, language):
    words = WORDS[language]
    page = enter(tab, stack, ME, language, f"/portal/timeline?party={TRIAL.address}")
    opened(page)
    assert not [url for url in tab.requests if url.endswith("proof.js")], "it is loaded when it is needed"
    page.press(words["proof"], "#timeline .line")
    page.reads(words["held"], "#timeline .proved.held")
    assert words["signer"] in page.text("#timeline .proved.held")
    assert page.run("document.querySelectorAll('.proof-steps li').length") == 8
    visit(page, f"/portal/timeline?party={CREW.address}")
    page.until("/Rescue Crew 7|7구조대/.test(document.querySelector('#timeline .party')?.innerText)")
    opened(page)
    page.until(f"{LINES} === 2")
    page.run("document.querySelectorAll('#timeline .line .proof').forEach((one) => one.click())")
    page.until("document.querySelectorAll('#timeline .proved.held').length === 2")
    check_page(page)


FORGED = {
    "another category": (FIRST_PAGE, '("category": ?"health)[.]lab', "$1.vitals"),
    "the other answer": (FIRST_PAGE, '"permitted": ?false,("reason)', '"permitted":true,$1'),
    "another signature": (FIRST_PAGE, '("signature": ?"0x)..', "$100"),
    "another entry": (FIRST_PAGE, '("entry": ?"0x)....', "$10000"),
    "another place": (FIRST_PAGE, '("log": ?"access", ?"position": ?)(\\d+)', "$11$2"),
    "another name": (FIRST_PAGE, '"requester_name": ?"[^"]*', '"requester_name":"Somebody else'),
    "another party": (FIRST_PAGE, '("requester": ?"0x[0-9a-fA-F]{36})....(",("|)?"?requester_name)', "$10000$2"),
    "a later block": (FIRST_PAGE, '"block": ?\\d+,"document', '"block":99999999,"document'),
    "no accreditation": ("", '"operator"', '"holder"'),
    "another head": ("/log/access/heads", '("anchored": ?{"size": ?\\d+, ?"root": ?"0x)....', "$10000"),
}


@pytest.mark.parametrize("how", FORGED)
def test_a_proof_in_a_forged_answer_is_found_false(stack, tab, how):
    """Whatever of an answer is forged: what is shown is never called recorded."""
    page = enter(tab, stack, ME, "en")
    page.forge(*FORGED[how])
    visit(page, "/portal/timeline?only=others")
    opened(page)
    page.run("document.querySelectorAll('#timeline .line .proof').forEach((one) => one.click())")
    page.until(f"document.querySelectorAll('#timeline .proved').length === {LINES}")
    failed = page.run("document.querySelectorAll('#timeline .proved.failed').length")
    assert failed >= (1 if how != "no accreditation" else 7)
    assert WORDS["en"]["failed"] in page.text("#timeline .proved.failed")
    page.stop_forging()
    visit(page, "/portal/records")
    visit(page, "/portal/timeline?only=others")
    page.until("!document.querySelector('#timeline .proved')")
    opened(page)
    page.run("document.querySelectorAll('#timeline .line .proof').forEach((one) => one.click())")
    page.until(f"document.querySelectorAll('#timeline .proved.held').length === {LINES}")


def test_two_thousand_lines_come_in_pages_and_few_elements(stack, tab):
    record, other = issue(
        stack, MANY.signer, ("health.lab", "text/plain", b"one"), ("health.vitals", "text/plain", b"two")
    )
    asks_many(TRIAL, stack, record, "health.lab", 1000)
    asks_many(RUDE, stack, other, "health.vitals", 1000)
    assert asks(CREW, stack, record) == 0
    page = enter(tab, stack, MANY, "en")
    page.until("!!document.querySelector('#signed-in section') && !document.querySelector('.waiting')")
    time.sleep(2)  # what happened just before is a live update of this page too
    sent = len(tab.requests)
    visit(page, "/portal/timeline")
    page.until(f"{CARDS} === 2")
    page.until("document.querySelector('#timeline').innerText.includes('(49 times)')")
    requests = [url for url in tab.requests[sent:] if "/me/" in url and "/me/inbox" not in url]
    assert sum("/me/timeline" in url for url in requests) == 1
    assert len(requests) <= 2, "\n".join(requests)
    assert page.run("document.querySelectorAll('#signed-in *').length") < 250
    opened(page)
    assert page.run("document.querySelectorAll('#signed-in *').length") < 250 + 50 * 30
    page.run(OPEN_ALL.replace("true", "false"))
    for count in range(2, 6):
        page.press(WORDS["en"]["earlier"])
        page.until(f"document.querySelector('#timeline').innerText.includes('({count * 50 - 1} times)')")
    assert page.run("document.querySelectorAll('#signed-in *').length") < 250, "closed cards hold no lines"
    page.run(OPEN_ALL)
    page.until(f"{LINES} === 51")
    page.press("Show 199 more", "#timeline")
    page.until(f"{LINES} === 101")
    visit(page, f"/portal/timeline?party={TRIAL.address}&only=refused")
    page.until(f"{CARDS} === 1 && document.querySelector('#timeline').innerText.includes('(50 times)')")
    assert "Seoul <i>Trial</i> tried to read laboratory results" in page.text("#timeline")
    check_page(page)


def test_a_line_that_is_not_on_chain_yet_is_proved_as_soon_as_it_is(stack, tab):
    page = enter(tab, stack, ME, "en")
    asks(TRIAL, stack, stack.made["condition"], "health.condition")
    visit(page, f"/portal/timeline?party={TRIAL.address}")
    opened(page)
    deadline = time.monotonic() + 30
    while True:
        page.press("Check the proof", "#timeline .line")
        page.until("!!document.querySelector('#timeline .proved')")
        if page.run("!!document.querySelector('#timeline .proved.held')"):
            break
        assert "could not be decided yet" in page.text("#timeline .proved")
        assert time.monotonic() < deadline
        visit(page, "/portal/records")
        page.until("!!document.querySelector('#records')")
        visit(page, f"/portal/timeline?party={TRIAL.address}")
        opened(page)
    assert page.tab.problems == []
