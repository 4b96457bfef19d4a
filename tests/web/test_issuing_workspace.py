"""The main job of a hospital and of an emergency crew, each once whole in real Chromium."""

import base64
import inspect
import json
import re
import time

import pytest

from mydata_ledger.client import Client
from mydata_ledger.formats.fhir import containers, patients, versions
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.paths import ROOT
from mydata_ledger.scripts.population import generated
from testing.browser import chromium, require_chromium
from tests.web.own_pages import PHONE, check_page, field, go, trouble, with_wallet
from tests.web.wallets import WalletTab

require_chromium()
HOSPITAL, CLINIC, CREW, PATIENT, FOUND = (Wallet(bytes([number]) * 32) for number in range(231, 236))
NUMBER, DESKTOP, KEPT = "A-0012345", 1280, 6
MARKUP = '<img src=x onerror="window.attacked=1">'
DROPPED = """
  (() => {
    const name = %s, dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(%s, name));
    const drop = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer });
    document.querySelector(".drop").dispatchEvent(drop);
  })()
"""
"""A file of that name and content, dropped in."""
OTHER_REASONS = (
    "describes no person, so it is no record",
    "refers to a group with other",
    "has no resource; its source",
)
PARTIES = (
    (HOSPITAL, "Mapo Hospital", ["holder", "hospital"]),
    (CLINIC, "Namsan Clinic", ["holder", "hospital"]),
    (CREW, "Mapo 119 crew", ["responder"]),
)


def until(is_so):
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture(scope="module")
def stack(running):
    for wallet, name, roles in PARTIES:
        running.register_party(wallet.address, name, roles, envelope.generate_reader_key().public)
    reader, accounts = Client.anonymous(running.url), {wallet.address for wallet, _, _ in PARTIES}
    until(lambda: not accounts - {party["account"] for party in reader.call("GET", "/parties")})
    return running


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as opened:
        yield opened


def at_work(tab, stack, wallet, language, path):
    """An organisation that signed in at its workspace."""
    page = WalletTab(tab, wallet)
    tab.open(stack.url + "/workspace")
    page.click(f"[data-language={language}]")
    page.click("#sign-in")
    page.until("!!document.querySelector('#signed-in .places-bar a')")
    go(page, path)
    return page


def as_client(stack, wallet):
    return Client(stack.url, wallet).sign_in()


def bundle_with_skipped():
    """Some resources of a generated person, an organisation, and an observation about somebody else."""
    bundle = json.loads(next(iter(generated())).bundle_for(0))
    patients = [one for one in bundle["entry"] if one["resource"]["resourceType"] == "Patient"]
    observations = [one for one in bundle["entry"] if one["resource"]["resourceType"] == "Observation"]
    foreign = {**observations[0]["resource"], "id": "foreign", "subject": {"reference": "Patient/somebody-else"}}
    added = [{"resource": {"resourceType": "Organization", "name": MARKUP}}, {"resource": foreign}]
    return {**bundle, "entry": [*patients, *observations[: KEPT - 1], *added]}


