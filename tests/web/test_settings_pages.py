"""Notification settings, standing wishes, patient numbers, and what others keep; in real Chromium."""

import time

import pytest

from mydata_ledger.client import Client
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.signers import Wallet
from tests.web.browser import chromium, require_chromium
from tests.web.own_pages import PHONE, check_page, field, go, press_ticks, tick, trouble, with_passkey, with_wallet
from tests.web.study import DAY, HOSPITAL, TRIAL, requested, trial_of

require_chromium()
PERSON = Wallet(bytes([141]) * 32)


@pytest.fixture(scope="module")
def stack(running):
    running.trial = trial_of(running)
    notices = running.trial.call("GET", "/notices")
    running.notice = next(n["hash"] for n in notices if (n["name"], n["language"]) == ("general", "en"))
    return running


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as browser:
        yield browser


def at_desktop(tab, stack, path):
    tab.read_page(1280, dark=True)
    return with_wallet(tab, stack, PERSON, "en", path)


def at_phone(tab, stack, path):
    tab.read_page(PHONE)
    return with_passkey(tab, stack, "ko", path)


def again(page, path):
    go(page, "/portal/more")
    go(page, path)


def test_an_address_is_added_hears_of_a_request_and_what_fails_is_shown(stack, tab):
    page = at_phone(tab, stack, "/portal/notifications")
    page.reads("지금은 여기에서만 알려 드립니다", "#notifications")
    page.press("받을 곳 추가")
    field(page, "이메일 주소", "no address")
    page.press("추가")
    assert "이메일 주소가 아닙니다" in trouble(page)
    field(page, "방법", "webhook")
    field(page, "https://", "https://127.0.0.1:9/hook")
    tick(page, "모두")
    check_page(page, "notifications-new-ko")
    page.press("추가")
    page.reads("알림에 서명하는 비밀값", "#notifications")
    assert page.run("document.querySelector('#notifications textarea').value").startswith("whsec_")
    page.press("보관했습니다")
    page.reads("동의 요청을 받았을 때", "#notifications .card.active")
    requested(stack.trial, page.signer(), stack.notice, "health.lab")
    deadline = time.monotonic() + 60
    while not [one for one in page.run("fetch('/me/deliveries').then((all) => all.json())") if one["why"]]:
        assert time.monotonic() < deadline, "it was not tried"
        time.sleep(0.5)
    again(page, "/portal/notifications")
    page.reads("동의 요청을 받았을 때:", "#notifications .deliveries")
    shown = page.text("#notifications .deliveries")
    assert "그만두었습니다" in shown or "아직 도착하지 않았습니다" in shown
    check_page(page, "notifications-ko")
    page.press("중지")
    page.press("이곳으로 알리지 않기")
    page.reads("지금은 여기에서만 알려 드립니다", "#notifications")


def test_wishes_are_set_per_purpose_category_and_party(stack, tab):
    page = at_desktop(tab, stack, "/portal/wishes")
    me = Client(stack.url, PERSON).sign_in()
    kept = {"kind": "never", "purpose": "hl7:HRESCH", "category": "health.lab", "topics": []}
    me.call("PUT", "/me/wishes", json={"wishes": [kept], "validity": {}})
    again(page, "/portal/wishes")
    page.reads("Never: ", "#wishes")
    press_ticks(page, "hl7:HMARKT", "finance.account", "ask")
    field(page, "Studies and offers", "Diabetes, seoul,")
    field(page, "clinical trial team", "30")
    page.reads("not saved yet", "#wishes")
    check_page(page, "wishes-en")
    page.press("Save my wishes")
    page.reads("Saved.", "#status")
    stored = me.call("GET", "/me/wishes")
    assert stored["validity"] == {"trial": 30 * DAY}
    found = [(one["kind"], one["purpose"], one["category"], one["topics"]) for one in stored["wishes"]]
    assert sorted(found) == [
        ("ask", "*", "*", []),
        ("never", "*", "finance.account", []),
        ("never", "hl7:HMARKT", "*", []),
        ("never", "hl7:HRESCH", "health.lab", []),
        ("tell", "*", "*", ["diabetes"]),
        ("tell", "*", "*", ["seoul"]),
    ]
    page.press("Remove")
    page.press("Save my wishes")
    page.until("!document.querySelector('#wishes').innerText.includes('not saved yet')")
    assert kept not in me.call("GET", "/me/wishes")["wishes"]

    field(page, "Whom", TRIAL.address)
    page.press("Show what I would sign")
    page.until("!!document.querySelector('#forbidden .deciding')")
    check_page(page, "wishes-forbid-en")
    page.press("Sign with my wallet", "#forbidden")
    page.reads("Lift it under Consents", "#forbidden")
    (forbidden,) = [one for one in me.call("GET", "/consents") if one["grantee"] == TRIAL.address]
    assert [grant["effect"] for grant in forbidden["grants"]] == ["forbid"]


