"""A person names somebody who may act for them, and a second device of their own, and ends it; in real Chromium."""

from hashlib import sha256

import pytest

from mydata_ledger.client import Client
from mydata_ledger.ledger.delegation import RELATIONS
from mydata_ledger.ledger.signers import Wallet
from tests.web.browser import chromium, require_chromium
from tests.web.own_pages import PHONE, check_page, field, go, press_ticks, trouble, with_passkey, with_wallet
from tests.web.study import issued

require_chromium()
PERSON, CARER = (Wallet(bytes([number]) * 32) for number in (131, 132))
CARER_ID = "0x" + CARER.signer.hex()
WORDS = {
    "ko": {"name": "대신할 사람 지정", "who": "그 사람의 이름", "relation": "나와의 관계", "id": "그 사람의 식별값"}
    | {"code": "그 사람이 읽어 준 확인 번호", "show": "서명할 내용 보기", "sign": "패스키로 서명"}
    | {
        "changed": "보여 드렸거나 요청하신 내용과 다릅니다",
        "wrong": "확인 번호가 이 식별값과 맞지 않습니다",
        "end": "대리 종료",
    }
    | {"says": "미나님이 기록, 요청, 조회 기록을 보고", "over": "끝난 지정 (1)", "ended": "나를 대신할 수 없습니다"},
    "en": {"name": "Name somebody", "who": "Their name", "relation": "What they are to you", "id": "Their identifier"}
    | {"code": "Check code that they read", "show": "Show what I would sign"}
    | {
        "sign": "Sign with my wallet",
        "changed": "does not say what you were shown",
        "wrong": "does not fit this identifier",
    }
    | {
        "end": "End this",
        "says": "미나 may see records, requests and accesses",
        "over": "Ended (1)",
        "ended": "may not act for you any more",
    },
}
NAMING = [
    ("another delegate", '("delegate": ?")0x..', "$10x99"),
    ("more data", '("categories": ?\\[)"health"', '$1"*"'),
    ("another relation", '"relation": ?"carer"', '"relation": "attorney"'),
    ("a longer time", '("expires": ?)\\d', "$19"),
    ("another person", '("dataSubject": ?")0x..', "$10x99"),
    ("another name", '("delegateName": ?")', "$1X"),
    ("an earlier time", '("signedAt": ?)\\d\\d', "$116"),
    ("another kind", '"primaryType": ?"Delegation"', '"primaryType": "Consent"'),
]
ENDING = [
    ("another delegation", '("consent": ?")0x..', "$10x99"),
    ("a consent", '("grantee": ?")delegate:', "$1"),
    ("another version", '("version": ?)2', "$13"),
]


def check_code(identifier):
    digest = sha256(b"mydata check code\n" + identifier.encode()).digest()
    digits = f"{int.from_bytes(digest) % 10**6:06}"
    return f"{digits[:3]} {digits[3:]}"


@pytest.fixture(scope="module")
def stack(running):
    return running


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as browser:
        yield browser


def person_at(tab, stack, language, path):
    """In Korean on a phone with a passkey, in English on a dark desktop with a wallet."""
    tab.read_page(PHONE if language == "ko" else 1280, dark=language == "en")
    if language == "ko":
        return with_passkey(tab, stack, language, path)
    return with_wallet(tab, stack, PERSON, language, path)


