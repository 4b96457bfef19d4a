"""Requests on a person's page: narrowed by records and by period, refused once or for good, and answered truthfully."""

import base64
import time
from datetime import datetime, timedelta, timezone

import pytest

from mydata_ledger.client import Client, RequestRefused
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.signers import Wallet
from tests.web.axe import ENGINE, faults
from tests.web.browser import chromium, require_chromium
from tests.web.study import HOSPITAL, TRIAL, requested, trial_of
from tests.web.wallets import WalletTab

require_chromium()
SEOUL = timezone(timedelta(hours=9))
WORDS = {
    "en": {
        "read": "Read it and decide",
        "no": "Say no",
        "no_and_sign": "Say no, and show what I sign",
        "back": "Back",
        "narrow": "Allow less",
        "show": "Show what I would sign",
        "sign": "Sign with my wallet",
        "asks": "wants to see and copy your laboratory results and vital signs for clinical trial research until",
        "role": "(clinical trial team, accredited",
        "wish": "answered by your standing wish",
        "withdraw": "Withdraw",
        "nothing": "Nothing is allowed at present.",
        "never_read": "never",
    },
    "ko": {
        "read": "읽고 결정하기",
        "no": "거절",
        "no_and_sign": "거절하고 서명할 내용 보기",
        "back": "뒤로",
        "narrow": "일부만 허용",
        "show": "서명할 내용 보기",
        "sign": "지갑으로 서명",
        "asks": "내 검사 결과 및 활력징후를 열람·복사하려고 합니다.",
        "role": "(임상시험팀, ",
        "wish": "미리 정해 둔 설정에 따라 자동으로 답변했습니다",
        "withdraw": "철회",
        "nothing": "지금은 아무것도 허용되어 있지 않습니다.",
        "never_read": "없음",
    },
}
BOTH = pytest.mark.parametrize("language", ["en", "ko"])
STRANGE = "علي بن 🧪👩‍🔬 " + "Very long name of a clinical trial and of everybody in it " * 2


@pytest.fixture(scope="module")
def stack(running):
    running.trial = trial_of(running)
    running.hospital = Client(running.url, HOSPITAL).sign_in()
    running.notice = next(
        n["hash"] for n in running.trial.call("GET", "/notices") if (n["name"], n["language"]) == ("general", "en")
    )
    return running


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as browser:
        browser.send("Emulation.setTimezoneOverride", timezoneId="Asia/Seoul")
        yield browser


def ask(stack, person, *categories):
    return requested(stack.trial, person.signer, stack.notice, *(categories or ("health.lab", "health.vitals")))


def opened(tab, stack, person, language, path="/portal/requests"):
    page = WalletTab(tab, person)
    tab.open(stack.url + "/portal")
    page.click(f"[data-language={language}]")
    tab.open(stack.url + path)
    page.click("#sign-in")
    page.until("!!document.querySelector('#signed-in')")
    return page


def issued(stack, person, *days):
    """Issue a laboratory result from each day (midnight in Seoul), and return their ids."""
    drafts = [
        {"data_subject": "0x" + person.signer.hex(), "category": "health.lab", "media_type": "application/json"}
        | {"content_base64": base64.b64encode(b'{"day": "%d"}' % day.timestamp()).decode()}
        | {"data_from": int(day.timestamp()), "data_until": int(day.timestamp()) + 1}
        for day in days
    ]
    made = stack.hospital.call("POST", "/records/drafts", json={"records": drafts})["drafts"]
    entries = stack.hospital.issue(made, Issue)
    stack.hospital.wait_anchored("records", entries[-1]["position"])
    return [entry["record_id"] for entry in entries]


def read_by(stack, record):
    form = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    try:
        return bool(stack.trial.call("POST", f"/access/records/{record}", json=form))
    except RequestRefused as no:
        return {404: False}[no.status]


def signed_grants(page):
    return next(one for one in reversed(page.shown) if isinstance(one, dict))["message"]["grants"]


def marks(page):
    """What the answer shows: the text of each line and its class."""
    lines = "[...document.querySelectorAll('.answered li')]"
    return page.run(f"{lines}.map((one) => [one.innerText, one.className])")


