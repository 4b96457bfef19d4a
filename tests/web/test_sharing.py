"""A person shares their records by a link: what it shows, the QR code, its openings and its end; in real Chromium."""

import re
import time
from base64 import urlsafe_b64encode

import httpx
import pytest

from mydata_ledger.formats.ips.sections import SHOWN_CATEGORIES
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.paths import WEB
from mydata_ledger.services.health.formats.shlink import read_shlink
from tests.web.browser import chromium, require_chromium
from tests.web.own_pages import PHONE, check_page, field, go, tick, trouble, with_passkey, with_wallet
from tests.web.study import issued

require_chromium()
PERSON = Wallet(bytes([25]) * 32)
WORDS = {
    "ko": {"make": "링크 만들기", "all": "내 건강 기록 전체", "lab": "검사 결과", "who": "누구에게", "code": "암호"}
    | {"once": "열쇠는 링크 말고는", "done": "전달했습니다", "ago": "1번", "end": "지금 종료", "sure": "이 링크 종료"}
    | {
        "kept": "저장해 둔 내용은 되돌릴 수 없습니다",
        "over": "끝난 링크 (1)",
        "none": "지금 링크로 공유하는 것이 없습니다",
    }
    | {"nothing": "하나 이상 선택", "left": "9번 남음"},
    "en": {"make": "Make a link", "all": "All my health records", "lab": "Laboratory results", "who": "Who is it for"}
    | {"code": "A passcode", "once": "the key in it is kept nowhere", "done": "I have passed it on", "ago": "once"}
    | {
        "end": "End now",
        "sure": "End this link",
        "kept": "that cannot be called back",
        "over": "Links that are over (1)",
    }
    | {"none": "You share nothing by link", "nothing": "Tick at least one", "left": "9 wrong attempts left"},
}


@pytest.fixture(scope="module")
def stack(running):
    issued(running, PERSON.signer)
    return running


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as browser:
        yield browser


def ways(tab, stack, language):
    """In Korean on a phone with a passkey, in English on a desktop with a wallet."""
    if language == "en":
        tab.read_page(1280, dark=True)
        return with_wallet(tab, stack, PERSON, language, "/portal/links")
    tab.read_page(PHONE)
    page = with_passkey(tab, stack, language, "/portal/links")
    issued(stack, page.signer())
    go(page, "/portal/more")
    go(page, "/portal/links")
    return page


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_link_is_made_opened_counted_and_ended(stack, tab, language):
    words = WORDS[language]
    page = ways(tab, stack, language)
    check_page(page, f"links-empty-{language}")
    page.press(words["make"])
    tick(page, words["all"])
    page.press(words["make"])
    assert words["nothing"] in trouble(page)
    tick(page, words["lab"])
    field(page, words["who"], "Dr. <b>Lee</b>")
    field(page, words["code"], "4711")
    check_page(page, f"links-new-{language}")
    page.press(words["make"])
    page.reads(words["once"], "#fresh-link")
    check_page(page, f"links-fresh-{language}")
    link = read_shlink(page.run("document.querySelector('#fresh-link textarea').value"))
    assert (link.flag, link.label) == ("P", "Dr. <b>Lee</b>")
    assert 6 * 86_400 < link.expires - time.time() < 8 * 86_400
    assert page.run("document.querySelector('#fresh-link .qr path').getAttribute('d').length") > 1000

    wrong = httpx.post(link.url, json={"recipient": "Dr. Lee", "passcode": "1"})
    right = httpx.post(link.url, json={"recipient": "Dr. Lee", "passcode": "4711"})
    assert (wrong.status_code, right.status_code) == (401, 200)
    page.press(words["done"])
    go(page, "/portal/more")
    go(page, "/portal/links")
    page.reads(words["ago"], "#links .card")
    shown = page.text("#links .card")
    assert words["left"] in shown
    assert "Dr. <b>Lee</b>" in shown, "a label is text"

    page.press(words["end"])
    page.reads(words["kept"], "#links .card")
    check_page(page, f"links-end-{language}")
    page.press(words["sure"])
    page.reads(words["over"], "#links")
    assert words["none"] in page.text("#links")
    assert httpx.post(link.url, json={"recipient": "Dr. Lee", "passcode": "4711"}).status_code == 404
    key = read_secret(link.key)
    assert not [url for url in tab.requests if key in url or "shlink" in url], "the secret is in no address"


def read_secret(key):
    """The key of a link as the link has it."""
    return urlsafe_b64encode(key).decode().rstrip("=")


def test_a_link_is_brought_up_to_date_by_who_has_it(stack, tab):
    page = ways(tab, stack, "en")
    page.press("Make a link")
    tick(page, "I can bring it up to date later")
    page.press("Make a link")
    page.until("!!document.querySelector('#fresh-link textarea')")
    text = page.run("document.querySelector('#fresh-link textarea').value")
    page.press("I have passed it on")
    page.press("Bring it up to date")
    field(page, "The link", "https://example.org/#nothing")
    page.press("Put my present records behind it")
    assert "not a link of the kind" in trouble(page)
    field(page, "The link", text)
    page.press("Put my present records behind it")
    page.reads("shows your present records now", "#status")
    assert not [url for url in tab.requests if read_secret(read_shlink(text).key) in url]


def test_it_offers_what_a_summary_can_show():
    source = (WEB / "portal" / "sharing" / "link_terms.js").read_text(encoding="utf-8")
    listed = re.search(r"SHARED = \[(.*?)\]", source, re.DOTALL)[1]
    assert set(re.findall(r'"([^"]+)"', listed)) == SHOWN_CATEGORIES