def chosen(page, tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    page.tab.choose("#issue-file", path)


def test_a_hospital_binds_a_patient_issues_a_bundle_amends_and_withdraws(stack, tab, tmp_path):
    tab.read_page(DESKTOP)
    page = at_work(tab, stack, HOSPITAL, "ko", "/workspace/issuing")
    page.reads("아직 연결된 번호가 없습니다")
    binds(stack, page)
    refuses_files_before_they_are_sent(page, tmp_path)
    issued = issues_a_bundle(page, tmp_path)
    person = as_client(stack, PATIENT)
    records = person.call("GET", "/records")
    assert len(records) == issued
    chosen(page, tmp_path, "bundle.json", bundle_with_skipped())
    page.reads(f"같은 내용으로 이미 발급됨 ({issued})", "#preview")
    assert not page.run("!!document.querySelector('#sign-issues')"), "nothing is issued twice"
    amends(page, tmp_path)
    assert [one["status"] for one in person.call("GET", "/records")].count("superseded") == 1
    withdraws(page)
    assert [one["status"] for one in person.call("GET", "/records")].count("erased") == 1
    go(page, "/workspace/issuing/deliveries")
    page.reads("지금 들어온 전송요구가 없습니다")
    field(page, "연구 참조 번호", "KCT0008791")
    page.click("#announce")
    page.reads("접수했습니다")
    tab.read_page(PHONE)
    check_page(page, "issuing-deliveries-ko")
    assert not page.run("window.attacked")
    assert not [url for url in tab.requests if NUMBER in url], "a patient number stands in no address"
    nothing_is_seen_by_another_hospital(stack)
    seen_by_the_person(stack, tmp_path, issued + 1)


def test_every_reason_of_a_skipped_part_has_a_korean_text():
    texts = (ROOT / "web/workspace/issuing/skipped_reasons.js").read_text(encoding="utf-8")
    starts = re.findall(r'^  "(.+?)": "', texts, re.MULTILINE)
    named = {*re.findall(r'unusable\(f?"([^"]+)"', inspect.getsource(containers)), *OTHER_REASONS}
    named |= {patients.NOT_OURS, versions.AGAIN, versions.OLDER, versions.GONE, versions.CONTRADICTS}
    assert len(named) > 10
    assert {one for one in named if not one.startswith(tuple(starts))} == set()


def binds(stack, page):
    code = as_client(stack, PATIENT).call("POST", "/me/bindings/codes", json={"holder": HOSPITAL.address})["code"]
    field(page, "환자 번호", NUMBER)
    page.click("#bind-number")
    assert "연결 번호를 입력" in trouble(page)
    field(page, "환자가 말한 연결 번호", "0000-0000")
    page.click("#bind-number")
    page.until("!document.querySelector('#bind-number').disabled")
    assert trouble(page)
    field(page, "환자가 말한 연결 번호", code)
    page.click("#bind-number")
    page.reads(NUMBER, "#bindings")
    lives_on(stack, page)
    page.tab.read_page(PHONE)
    check_page(page, "issuing-patients-ko")
    page.tab.read_page(DESKTOP)
    field(page, "번호 찾기", "B-1")
    page.click("#find-number")
    assert "연결된 사람이 없습니다" in trouble(page)
    field(page, "번호 찾기", NUMBER)
    page.click("#find-number")
    page.reads("연결된 번호 (1)", "#bindings")
    page.press("기록 발급", "#bindings")
    page.reads(NUMBER, "#patient")


def lives_on(stack, page):
    """What the person says of the number is shown without a reload."""
    person = as_client(stack, PATIENT)
    (binding,) = person.call("GET", "/me/bindings")
    person.call("POST", f"/me/bindings/{binding['binding_id']}/dispute", json={"reason": MARKUP})
    page.reads("이의 제기됨", "#bindings")
    assert MARKUP in page.text("#bindings")
    time.sleep(1.1)  # messages about one binding are the same within a second
    person.call("POST", f"/me/bindings/{binding['binding_id']}/confirm")
    page.until("!document.querySelector('#bindings').innerText.includes('이의 제기됨')")


def refuses_files_before_they_are_sent(page, tmp_path):
    chosen(page, tmp_path, "broken.json", b'{"resourceType": "Bundle", "entry": [')
    assert "읽을 수 있는 JSON이 아닙니다" in trouble(page)
    page.run(DROPPED % ('"many.json"', "[JSON.stringify({ resourceType: 'Bundle', entry: Array(20001).fill({}) })]"))
    page.reads("20,001", "#problem")
    page.run(DROPPED % ('"scan.pdf"', "[new Uint8Array(17 << 20)]"))
    page.reads("16MB까지", "#problem")
    chosen(page, tmp_path, "empty.json", b"")
    page.reads("빈 파일", "#problem")
    assert not [url for url in page.tab.requests if "/drafts" in url]


def issues_a_bundle(page, tmp_path):
    chosen(page, tmp_path, "bundle.json", bundle_with_skipped())
    page.reads("제외 (2)", "#preview")
    assert "Organization entry[6]" in page.text("#skipped")
    assert "사람에 관한 자원이 아니어서" in page.text("#skipped")
    assert "당사자에 관한 것일 수 있음" in page.text("#skipped")
    page.tab.read_page(PHONE)
    check_page(page, "issuing-preview-ko")
    page.tab.read_page(DESKTOP)
    check_page(page, "issuing-preview-desktop-ko")
    page.meanwhile = lambda: setattr(page, "says_no", True)
    page.click("#sign-issues")
    page.reads(f"{KEPT}건 중 0건을 발급했습니다", "#signing")
    page.meanwhile = lambda: page.tab.run("document.querySelector('#stop').click()")
    page.click("#sign-issues")
    page.reads(f"{KEPT}건 중 1건을 발급했습니다", "#signing")
    page.press(f"나머지 {KEPT - 1}건 계속하기")
    page.reads(f"{KEPT}건을 발급했습니다", "#issued")
    assert len([one for one in page.shown if isinstance(one, dict)]) == KEPT + 1, "one was signed again"
    page.press("더 발급하기")
    page.until("!document.querySelector('#preview')")
    return KEPT


def amends(page, tmp_path):
    go(page, "/workspace/issuing/records")
    page.until(f"document.querySelectorAll('#issued-records > li').length === {KEPT}")
    page.tab.read_page(PHONE)
    check_page(page, "issuing-records-ko")
    page.tab.read_page(DESKTOP)
    page.press("정정", "#issued-records")
    page.reads("정정할 기록", "#patient")
    corrected = {**bundle_with_skipped()["entry"][1]["resource"], "status": "amended"}
    chosen(page, tmp_path, "corrected.json", corrected)
    page.click("#preview-single")
    page.reads("대체합니다", "#preview")
    page.tab.read_page(PHONE)
    check_page(page, "issuing-correct-ko")
    page.tab.read_page(DESKTOP)
    page.click("#sign-issues")
    page.reads("1건을 발급했습니다", "#issued")
    go(page, "/workspace/issuing/records")
    page.reads("정정됨", "#issued-records")


def withdraws(page):
    page.press("회수", "#issued-records")
    page.reads("영구히 없앱니다", "#issued-records")
    page.press("회수: 서명하기", "#issued-records")
    page.reads("회수됨", "#issued-records")


def nothing_is_seen_by_another_hospital(stack):
    clinic = as_client(stack, CLINIC)
    assert clinic.call("GET", "/holder/records") == {"records": [], "next": None}
    assert clinic.call("GET", "/bindings") == []


def seen_by_the_person(stack, folder, count):
    with chromium(folder) as own:
        page = with_wallet(own, stack, PATIENT, "en", "/portal/records")
        page.reads("Mapo Hospital")
        assert page.run("fetch('/records').then((one) => one.json()).then((all) => all.length)") == count


def issued_to(stack, person, category, kind, value):
    hospital = as_client(stack, HOSPITAL)
    content = json.dumps({"resourceType": kind, "code": {"text": value}}).encode()
    record = {"data_subject": "0x" + person.signer.hex(), "category": category, "media_type": "application/fhir+json"}
    form = {"records": [{**record, "content_base64": base64.b64encode(content).decode()}]}
    (made,) = hospital.issue(hospital.call("POST", "/records/drafts", json=form)["drafts"], Issue)
    hospital.wait_anchored("records", made["position"])


def test_a_crew_declares_an_emergency_on_a_phone_opens_extends_and_is_reviewed(stack, tab):
    issued_to(stack, FOUND, "health.allergy", "AllergyIntolerance", "Penicillin")
    issued_to(stack, FOUND, "health.lab", "Observation", "Troponin")
    tab.read_page(PHONE)
    page = at_work(tab, stack, CREW, "en", "/workspace/incidents")
    check_page(page, "incidents-declare-en")
    page.click("#declare-incident")
    assert "begins with 0x" in trouble(page)
    field(page, "Account of the person", "0x" + FOUND.signer.hex())
    field(page, "Dispatch number", "119-2026-004711")
    page.press("Found unconscious")
    page.click("#declare-incident")
    page.reads("Declared. The emergency is open.", "body")
    page.until("document.querySelector('#incidents').getBoundingClientRect().top >= 0")
    page.reads("one record", ".reached")
    assert page.text(".left") == "one hour left"
    assert page.run("document.querySelector('[name=person]').value") == "", "the form is empty again"
    page.press("Open it", ".reached")
    page.reads("Penicillin", ".opened")
    page.reads("Verified", ".opened")
    check_page(page, "incidents-open-en")
    extends(page)
    person, events = as_client(stack, FOUND), {"data.broke_glass", "data.emergency_extended"}
    until(lambda: events <= {one["event"] for one in person.call("GET", "/me/inbox")})
    tab.open(stack.url + "/workspace/incidents")
    page.reads("Emergency 119-2026-004711")
    page.reads("Sign once more")
    assert not as_client(stack, HOSPITAL).call("GET", "/emergency/incidents"), "nobody else sees them"


def extends(page):
    page.run("document.querySelector('.extending').open = true")
    page.click("#extend-incident")
    assert "Say why" in trouble(page)
    page.press("Cause unknown", ".extending")
    page.click("#extend-incident")
    page.reads("2 records", ".reached")
    page.reads("Review of the extension")
    rows = "[...document.querySelectorAll('.reached .rows > li')]"
    page.run(f"{rows}.find((one) => one.innerText.includes('Laboratory')).querySelector('button.open').click()")
    page.reads("Troponin", ".opened")
    check_page(page, "incidents-extended-en")