@BOTH
def test_a_request_is_a_sentence_with_facts_and_the_answer_shows_what_was_signed(stack, tab, language):
    words, person = WORDS[language], Wallet(bytes([110 + (language == "ko")]) * 32)
    request = ask(stack, person)
    tab.read_page(390)
    page = opened(tab, stack, person, language, f"/portal/requests/{request}")
    page.reads(words["asks"], ".request .sentence")
    assert words["role"] in page.text(".request .sentence")
    assert page.run("document.querySelectorAll('.request .facts dt').length") == 4
    page.reads(words["never_read"], ".asker")
    assert "KCT1" in page.text(".asker")
    assert not ENGINE.exists() or faults(tab) == {}
    page.run("location.reload()")
    page.until("document.querySelector('.request .sentence')?.innerText.length > 20")
    assert page.run("location.pathname") == f"/portal/requests/{request}", "it has an address that survives"

    page.press(words["read"])
    page.press(words["narrow"])
    page.click("input[value='health.vitals']")
    page.click("input[value=copy]")
    page.press(words["show"])
    page.until("!document.querySelector('fieldset')")
    page.press(words["sign"])
    page.until("!!document.querySelector('.answer-given')")
    shown = marks(page)
    assert sorted(mark for _, mark in shown) == ["no", "no", "yes", "yes"]
    given = {"en": "Laboratory results", "ko": "검사 결과"}[language], {"en": "Vital signs", "ko": "활력징후"}[language]
    assert [next(mark for text, mark in shown if name in text) for name in given] == ["yes", "no"]
    assert stack.trial.call("GET", f"/requests/{request}")["state"] == "granted_narrower"
    page.until("document.querySelectorAll('.sending .done').length === 3")
    assert tab.problems == []


def test_both_sides_see_a_request_and_its_answer_without_a_reload(stack, tab):
    words, person = WORDS["ko"], Wallet(bytes([126]) * 32)
    tab.read_page(390)
    page = opened(tab, stack, person, "ko")
    page.until("!!document.querySelector('#requests .empty, #requests .none')")
    page.run("window.isSamePage = true")
    ask(stack, person)
    page.reads(words["asks"], "#requests .request")
    page.until(
        "[...document.querySelectorAll('.count')].some((one) => one.innerText === '1' && one.getClientRects().length)"
    )
    with stack.trial._http.stream("GET", "/events") as stream:
        events = stream.iter_lines()
        page.press(words["no"], ".request")
        page.press(words["no"], "dialog")
        assert "event: requests" in events
    page.until("!document.querySelector('.request.open')")
    withdrawn = ask(stack, person, "health.imaging")
    page.until("!!document.querySelector('.request.open')")
    stack.trial.call("POST", f"/requests/{withdrawn}/withdrawal")
    page.until("!document.querySelector('.count, .request.open')")
    assert len([url for url in tab.requests if url.endswith("/events")]) == 1, "one stream for the whole page"
    without_a_stream(tab, page, stack, person)
    tab.send("Network.setBlockedURLs", urls=[])
    page.run("window.dispatchEvent(new Event('focus'))")
    time.sleep(2)
    page.run("fetch('/sessions', { method: 'DELETE' })")
    ask(stack, person, "health.vitals")
    page.until("!!document.querySelector('#sign-in')")
    assert page.run("window.isSamePage")
    assert tab.problems == []


def without_a_stream(tab, page, stack, person):
    """A page that is not seen has no stream; it reads again when it is seen, and with the focus if no stream opens."""
    shown = "Object.defineProperty(document, 'hidden', { value: %s, configurable: true });"
    shown += "document.dispatchEvent(new Event('visibilitychange'))"
    page.run(shown % "true")
    tab.send("Network.setBlockedURLs", urls=["*/events"])
    request = ask(stack, person, "health.condition")
    time.sleep(2)
    assert page.run("!document.querySelector('.request.open')")
    page.run(shown % "false")
    page.until("!!document.querySelector('.request.open')")
    stack.trial.call("POST", f"/requests/{request}/withdrawal")
    page.run("window.dispatchEvent(new Event('focus'))")
    page.until("!document.querySelector('.request.open')")


