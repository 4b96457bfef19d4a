"""Records in real Chromium: the list, opening in the browser, hostile content, forged answers, and what is kept."""

import base64
import json
import struct
import time
import zlib

import pytest

from mydata_ledger.client import Client
from mydata_ledger.ledger.envelope import generate_reader_key
from mydata_ledger.ledger.record import Erasure
from mydata_ledger.ledger.signers import Wallet
from tests.web.axe import faults, needs_axe
from tests.web.browser import chromium, require_chromium
from tests.web.busy import HOSTILE, busy_person, check_page, enter, issue, visit
from tests.web.own_pages import check_page as check_and_picture

require_chromium()
ME, HURT, MANY, SEEKER = (Wallet(bytes([number]) * 32) for number in (106, 107, 108, 241))
FHIR = "application/fhir+json"
MARK = "A1c-7391"
"""A text that is in the content and nowhere else."""
WORDS = {
    "en": {
        "verified": "Verified: this is exactly what Hangang Hospital signed.",
        "same": "also known from another source",
    }
    | {"outside": "outside the reference range", "range": "4.0 % \u2013 5.6 %", "reader": "Seoul <i>Trial</i>"}
    | {
        "differs": "Careful: this content is not the one",
        "matches": "could not be checked to the end",
        "earlier": "Show 30 more",
        "uses": "(view, copy)",
    },
    "ko": {"verified": "검증됨: Hangang Hospital이 서명한 내용 그대로입니다.", "same": "다른 기관 1곳에도 있음"}
    | {"outside": "참고 범위를 벗어남", "range": "4.0 % \u2013 5.6 %", "reader": "Seoul <i>Trial</i>"}
    | {
        "differs": "주의: 이 기록에 서명된 내용과 다릅니다",
        "matches": "서명은 끝까지 확인하지 못했습니다",
        "earlier": "30건 더 보기",
        "uses": "(열람, 복사)",
    },
}


