"""A guardian picks for whom they act, sees records, requests and timeline of that person, and answers a request; in
real Chromium, at the width of a phone.
"""

import base64
import os
import time
from pathlib import Path

import pytest

from mydata_ledger.client import Client
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.signers import Wallet
from tests.web.axe import ENGINE, faults
from tests.web.browser import chromium, require_chromium
from tests.web.study import DAY, TRIAL, issued, reads, requested, trial_of
from tests.web.wallets import WalletTab

require_chromium()
WARD, GUARDIAN = Wallet(bytes([93]) * 32), Wallet(bytes([94]) * 32)
PERSON = "0x" + WARD.signer.hex()
SHORT = f"{PERSON[:8]}…{PERSON[-6:]}"
WORDS = {
    "en": {"mark": f"Acting for {SHORT}", "back": "Back to my own data", "lab": "Laboratory results"}
    | {"read": "Read it and decide", "sign": "Sign with my wallet"},
    "ko": {"mark": f"{SHORT}님을 대신하는 중", "back": "내 데이터로 돌아가기", "lab": "검사 결과"}
    | {"read": "읽고 결정하기", "sign": "지갑으로 서명"},
}
SHOTS = os.environ.get("SCREENSHOTS")
"""A folder for screenshots, for people who look at them."""


@pytest.fixture(scope="module")
def stack(running):
    running.trial = trial_of(running)
    running.record = issued(running, WARD.signer)
    reads(running.trial, running.record)
    named(running, GUARDIAN, DAY)
    return running


def named(stack, guardian, seconds):
    """Name a representative of the ward, who is a person of full age here."""
    ward = Client(stack.url, WARD).sign_in()
    form = {"delegate": "0x" + guardian.signer.hex(), "delegate_name": "Ben", "categories": ["health"]}
    draft = ward.call("POST", "/delegations/drafts", json=form | {"expires": int(time.time()) + seconds})
    logged = ward.call("POST", "/delegations", json=ward.sign(draft["typed_data"], Delegation))
    ward.wait_anchored("consents", logged["position"])


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as browser:
        yield browser


def check_looks(tab, name):
    """Nothing is wider than the phone, nothing is inaccessible, and no address is in the page's own address."""
    assert tab.run("document.documentElement.scrollWidth") <= 390, name
    assert PERSON[2:] not in tab.run("location.href")
    if SHOTS:
        shot = tab.send("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        Path(SHOTS, f"{name}.png").write_bytes(base64.b64decode(shot))
    assert not ENGINE.exists() or faults(tab) == {}, name


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_guardian_acts_for_a_ward_and_always_sees_for_whom(stack, tab, language):
    words = WORDS[language]
    notices = stack.trial.call("GET", "/notices")
    notice = next(n["hash"] for n in notices if (n["name"], n["language"]) == ("general", "en"))
    request = requested(stack.trial, WARD.signer, notice, "health.lab" if language == "en" else "health.vitals")
    tab.read_page(390, dark=False)
    page = WalletTab(tab, GUARDIAN)
    tab.open(stack.url + "/portal")
    page.click(f"[data-language={language}]")
    page.click("#sign-in")
    page.until("!!document.querySelector('#signed-in #acting-choice')")
    assert page.run("document.getElementById('acting-mark').hidden"), "at first one acts for oneself"
    choose(page, PERSON)
    page.reads(words["mark"], "#acting-mark")
    page.until("!document.querySelector('#tab-inbox')")
    assert shown_tabs(page) == ["records", "requests", "timeline"]
    page.click("#tab-records")
    page.reads(words["lab"], "#records")
    page.run("document.querySelector('#records .places a').click()")
    page.click("#open-record")
    page.reads("Observation" if language == "en" else "검사·관찰", "#opened")
    assert page.run("document.querySelector('#opened .seal').dataset.state") == "matches"
    assert page.run('!document.querySelector(\'main a[href^="/portal/erase"], main a[href="/portal/links"]\')')
    check_looks(tab, f"records-{language}")
    page.click("#tab-timeline")
    page.reads("Seoul <i>Trial</i>", "#timeline")
    page.run("document.querySelectorAll('#timeline details').forEach((one) => { one.open = true; })")
    page.until("document.querySelectorAll('#timeline .line').length > 1")
    assert by_name(page) == {"Ben": False, "Seoul": True}, "nobody is offered to complain of their own acts"
    check_looks(tab, f"timeline-{language}")
    page.run("window.scrollTo(0, document.body.scrollHeight)")
    assert page.run("document.getElementById('acting-mark').getBoundingClientRect().top") >= 0, "it stays in view"

    page.click("#tab-requests")
    page.press(words["read"], "#requests")
    page.until("!!document.querySelector('.notice')")
    check_looks(tab, f"request-{language}")
    page.press(words["sign"], "#requests")
    page.until("!!document.querySelector('#requests .card') && !document.querySelector('#requests .open')")
    assert stack.trial.call("GET", f"/requests/{request}")["state"] == "granted"
    (typed,) = [one for one in page.shown if isinstance(one, dict)]
    message = typed["message"]
    assert (message["dataSubject"], message["signer"]) == (PERSON, "0x" + GUARDIAN.signer.hex())
    assert message["lock"] == "0x" + "00" * 32, "no secret of the guardian's own consents is used"
    signed = Client(stack.url, WARD).sign_in().call("GET", "/consents")[-1]
    assert (signed["grantee"], signed["signed_by"]["name"]) == (TRIAL.address, "Ben")

    page.press(words["back"])
    page.until("document.getElementById('acting-mark').hidden && !!document.querySelector('#tab-inbox')")
    assert shown_tabs(page) == ["overview", "records", "requests", "consents", "timeline", "inbox", "more"]
    page.click("#tab-records")
    page.until("!!document.querySelector('#records .none')")
    assert tab.problems == []


def choose(page, value):
    page.run(
        "(() => { const one = document.getElementById('ward-choice');"
        f" one.value = {value!r}; one.dispatchEvent(new Event('change')); }})()"
    )


def by_name(page):
    """Whether a line can be complained about, by the first word of who asked."""
    lines = "[...document.querySelectorAll('#timeline .line')]"
    word, offered = "one.querySelector('bdi').innerText.split(' ')[0]", "!!one.querySelector('.not-right')"
    return dict(page.run(f"{lines}.map((one) => [{word}, {offered}])"))


def shown_tabs(page):
    return page.run("[...document.querySelectorAll('#tabs a')].map((one) => one.id.slice(4))")


def test_when_a_delegation_ends_the_page_says_so_and_shows_ones_own_data(stack, tab):
    ends, guardian = time.time() + 20, Wallet(bytes([95]) * 32)
    named(stack, guardian, 20)
    page = WalletTab(tab, guardian)
    tab.open(stack.url + "/portal")
    page.click("[data-language=en]")
    page.click("#sign-in")
    page.until("!!document.querySelector('#signed-in #acting-choice')")
    choose(page, PERSON)
    page.until("!!document.querySelector('#records .places')")
    time.sleep(max(0, ends + 1 - time.time()))
    page.click("#tab-timeline")
    page.reads("you do not act for this person now", "#problem")
    page.until("document.getElementById('acting-mark').hidden && !document.getElementById('acting-choice')")
    page.until("!document.querySelector('#records .places') && !document.querySelector('#timeline .card')")
    assert tab.problems == []