def test_single_records_and_a_period_are_signed_and_nothing_else_is_read(stack, tab):
    words, person = WORDS["en"], Wallet(bytes([112]) * 32)
    days = [datetime(2026, month, 1, tzinfo=SEOUL) for month in (3, 6, 9)]
    march, june, september = issued(stack, person, *days)
    ask(stack, person, "health.lab")
    page = opened(tab, stack, person, "en")
    page.press(words["read"])
    page.press(words["narrow"])
    page.run("document.querySelector('.record-choice').open = true")
    page.until("document.querySelectorAll('.record-list li').length === 3")
    assert page.text(".record-list li").split(" · ") == ["Laboratory results", "1 Sept 2026", "Hangang Hospital"]
    page.click(f"input[value='{march}']")
    page.run("[...document.querySelectorAll('.narrowing details')].forEach((one) => { one.open = true; })")
    typed(page, "From", "2026-05-01")
    typed(page, "To", "2026-06-30")
    page.press(words["show"])
    page.until("!document.querySelector('fieldset')")
    assert "2 named records of your laboratory results from 1 May 2026 to 30 Jun 2026" in page.text(".says .sentence")
    page.press(words["sign"])
    page.until("!!document.querySelector('.answer-given')")
    (grant,) = signed_grants(page)
    assert sorted(grant["records"]) == sorted([june, september])
    first, after = datetime(2026, 5, 1, tzinfo=SEOUL), datetime(2026, 7, 1, tzinfo=SEOUL)
    assert (grant["dataFrom"], grant["dataUntil"]) == (int(first.timestamp()), int(after.timestamp()))
    page.until("document.querySelectorAll('.sending .done').length === 3")
    assert [read_by(stack, record) for record in (march, june, september)] == [False, True, False]


def typed(page, label, value):
    """Fill the date field with that label."""
    page.run(
        f"(() => {{ const label = [...document.querySelectorAll('label')].find((one) => one.textContent === '{label}');"
        f" const field = document.getElementById(label.htmlFor); field.value = '{value}';"
        " field.dispatchEvent(new Event('input', { bubbles: true })); })()"
    )


def test_an_end_is_the_end_of_that_day_where_the_person_is(stack, tab):
    words, person = WORDS["en"], Wallet(bytes([113]) * 32)
    ask(stack, person, "health.lab")
    page = opened(tab, stack, person, "en")
    page.press(words["read"])
    page.press(words["narrow"])
    page.press("30 days")
    page.press(words["show"])
    page.until("!document.querySelector('fieldset')")
    page.press(words["sign"])
    page.until("!!document.querySelector('.answer-given')")
    end = datetime.fromtimestamp(signed_grants(page)[0]["expires"], SEOUL)
    today = datetime.now(SEOUL).replace(hour=0, minute=0, second=0, microsecond=0)
    assert end == today + timedelta(days=31)


def test_saying_no_asks_once_and_then_refuses(stack, tab):
    language = "ko"
    words, person = WORDS[language], Wallet(bytes([114 + (language == "ko")]) * 32)
    request = ask(stack, person)
    page = opened(tab, stack, person, language)
    page.press(words["no"], ".request")
    page.until("!!document.querySelector('dialog[open]')")
    assert not ENGINE.exists() or faults(tab) == {}
    page.press(words["back"], "dialog")
    page.until("!document.querySelector('dialog')")
    assert stack.trial.call("GET", f"/requests/{request}")["state"] == "requested"
    page.press(words["no"], ".request")
    page.press(words["no"], "dialog")
    page.until("!document.querySelector('dialog') && !document.querySelector('.request.open')")
    assert stack.trial.call("GET", f"/requests/{request}")["state"] == "refused"
    assert Client(stack.url, person).sign_in().call("GET", "/me/wishes")["wishes"] == []


@BOTH
def test_never_again_for_this_purpose_answers_the_next_request(stack, tab, language):
    words, person = WORDS[language], Wallet(bytes([116 + (language == "ko")]) * 32)
    me, kept = (
        Client(stack.url, person).sign_in(),
        {"kind": "tell", "purpose": "*", "category": "*", "topics": ["sleep"]},
    )
    me.call("PUT", "/me/wishes", json={"wishes": [kept]})
    ask(stack, person)
    page = opened(tab, stack, person, language)
    page.press(words["no"], ".request")
    page.click("dialog input[value='hl7:CLINTRCH']")
    page.press(words["no"], "dialog")
    page.until("!document.querySelector('dialog') && !document.querySelector('.request.open')")
    never = {"kind": "never", "purpose": "hl7:CLINTRCH", "category": "*", "topics": []}
    assert me.call("GET", "/me/wishes")["wishes"] == [kept, never], "what was set before is kept"
    again = ask(stack, person, "health.imaging")
    assert stack.trial.call("GET", f"/requests/{again}")["state"] == "requested", "they learn nothing"
    page.click("#tab-consents")
    page.click("#tab-requests")
    page.reads(words["wish"], "#requests")