def png(width, height):
    """A small picture in one colour."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x10\x80\x30" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def deep(levels):
    """JSON that is nested that deep."""
    return b'{"a":' * levels + b'"' + MARK.encode() + b'"' + b"}" * levels


HOSTILE_TEXT = HOSTILE + "<script>window.hostile=2</script><b>bold</b>\u202eturned\u202c"
CONTENTS = {
    "an observation": (
        "health.lab",
        FHIR,
        {
            "resourceType": "Observation",
            "code": {"text": HOSTILE_TEXT},
            "valueQuantity": {"value": 1.5, "unit": "<img src=x onerror=window.hostile=3>"},
            "referenceRange": [{"text": "<svg onload=window.hostile=4>"}],
            "note": [{"text": "javascript:window.hostile=5"}],
        },
        "<script>window.hostile=2</script>",
    ),
    "a bundle": (
        "health.other",
        FHIR,
        {
            "resourceType": "Bundle",
            "entry": [
                {
                    "resource": {
                        "resourceType": "Condition",
                        "code": {"text": "<b>Diabetes</b>"},
                        "onsetDateTime": "2020",
                    }
                },
                {
                    "resource": {
                        "resourceType": "MedicationRequest",
                        "medicationCodeableConcept": {"text": "Metformin"},
                        "dosageInstruction": [{"text": "1 <i>daily</i>"}],
                    }
                },
                {
                    "resource": {
                        "resourceType": "AllergyIntolerance",
                        "reaction": [{"manifestation": [{"text": "Rash"}]}],
                    }
                },
                {"resource": {"resourceType": "__proto__", "constructor": {"prototype": "x"}, "toString": "own"}},
                {"resource": "no resource"},
                None,
            ],
        },
        "1 <i>daily</i>",
    ),
    "plain JSON": ("lifelog.activity", "application/json", {"steps": 4211, "__proto__": {"x": "<b>y</b>"}}, "<b>y</b>"),
    "deep JSON": ("health.other", "application/json", deep(150), "…"),
    "broken JSON": ("health.other", "text/plain", b'{"a": <b>', '{"a": <b>'),
    "a page": ("health.report", "text/html", HOSTILE_TEXT.encode(), "<b>bold</b>"),
    "a drawing": ("health.imaging", "image/svg+xml", b"<svg onload='window.hostile=6'/>", "image/svg+xml"),
    "a broken picture": ("health.imaging", "image/png", b"\x89PNG no picture", "image/png"),
    "a document": ("health.report", "application/pdf", b"%PDF-1.4 <b>", "application/pdf"),
}


@pytest.fixture(scope="module")
def stack(running):
    running.made = busy_person(running, ME)
    uploads = [
        (category, kind, content if isinstance(content, bytes) else json.dumps(content).encode())
        for category, kind, content, _ in CONTENTS.values()
    ]
    ids = issue(running, HURT.signer, *uploads, ("health.imaging", "image/png", png(40, 30)))
    running.hurt = dict(zip([*CONTENTS, "a picture"], ids, strict=True))
    return running


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as browser:
        browser.read_page(390)
        yield browser


def opened(page, record):
    """Go to a record and open it."""
    visit(page, f"/portal/records/{record}")
    page.click("#open-record")
    page.until("!!document.querySelector('#opened')")


def state_of(page):
    return page.run("document.querySelector('#opened .seal').dataset.state")


@needs_axe
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_record_is_found_opened_and_verified_and_nothing_of_it_is_kept(stack, tab, language):
    words = WORDS[language]
    page = enter(tab, stack, ME, language, "/portal/records")
    page.reads(words["same"], "#records")
    assert page.run("document.querySelectorAll('#records .group').length") == 3
    assert faults(tab) == {}
    page.run("document.querySelectorAll('#records .chip')[1].click()")
    page.until("document.querySelectorAll('#records .group').length === 2")
    visit(page, f"/portal/records/{stack.made['record']}")
    page.until("!!document.querySelector('#open-record')")
    assert not [url for url in tab.requests if "proof.js" in url or "/access/records" in url], "nothing before the tap"
    page.click("#open-record")
    page.reads(words["verified"], "#opened")
    shown = page.text("#opened")
    for text in ("Hemoglobin A1c", "6.1 %", words["range"], words["outside"]):
        assert text in shown
    page.click("#ask-readers")
    page.reads(words["reader"], "#readers")
    assert words["uses"] in page.text("#readers")
    check_page(page, 390)
    assert faults(tab) == {}
    kept = page.run(
        "(async () => JSON.stringify([{...localStorage}, {...sessionStorage}, await indexedDB.databases(),"
        " 'caches' in window ? await caches.keys() : [], document.cookie]))()"
    )
    assert "Hemoglobin" not in kept
    assert json.loads(kept)[1:] == [{}, [], [], ""]
    visit(page, "/portal/records")
    page.until("!document.querySelector('#opened')")
    lines = Client(stack.url, ME).sign_in().call("GET", "/me/timeline?order=newest&limit=20")["accesses"]
    assert [one for one in lines if one["document"]["message"]["reason"] == "own"], (
        "that it was read is in the timeline"
    )


@pytest.mark.parametrize("what", CONTENTS)
def test_hostile_content_is_shown_as_text(stack, tab, what):
    page = enter(tab, stack, HURT, "en")
    opened(page, stack.hurt[what])
    page.reads(CONTENTS[what][3], "#opened")
    assert state_of(page) == "verified"
    check_page(page, 390)
    assert (
        page.run("document.querySelectorAll('#opened :is(img, svg[onload], script, iframe, object, embed)').length")
        == 0
    )
    assert page.run("({}).x") is None


def test_a_picture_is_drawn_without_an_address(stack, tab):
    page = enter(tab, stack, HURT, "en")
    opened(page, stack.hurt["a picture"])
    page.until("document.querySelector('#opened canvas')?.width === 40")
    pixel = "[...document.querySelector('#opened canvas').getContext('2d').getImageData(5, 5, 1, 1).data]"
    assert page.run(pixel) == [16, 128, 48, 255]
    assert not [url for url in tab.requests if url.startswith(("blob:", "data:image/png"))]
    check_page(page, 390)


def test_an_opened_record_is_saved_as_the_very_bytes(stack, tab, tmp_path):
    tab.send("Page.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path / "saved"))
    page = enter(tab, stack, HURT, "en")
    opened(page, stack.hurt["a document"])
    page.press("Save as a file", "#opened")
    file, deadline = tmp_path / "saved" / "record.pdf", time.monotonic() + 20
    while not (file.exists() and file.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert file.read_bytes() == b"%PDF-1.4 <b>"


def flip(stack, record):
    """Change one byte of the payload of a record, where the store keeps it."""
    question = {"category": "health.condition", "purpose": "mydata:SELF_VIEW"}
    question["reader_key"] = "0x" + generate_reader_key().public.hex()
    released = Client(stack.url, SEEKER).sign_in().call("POST", f"/access/records/{record}", json=question)
    part = base64.b64decode(released["sealed"])[-64:]
    (path,) = [one for one in (stack.state / "blocks").rglob("*") if one.is_file() and part in one.read_bytes()]
    content = bytearray(path.read_bytes())
    content[content.index(part)] ^= 1
    path.write_bytes(content)


def records_shown(page):
    return page.run("[...document.querySelectorAll('#records .places a')].map((one) => one.pathname.split('/').pop())")


def test_records_are_found_by_word_and_day_and_the_altered_one_is_named(stack, tab):
    lab, condition = issue(
        stack, SEEKER.signer, ("health.lab", FHIR, b'{"a":1}'), ("health.condition", FHIR, b'{"a":"b"}')
    )
    page = enter(tab, stack, SEEKER, "en", "/portal/records")
    page.until("document.querySelectorAll('#records .places a').length === 2")
    page.run("document.querySelector('#records summary').click()")
    tab.type("#records input[type=search]", "hangang LABOR")
    page.until("document.querySelectorAll('#records .places a').length === 1")
    assert records_shown(page) == [lab]
    tab.type("#records input[type=search]", "nobody")
    page.reads("No record is like that.", "#records")
    tab.type("#records input[type=search]", "")
    first = "document.querySelector('#records input[type=date]')"
    page.run(f"(({first}.value = '2199-01-01'), {first}.dispatchEvent(new Event('input', {{ bubbles: true }})))")
    page.reads("No record is like that.", "#records")
    page.run(f"(({first}.value = ''), {first}.dispatchEvent(new Event('input', {{ bubbles: true }})))")
    page.press("By date", "#records")
    page.until("document.querySelectorAll('#records .group').length === 1")
    flip(stack, condition)
    page.click("#check-all")
    page.reads("1 of 2 are exactly what was signed.", "#records")
    assert "One record is not what was signed" in page.text("#records [role=alert]")
    altered = "[...document.querySelectorAll('#records .places a')].filter((one) => one.innerText.includes('altered'))"
    assert page.run(f"{altered}.map((one) => one.pathname.split('/').pop())") == [condition]
    check_and_picture(page, "records-checked")


def test_what_two_hospitals_hold_is_shown_once_and_each_on_request(stack, tab):
    page = enter(tab, stack, ME, "en", "/portal/records")
    every = {one["record_id"] for one in Client(stack.url, ME).sign_in().call("GET", "/records")}
    page.until(f"document.querySelectorAll('#records .places a').length === {len(every) - 1}")
    page.reads("also known from another source", "#records")
    page.click("#records .choice input")
    page.until(f"document.querySelectorAll('#records .places a').length === {len(every)}")
    assert set(records_shown(page)) == every
    page.click("#records .choice input")
    page.press("By source", "#records")
    page.until(f"document.querySelectorAll('#records .places a').length === {len(every)}")
    assert page.run("document.querySelectorAll('#records .group').length") == 2


@pytest.mark.parametrize("how", ["another signature", "another commitment"])
def test_a_record_whose_statement_was_forged_is_not_called_verified(stack, tab, how):
    page = enter(tab, stack, ME, "en")
    pattern = {"another signature": '("signature": ?"0x)..', "another commitment": '("commitment": ?"0x)....'}[how]
    page.forge("/copy", pattern, "$10000" if how == "another commitment" else "$100")
    opened(page, stack.made["record"])
    assert state_of(page) == "differs"
    assert WORDS["en"]["differs"] in page.text("#opened")
    assert "Hemoglobin" not in page.text("#opened"), "what was not signed is not shown"


@pytest.mark.parametrize(
    ("pattern", "instead"), [('("sealed": ?")......', "$1AAAAAA"), ('("wrapped_key": ?"0x02..)..', "$100")]
)
def test_a_record_that_was_changed_does_not_open(stack, tab, pattern, instead):
    page = enter(tab, stack, ME, "en")
    page.forge(f"/access/records/{stack.made['record']}", pattern, instead)
    visit(page, f"/portal/records/{stack.made['record']}")
    page.click("#open-record")
    page.until("!document.getElementById('problem').hidden")
    assert not page.run("!!document.querySelector('#opened')")
    page.stop_forging()
    page.click("#open-record")
    page.until("!!document.querySelector('#opened')")
    assert state_of(page) == "verified"


def test_an_address_of_a_record_works_after_a_reload_and_a_strange_one_says_so(stack, tab):
    page = enter(tab, stack, ME, "en", f"/portal/records/{stack.made['allergy']}")
    page.until("!!document.querySelector('#open-record')")
    page.run("location.reload()")
    page.until("!!document.querySelector('#open-record')")
    page.click("#open-record")
    page.reads("Penicillin", "#opened")
    for strange in ("0x" + "00" * 32, "<script>", "constructor"):
        visit(page, f"/portal/records/{strange}")
        page.reads("There is no such record here.", "main")


def test_many_records_come_in_parts(stack, tab):
    issue(stack, MANY.signer, *[("health.lab", "text/plain", f"one {number}".encode()) for number in range(70)])
    page = enter(tab, stack, MANY, "en", "/portal/records")
    page.until("document.querySelectorAll('#records .places li').length === 30")
    page.press("Show 30 more", "#records")
    page.until("document.querySelectorAll('#records .places li').length === 60")
    page.press("Show 10 more", "#records")
    page.until("document.querySelectorAll('#records .places li').length === 70")


def test_an_erased_record_says_so_and_is_not_offered(stack, tab):
    (record,) = issue(stack, MANY.signer, ("health.report", "text/plain", b"gone"))
    me = Client(stack.url, MANY).sign_in()
    (draft,) = me.call("POST", "/me/erasures/drafts", json={"records": [record]})["drafts"]
    me.call("POST", "/me/erasures", json={"erasures": [me.sign(draft, Erasure)]})
    page = enter(tab, stack, MANY, "en", f"/portal/records/{record}")
    page.reads("The content of this record is erased.", "#record")
    assert not page.run("!!document.querySelector('#open-record, #ask-readers')")