def test_a_patient_number_is_bound_at_the_counter_disputed_and_ended(stack, tab):
    page = at_phone(tab, stack, "/portal/hospitals")
    page.reads("아직 환자 번호로 연결된 병원이 없습니다", "#hospitals")
    page.press("연결 번호 받기")
    page.press("창구에서 말할 번호 받기")
    assert "어디인지 선택해 주세요" in trouble(page)
    field(page, "어느 병원이나 회사", HOSPITAL.address)
    page.press("창구에서 말할 번호 받기")
    page.until("!!document.querySelector('.counter-code')")
    page.reads("한 번만 쓸 수 있습니다", "#hospitals")
    check_page(page, "hospitals-code-ko")
    code = page.text(".counter-code").strip()
    hospital = Client(stack.url, HOSPITAL).sign_in()
    hospital.call("POST", "/bindings", json={"patient_number": "P-7", "code": code})
    page.reads("Hangang Hospital과 연결되었습니다", "#hospitals")
    page.press("닫기")
    page.reads("P-7", "#hospitals .card")
    assert not [url for url in tab.requests if code in url or "P-" in url]

    page.press("내 번호가 아니에요")
    field(page, "무엇이 잘못되었나요", "다른 사람 번호예요")
    check_page(page, "hospitals-dispute-ko")
    page.press("이의 제기")
    page.reads("이의 제기함", "#hospitals .card")
    (shown,) = hospital.call("GET", "/bindings")
    assert (shown["state"], shown["reason"]) == ("disputed", "다른 사람 번호예요")
    page.press("내 번호가 맞아요")
    page.reads("연결됨", "#hospitals .card")
    page.press("연결 끝내기")
    page.press("이 연결 끝내기")
    page.reads("끝난 연결 (1)", "#hospitals")
    assert [one["state"] for one in hospital.call("GET", "/bindings")] == ["ended"]


def test_what_others_keep_and_what_is_to_be_sent_stands_on_one_page(stack, tab):
    page, me = at_desktop(tab, stack, "/portal/kept"), Client(stack.url, PERSON).sign_in()
    page.reads("No consent of yours has a day", "#kept")
    page.reads("You have asked for no transfer", "#kept")
    until = int(time.time()) + 40 * DAY
    grant = {"categories": ["health.lab"], "purposes": ["hl7:TREAT"], "actions": ["view"]}
    grant |= {"expires": int(time.time()) + 20 * DAY, "conditions": [f"retain-until:{until}"]}
    me.consent(HOSPITAL.address, [grant])
    form = {"recipient": TRIAL.address, "categories": ["health.vitals"], "purpose": "hl7:CLINTRCH", "language": "en"}
    draft = me.call("POST", "/me/transfers/drafts", json=form | {"every_days": 30, "ends": until})
    me.call("POST", "/consents", json=me.sign(draft["typed_data"], Consent))
    deadline = time.monotonic() + 60
    while not me.call("GET", "/me/retentions"):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    again(page, "/portal/kept")
    page.reads("Hangang Hospital", "#kept")
    page.reads("in 40 days", "#kept")
    page.reads("Seoul <i>Trial</i>", "#kept")
    check_page(page, "kept-en")