@BOTH
def test_never_again_from_them_is_a_signed_prohibition(stack, tab, language):
    words, person = WORDS[language], Wallet(bytes([118 + (language == "ko")]) * 32)
    me = Client(stack.url, person).sign_in()
    me.consent(TRIAL.address, [{"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"]}])
    request = ask(stack, person)
    page = opened(tab, stack, person, language)
    page.press(words["no"], ".request")
    page.click("dialog input[value=block]")
    page.until("document.querySelectorAll('dialog .help').length === 1")
    page.press(words["no_and_sign"], "dialog")
    page.until("!!document.querySelector('dialog .says')")
    assert stack.trial.call("GET", f"/requests/{request}")["state"] == "refused"
    page.says_no = True
    page.press(words["sign"], "dialog")
    page.until("!document.querySelector('dialog .problem').hidden")
    page.press(words["sign"], "dialog")
    page.until("!document.querySelector('dialog')")
    (grant,) = signed_grants(page)
    assert (grant["effect"], grant["categories"], grant["purposes"]) == ("forbid", ["*"], ["*"])
    assert len(grant["actions"]) == 7
    page.until("document.querySelectorAll('.sending .done').length === 3")
    again = ask(stack, person, "health.imaging")
    assert stack.trial.call("GET", f"/requests/{again}")["state"] == "requested", "they learn nothing"
    (shown,) = [one for one in me.call("GET", "/me/requests") if one["request_id"] == again]
    assert (shown["state"], shown["by_standing_wish"]) == ("refused", True)


@BOTH
def test_after_the_last_withdrawal_nothing_is_allowed(stack, tab, language):
    words, person = WORDS[language], Wallet(bytes([120 + (language == "ko")]) * 32)
    grant = {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"]}
    entry = Client(stack.url, person).sign_in().consent(TRIAL.address, [grant])["entry"]
    tab.read_page(320)
    page = opened(tab, stack, person, language, f"/portal/consents/{entry}")
    page.until("!!document.querySelector('.consent .danger')")
    page.run("location.reload()")
    page.until("!!document.querySelector('.consent .danger')")
    assert page.run("location.pathname") == f"/portal/consents/{entry}"
    page.click("#tab-consents")
    page.press(words["withdraw"], "#consents")
    page.until("!!document.querySelector('.says')")
    assert page.run("document.documentElement.scrollWidth <= 320")
    page.press(words["withdraw"], "#consents")
    page.reads(words["nothing"], "#consents")
    assert not ENGINE.exists() or faults(tab) == {}


def newcomer(stack, party, name):
    """A trial that was just accredited, signed in."""
    stack.register_party(party.address, name, ["trial"], envelope.generate_reader_key().public)
    client, deadline = Client(stack.url, party).sign_in(), time.monotonic() + 30
    while party.address not in {one["account"] for one in client.call("GET", "/parties")}:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return client


def test_a_long_name_from_right_to_left_with_emoji_breaks_nothing(stack, tab):
    person, name = Wallet(bytes([122]) * 32), STRANGE.encode()[:198].decode(errors="ignore")
    requested(newcomer(stack, Wallet(bytes([47]) * 32), name), person.signer, stack.notice, "health.lab")
    tab.read_page(320)
    page = opened(tab, stack, person, "en")
    page.until("!!document.querySelector('.request bdi')")
    page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.run("document.documentElement.scrollWidth <= 320")
    assert page.run("document.querySelector('.request .sentence bdi').textContent") == name, "it stands by itself"
    sentence = page.text(".request .sentence")
    assert "(clinical trial team, accredited" in sentence
    assert sentence.endswith(".")
    assert tab.problems == []


def test_a_name_that_looks_like_another_s_is_marked_beside_the_request(stack, tab):
    honest, copycat, person = (Wallet(bytes([number]) * 32) for number in (48, 49, 124))
    newcomer(stack, honest, "Baekdu Trial")
    client = newcomer(stack, copycat, "B\u0430ekdu Trial")
    requested(client, person.signer, stack.notice, "health.lab")
    tab.read_page(390)
    page = opened(tab, stack, person, "ko")
    page.reads("비슷해 보이는 이름입니다", ".request")
    assert f"Baekdu Trial({honest.address})" in page.text(".request")
    page.reads("여러 문자가 섞여 있습니다", ".request")
    assert not ENGINE.exists() or faults(tab) == {}
