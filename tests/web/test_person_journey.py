"""One person's whole way, in Korean on a phone, in real Chromium with a passkey: from signing up to erasure."""

import time

import pytest

from testing.browser import chromium, require_chromium
from tests.web.own_pages import PHONE, check_page, go, press_ticks, with_passkey
from tests.web.study import issued, reads, requested, trial_of

require_chromium()


@pytest.fixture(scope="module")
def stack(running):
    running.trial = trial_of(running)
    return running


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as opened:
        yield opened


def until_read(trial, record, *, readable):
    deadline = time.monotonic() + 30
    while reads(trial, record) is not readable:
        assert time.monotonic() < deadline


def test_a_person_from_signing_up_to_erasure(stack, tab):
    tab.read_page(PHONE)
    page = with_passkey(tab, stack, "ko", "/portal")
    check_page(page, "journey-1-start-ko")

    record = issued(stack, page.signer())
    notices = stack.trial.call("GET", "/notices")
    notice = next(n["hash"] for n in notices if (n["name"], n["language"]) == ("general", "ko"))
    request = requested(stack.trial, page.signer(), notice, "health.lab", "health.vitals")
    assert not reads(stack.trial, record)

    go(page, f"/portal/requests/{request}")
    page.reads("Seoul <i>Trial</i>", ".request .sentence")
    check_page(page, "journey-2-request-ko")
    page.press("읽고 결정하기")
    page.press("일부만 허용")
    press_ticks(page, "health.vitals")
    check_page(page, "journey-3-less-ko")
    page.press("서명할 내용 보기")
    page.until("!document.querySelector('fieldset')")
    check_page(page, "journey-4-sign-ko")
    page.press("패스키로 서명")
    page.until("!!document.querySelector('.answer-given')")
    page.until("document.querySelectorAll('.sending .done').length === 3")
    check_page(page, "journey-5-answered-ko")
    assert stack.trial.call("GET", f"/requests/{request}")["state"] == "granted_narrower"
    until_read(stack.trial, record, readable=True)

    go(page, "/portal/timeline")
    page.reads("Seoul <i>Trial</i>", "#timeline")
    check_page(page, "journey-6-who-asked-ko")

    go(page, "/portal/consents")
    page.press("철회", "#consents")
    page.until("!!document.querySelector('#consents .says')")
    check_page(page, "journey-7-withdraw-ko")
    page.press("철회", "#consents")
    page.reads("지금은 아무것도 허용되어 있지 않습니다.", "#consents")
    check_page(page, "journey-8-withdrawn-ko")
    until_read(stack.trial, record, readable=False)

    shares_takes_and_erases(page, record)
    assert {url.startswith((stack.url, "data:", "blob:")) for url in tab.requests if url != "about:blank"} == {True}


def shares_takes_and_erases(page, record):
    go(page, "/portal/links")
    page.press("링크 만들기")
    page.press("링크 만들기")
    page.until("!!document.querySelector('#fresh-link .qr')")
    check_page(page, "journey-9-share-ko")
    page.press("전달했습니다")

    go(page, "/portal/export")
    page.press("내려받기")
    page.reads("저장함")
    check_page(page, "journey-10-export-ko")

    go(page, "/portal/erase")
    press_ticks(page, record)
    page.press("무엇이 달라지는지 보기")
    page.press("삭제: 패스키로 서명")
    page.until(f"!!document.querySelector('#erase a[href=\"/portal/erase/{record}\"]')")
    go(page, f"/portal/erase/{record}")
    page.reads("영구히 삭제되었습니다", "#certificate")
    check_page(page, "journey-11-erased-ko")
    assert page.run("fetch('/records').then((one) => one.json()).then((all) => all[0].status)") == "erased"
