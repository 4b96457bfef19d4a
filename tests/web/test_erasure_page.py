"""A person downloads everything, and erases records by their signature; in real Chromium."""

import json
import time
import zipfile

import pytest

from mydata_ledger.ledger.signers import Wallet
from tests.web.browser import chromium, require_chromium
from tests.web.own_pages import PHONE, check_page, go, press_ticks, trouble, with_passkey, with_wallet
from tests.web.study import issued, reads, trial_of

require_chromium()
PERSON = Wallet(bytes([26]) * 32)
PEOPLE = (Wallet(bytes([number]) * 32) for number in range(220, 230))
"""Of one person the hospital issues equal content once only."""
WORDS = {
    "ko": {"all": "모두 선택", "go": "무엇이 달라지는지 보기", "sign": "삭제: 패스키로 서명", "nothing": "하나 이상"}
    | {"keys": "본인을 포함하여 누구도 다시 읽을 수 없습니다", "source": "원본은 그대로입니다", "back": "다시 선택"}
    | {"changed": "보여 드렸거나 요청하신 내용과 다릅니다", "certified": "영구히 삭제되었습니다", "check": "증명 확인"}
    | {"proved": "아직 확인할 수 없습니다", "cancelled": "서명하지 않았습니다", "load": "내려받기", "saved": "저장함"},
    "en": {
        "all": "All of these",
        "go": "Show what it means",
        "sign": "Erase: Sign with my wallet",
        "nothing": "at least one",
    }
    | {"keys": "Nobody can read it again, you included", "source": "keeps its own file", "back": "Change my choice"}
    | {"changed": "does not say what you were shown", "certified": "was erased for good", "check": "Check the proof"}
    | {"proved": "Recorded in the log", "cancelled": "Nothing was signed", "load": "Download", "saved": "Saved"},
}
HEX = "0x[0-9a-f]{64}"
FORGERIES = [
    ("another record", f'("recordId": ?")({HEX})', "$1" + "0x" + "11" * 32),
    ("another signer", '("signer": ?")(0x[0-9a-f]{4})', "$10x9999"),
    ("another key", f'("keyId": ?")({HEX})', "$1" + "0x" + "22" * 32),
    ("another time", '("erasedAt": ?)(\\d{3})', "$1999"),
    ("a payload that is no address", '("cid": ?")', "$1<b>"),
    ("a further member", '("recordId": ?")', '"dataSubject": "0x00", $1'),
    ("another kind", '"primaryType": ?"Erasure"', '"primaryType": "Consent"'),
]


@pytest.fixture(scope="module")
def stack(running):
    running.trial = trial_of(running)
    return running


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as browser:
        yield browser


def person_at(tab, stack, language, path):
    """In Korean on a phone with a passkey, in English on a dark desktop with a wallet; with one record."""
    if language == "ko":
        tab.read_page(PHONE)
        page = with_passkey(tab, stack, language, "/portal/more")
        return page, issued_to(page, stack, page.signer(), path)
    tab.read_page(1280, dark=True)
    person = next(PEOPLE)
    page = with_wallet(tab, stack, person, language, "/portal/more")
    return page, issued_to(page, stack, person.signer, path)


def issued_to(page, stack, signer, path):
    record = issued(stack, signer)
    go(page, path)
    return record


def signatures(page):
    """How often the device was asked to sign a statement."""
    return page.touches() if hasattr(page, "touches") else len([one for one in page.shown if isinstance(one, dict)])


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_record_is_erased_by_signature_and_certified(stack, tab, language):
    words = WORDS[language]
    page, record = person_at(tab, stack, language, "/portal/erase")
    assert not reads(stack.trial, record), "it is known, but nobody may read it"
    page.press(words["go"])
    assert words["nothing"] in trouble(page)
    press_ticks(page, record)
    check_page(page, f"erase-choose-{language}")
    page.press(words["go"])
    page.reads(words["keys"], "#erase")
    assert words["source"] in page.text("#erase")
    page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert record in page.text("#erase .exact"), "what is signed is shown whole"
    check_page(page, f"erase-means-{language}")
    before = signatures(page)
    page.press(words["sign"])
    page.until(f"!!document.querySelector('#erase a[href=\"/portal/erase/{record}\"]')")
    assert signatures(page) == before + 1

    go(page, f"/portal/erase/{record}")
    page.reads(words["certified"], "#certificate")
    page.press(words["check"])
    page.reads(words["proved"], "#certificate .proved")
    check_page(page, f"erase-certificate-{language}")
    page.tab.send("Emulation.setEmulatedMedia", media="print")
    assert page.run("getComputedStyle(document.querySelector('#certificate .actions')).display") == "none"


def test_a_forged_erasure_is_not_signed(stack, tab):
    language = "ko"
    words = WORDS[language]
    page, record = person_at(tab, stack, language, "/portal/erase")
    before = signatures(page)
    for name, pattern, instead in FORGERIES:
        page.forge("/me/erasures/drafts", pattern, instead)
        press_ticks(page, record)
        page.press(words["go"])
        assert words["changed"] in trouble(page), name
        page.stop_forging()
        press_ticks(page, record)
    press_ticks(page, record)
    page.press(words["go"])
    page.reads(words["keys"], "#erase")
    page.forge("/me/erasures/drafts", f'("recordId": ?")({HEX})', "$1" + "0x" + "11" * 32)
    page.press(words["sign"])
    assert words["changed"] in trouble(page), "what is signed is what was shown"
    assert signatures(page) == before
    own = page.run("fetch('/records').then((answer) => answer.json())")
    assert [one["status"] for one in own if one["record_id"] == record] in (["anchored"], ["pending"])


def test_a_refused_signature_erases_nothing(stack, tab):
    words = WORDS["ko"]
    page, record = person_at(tab, stack, "ko", "/portal/erase")
    press_ticks(page, record)
    page.press(words["go"])
    page.reads(words["keys"], "#erase")
    page.is_a_stranger()
    page.press(words["sign"])
    assert words["cancelled"] in trouble(page)
    page.unlocks()
    page.press(words["sign"])
    page.until(f"!!document.querySelector('#erase a[href=\"/portal/erase/{record}\"]')")


def test_everything_is_downloaded_as_one_file(stack, tab, tmp_path):
    words = WORDS["ko"]
    tab.send("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    page, record = person_at(tab, stack, "ko", "/portal/export")
    check_page(page, "export-ko")
    page.press(words["load"])
    page.reads(words["saved"], "#export")
    deadline = time.monotonic() + 20
    while not (found := list(tmp_path.glob("mydata-*.zip"))):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    with zipfile.ZipFile(found[0]) as archive:
        records = [json.loads(line) for line in archive.read("proofs/records.ndjson").splitlines()]
    assert record in [one["message"]["recordId"] for one in records]


def test_a_download_that_breaks_off_says_so(stack, tab):
    tab.read_page(PHONE)
    page = with_wallet(tab, stack, PERSON, "en", "/portal/export")
    page.run(
        "window.fetch = async () => new Response(new ReadableStream("
        "{ pull: (one) => one.error(new TypeError('network error')) }))"
    )
    page.press("Download")
    assert "broke off" in trouble(page)
    page.run('window.fetch = async () => new Response(\'{"error": "busy", "detail": "come again"}\', { status: 503 })')
    page.press("Download")
    page.reads("come again", "#problem")


def test_an_unknown_record_has_no_certificate(stack, tab):
    page = with_wallet(tab, stack, PERSON, "en", "/portal/erase/0x" + "00" * 32)
    page.reads("no certificate for this record", "#certificate")