def signatures(page):
    """How often the device was asked to sign a statement."""
    return page.touches() if hasattr(page, "touches") else len([one for one in page.shown if isinstance(one, dict)])


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_carer_is_named_acts_and_is_ended(stack, tab, language):
    words = WORDS[language]
    page = person_at(tab, stack, language, "/portal/delegates")
    check_page(page, f"delegates-none-{language}")
    page.press(words["name"])
    field(page, words["who"], "미나")
    field(page, words["relation"], "carer")
    field(page, words["id"], f"https://somewhere.example/portal/delegates#{CARER_ID.upper().replace('0X', '0x')}")
    press_ticks(page, "health")
    field(page, words["code"], "000 000")
    page.press(words["show"])
    assert words["wrong"] in trouble(page)
    field(page, words["code"], check_code(CARER_ID))
    check_page(page, f"delegates-form-{language}")
    before = signatures(page)
    for name, pattern, instead in NAMING:
        page.forge("/delegations/drafts", pattern, instead)
        page.press(words["show"])
        assert words["changed"] in trouble(page), name
        page.stop_forging()
    page.press(words["show"])
    page.reads(words["says"], "#delegates")
    check_page(page, f"delegates-sign-{language}")
    page.forge("/delegations/drafts", '("categories": ?\\[)"health"', '$1"*"')
    page.press(words["sign"])
    assert words["changed"] in trouble(page), "what is signed is what was shown"
    page.stop_forging()
    assert signatures(page) == before
    page.press(words["sign"])
    page.until("!!document.querySelector('#delegates article.active')")
    assert signatures(page) == before + 1

    carer = Client(stack.url, CARER).sign_in()
    carer.wait_anchored("consents", carer.call("GET", "/log/consents/heads")["accepted"]["size"] - 1)
    page.until("!!document.querySelector('#delegates article.active')")
    (ward,) = carer.call("GET", "/me/wards")["wards"]
    assert (ward["relation"], ward["categories"]) == ("carer", ["health"])

    for name, pattern, instead in ENDING:
        page.forge("/delegations/ends/drafts", pattern, instead)
        page.press(words["end"])
        assert words["changed"] in trouble(page), name
        page.stop_forging()
    page.press(words["end"])
    check_page(page, f"delegates-end-{language}")
    page.press(words["sign"])
    page.reads(words["ended"], "#status")
    page.reads(words["over"], "#delegates")
    anew = Client(stack.url, CARER).sign_in()
    assert anew.call("GET", "/me/wards")["wards"] == [], "the session ended with the delegation"
    assert not [url for url in tab.requests if CARER_ID[2:] in url.lower()], "no identifier is in an address"


def test_an_identifier_that_was_scanned_is_taken_out_of_the_address(stack, tab):
    page = with_wallet(tab, stack, PERSON, "en", "/portal/more")
    tab.open(f"{stack.url}/portal/delegates#{CARER_ID}")
    page.until("!!document.querySelector('#delegates textarea')")
    assert page.run("location.hash") == ""
    assert page.run("document.querySelector('#delegates textarea').value") == CARER_ID


def test_the_sign_up_has_three_screens_and_the_last_can_be_put_off(stack, tab):
    tab.read_page(PHONE)
    page = with_passkey(tab, stack, "ko", "/portal")
    page.reads("3단계 중 3단계", "#recovery-step")
    check_page(page, "signup-recovery-ko")
    page.press("나중에")
    page.until("!document.querySelector('#recovery-step')")
    go(page, "/portal/devices")
    page.reads("마지막 기기까지 잃으면", "#devices")
    check_page(page, "devices-ko")


@pytest.mark.skipif("own-device" not in RELATIONS, reason="this ledger knows no delegation to an own device yet")
def test_a_second_device_of_the_same_person_acts_for_them(stack, tab, tmp_path):
    tab.read_page(PHONE)
    first = with_passkey(tab, stack, "en", "/portal/devices")
    issued(stack, first.signer())
    first.press("Add a second device")
    check_page(first, "devices-add-en")
    (tmp_path / "second").mkdir()
    with chromium(tmp_path / "second") as other:
        other.read_page(PHONE)
        second = with_passkey(other, stack, "en", "/portal/second-device")
        second.until("!!document.querySelector('.code[data-code]:not([data-code=\"\"])')")
        check_page(second, "devices-second-en")
        code = second.run("document.querySelector('.code').dataset.code")
        identifier = second.run("document.querySelector('#second-device textarea').value")
        assert (identifier, code) == ("0x" + second.signer().hex(), check_code(identifier))
        field(first, "Identifier of the other device", identifier)
        field(first, "Check code on its screen", code)
        first.press("Show what I would sign")
        first.press("Sign with my passkey")
        first.reads("My second device", "#devices article.active")
        second.reads("this device acts for you now", "#second-device")
        second.press("Show my data")
        second.reads("This is your second device", "#acting-mark")
        second.until("!!document.querySelector('#records a[href^=\"/portal/records/0x\"]')")
        other.run("location.reload()")
        second.until("!!document.querySelector('#signed-in')")
        second.reads("This is your second device", "#acting-mark")
