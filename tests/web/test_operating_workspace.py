"""The workspaces of a reviewer and of the operator in real Chromium: the main job of each once whole, and who sees none
of it.
"""

import json
import time

import pytest
from typer.testing import CliRunner

from mydata_ledger.client import Client, RequestRefused
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.cli import app
from mydata_ledger.scripts.demonstration.personas.operating import register_operator
from mydata_ledger.scripts.pages import personas_file
from mydata_ledger.scripts.settings import secret
from mydata_ledger.scripts.stack import Stack
from tests.web.browser import chromium, require_chromium
from tests.web.own_pages import PHONE, SET_SCRIPT, check_page, go, press_ticks
from tests.web.page_user import PageUser
from tests.web.study import HOSPITAL, accredit, issued
from tests.web.wallets import WalletTab

require_chromium()
CREW, REVIEWER, HELPER, CLINIC, PERSON = (Wallet(bytes([number]) * 32) for number in (43, 44, 47, 48, 61))
LATE = "const real = Date.now; Date.now = () => real() + 73 * 3_600_000;"
"""The page's clock, three days on: deadlines of reviews are over."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with Stack(tmp_path_factory.mktemp("operating") / "state", on_status=lambda _: None, demo=True) as running:
        accredit(running)
        for wallet, name, role in (
            (CREW, "Rescue Crew 7 | 구조대 7", "responder"),
            (REVIEWER, "Review Board | 심사위원회", "reviewer"),
            (HELPER, "Second Operator", "operator"),
        ):
            running.register_party(wallet.address, name, [role], envelope.generate_reader_key().public)
        register_operator(running)
        operator = _persona(secret(running.state, "story-operator"))
        personas_file(running.state).parent.mkdir(exist_ok=True)
        personas_file(running.state).write_text(json.dumps({"personas": [operator]}))
        client, deadline = Client(running.url, PERSON).sign_in(), time.monotonic() + 30
        while operator["address"] not in {party["account"] for party in client.call("GET", "/parties")}:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield running


def _persona(key):
    wallet, texts = Wallet(key), {"en": "Ledger Operations", "ko": "원장 운영팀"}
    about = {"id": "operator", "role": "operator", "name": texts, "can": texts}
    return about | {"address": wallet.address, "signer": "0x" + wallet.signer.hex(), "private_key": "0x" + key.hex()}


@pytest.fixture
def open_tab(tmp_path):
    """Opens tabs, each with cookies of its own."""
    opened = []

    def one(width):
        opened.append(chromium(tmp_path))
        tab = opened[-1].__enter__()
        tab.read_page(width)
        return tab

    yield one
    for each in reversed(opened):
        each.__exit__(None, None, None)


def enter(tab, stack, wallet, language, path):
    """An organisation that signed in with its wallet and is at an address of the workspace."""
    page = WalletTab(tab, wallet)
    tab.open(stack.url + "/workspace")
    page.click(f"[data-language={language}]")
    page.click("#sign-in")
    page.until("!!document.querySelector('#signed-in')")
    go(page, path)
    return page


def fill(page, selector, value):
    page.until(f"!!document.querySelector({selector!r})")
    page.run(f"{SET_SCRIPT}(document.querySelector({selector!r}), {value!r})")


def submitted(crew, kind, path, **form):
    draft = crew.call("POST", f"/emergency/{path}/drafts", json=form)
    return crew.call("POST", f"/emergency/{path}", json=crew.sign(draft["typed_data"], kind))["entry"]


def emergency(stack):
    """A crew reads a laboratory result under the extension of an incident, and the person complains of it."""
    record, crew = issued(stack, PERSON.signer), Client(stack.url, CREW).sign_in()
    about = {"data_subject": "0x" + PERSON.signer.hex(), "incident_number": "119-7", "reason": "found unconscious"}
    incident = submitted(crew, Incident, "incidents", **about)
    extension = submitted(crew, IncidentExtension, "extensions", incident=incident, reason="cause unknown")
    form = {"category": "health.lab", "purpose": "hl7:BTG", "incident": extension}
    crew.call("POST", f"/access/records/{record}", json=form)
    me = Client(stack.url, PERSON).sign_in()
    read = next(one for one in me.call("GET", "/me/timeline")["accesses"] if one["kind"] == "AccessReceipt")
    me.call("POST", "/me/complaints", json={"position": read["position"], "reason": "I was awake"})
    return me


def give(page, card, verdict, reason):
    """Give a verdict on the first waiting item whose card has that text."""
    page.run(
        f"[...document.querySelectorAll('article')].find((one) => one.innerText.includes({card!r})"
        " && one.querySelector('.verdict-form')).id = 'chosen'"
    )
    page.click(f"#chosen input[value={verdict}]")
    fill(page, "#chosen textarea", reason)
    page.press("판정하기", "#chosen")
    page.until("!!document.querySelector('#chosen .confirm')")
    assert reason in page.text("#chosen .confirm"), "it is shown once more before it is sent"
    page.press("보내기", "#chosen")
    page.until(f"[...document.querySelectorAll('.verdict')].some((one) => one.innerText.includes({reason!r}))")


def test_a_reviewer_examines_a_broken_glass_and_a_complaint_and_the_person_sees_it(stack, open_tab):
    me = emergency(stack)
    tab = open_tab(PHONE)
    tab.send("Page.addScriptToEvaluateOnNewDocument", source=LATE)
    page = enter(tab, stack, REVIEWER, "ko", "/workspace/reviews")
    page.reads("응급 열람 (2)")
    assert page.tab.problems == []
    shown = page.text("main")
    assert shown.count("기한 지남") == 2, "by the page's clock"
    assert [word for word in ("구조대 7", "119-7", "cause unknown") if word not in shown] == []
    page.run("document.querySelectorAll('button.reads').forEach((one) => one.click())")
    page.reads("검사 결과: 1회")
    page.reads("이 사건으로 열람한 것이 없습니다.")
    check_page(page, "reviews-ko-390")
    give(page, "cause unknown", "unjustified", "환자가 깨어 있었습니다")
    page.click("#queue-complaint")
    page.reads("I was awake")
    check_page(page, "complaints-ko-390")
    give(page, "I was awake", "upheld", "동의를 물을 수 있었습니다")
    page.reads("응급 열람 (1)")
    page.reads("이의 제기 (0)")
    check_page(page, "verdict-ko-390")
    (complaint,) = me.call("GET", "/me/complaints")
    assert (complaint["state"], complaint["verdict"]["reason"]) == ("upheld", "동의를 물을 수 있었습니다")
    assert sorted(one["state"] for one in me.call("GET", "/me/incidents")) == ["unjustified", "waiting"]
    person = WalletTab(page.tab, PERSON)
    page.click("#sign-out")
    page.tab.open(stack.url + "/portal")
    person.click("#sign-in")
    person.until("!!document.querySelector('#signed-in')")
    go(person, "/portal/timeline")
    person.run("document.querySelectorAll('#timeline details').forEach((one) => { one.open = true; })")
    person.reads("동의를 물을 수 있었습니다", "#timeline")


def operator(tab, stack):
    """The operator persona at the place of the operator."""
    page = PageUser(tab)
    tab.open(stack.url + "/workspace")
    page.click("[data-language=en]")
    page.click("#persona-operator")
    page.until("!!document.querySelector('#signed-in')")
    go(page, "/workspace/operating")
    return page


def add_clinic(page):
    """Add an organisation, after a name that looks like another's."""
    page.click("#add-party")
    fill(page, "[name=account]", CLINIC.address)
    fill(page, "[name=en]", "Hang\u0430ng Hospital")
    press_ticks(page, "hospital", "holder")
    page.until("document.querySelectorAll('#entry .alike').length === 2")
    assert "looks like that of Hangang Hospital" in page.text("#entry")
    assert page.run("document.querySelector('#save-party').disabled"), "not before the accounts were compared"
    check_page(page, "entry-alike-en-1280")
    fill(page, "[name=en]", "Dongnae Clinic")
    fill(page, "[name=ko]", "동래의원")
    page.until("!document.querySelector('#entry .alike')")
    page.click("#save-party")
    page.until("!document.querySelector('#entry')")


def test_the_operator_adds_changes_suspends_and_removes_an_organisation_in_their_own_wallet(stack, open_tab):
    page, anybody, account = operator(open_tab(1280), stack), Client(stack.url, PERSON).sign_in(), CLINIC.address
    page.reads("works", "#ledger-health")
    page.reads("No delivery fails.", "#deliveries")
    check_page(page, "operating-en-1280")
    go(page, "/workspace/operating/parties")
    page.reads("This account may change the register.")
    add_clinic(page)
    party = anybody.call("GET", f"/parties/{account}")
    assert (party["names"], party["roles"]) == ({"en": "Dongnae Clinic", "ko": "동래의원"}, ["holder", "hospital"])
    assert party["accredited"]

    clinic = enter(open_tab(PHONE), stack, CLINIC, "en", "/workspace")
    clinic.reads("Dongnae Clinic")
    assert not clinic.run("document.querySelector('#tab-reviews')")
    card = "article[aria-label='Dongnae Clinic']"
    page.press("Change", card)
    press_ticks(page, "reviewer")
    page.click("#save-party")
    page.until("!document.querySelector('#entry')")
    clinic.tab.open(stack.url + "/workspace")
    clinic.until("!!document.querySelector('#tab-reviews')")

    page.press("Suspend", card)
    page.reads("From this second on Dongnae Clinic is answered nothing", card)
    page.press("Yes, suspend it", card)
    page.reads("not accredited now", card)
    assert not anybody.call("GET", f"/parties/{account}")["accredited"]
    clinic.run("dispatchEvent(new Event('focus'))")
    clinic.reads("not accredited now", ".who")
    page.tab.read_page(PHONE)
    check_page(page, "parties-en-390")
    page.press("Remove", card)
    page.press("Yes, remove it", card)
    page.until(f'!document.querySelector("{card}")')
    with pytest.raises(RequestRefused) as gone:
        anybody.call("GET", f"/parties/{account}")
    assert gone.value.status == 404


def test_a_second_operator_publishes_a_notice_and_changes_the_register_once_appointed(stack, open_tab):
    page = enter(open_tab(PHONE), stack, HELPER, "en", "/workspace/operating/parties")
    page.reads("may not change the register", "#may-not")
    assert page.run("document.querySelector('#add-party').disabled")
    command = ["party", "appoint", HELPER.address, "--rpc", stack.rpc_url, "--state", str(stack.state)]
    assert CliRunner().invoke(app, command).exit_code == 0
    go(page, "/workspace/operating/notices")
    for number in (1, 2):
        page.click("#publish")
        fill(page, "[name=notice-name]", "sharing")
        fill(page, "[name=en0]", f"We explain, number {number}.")
        fill(page, "[name=en1]", "The whole of it.")
        if number == 2:
            press_ticks(page, "anew")
        page.press("Publish", "#notice-form")
        page.press("Yes, publish it", "#notice-form")
        page.reads(f"sharing, version {number}", "#notices")
    check_page(page, "notices-en-390")
    page.run("[...document.querySelectorAll('#notices > details')].at(-1).open = true")
    page.reads("outdated", "#notices > details")
    go(page, "/workspace/operating/parties")
    page.reads("This account may change the register.")
    shown = {one["version"]: one["outdated"] for one in _notices(stack) if one["name"] == f"{HELPER.address}/sharing"}
    assert shown == {1: True, 2: False}


def _notices(stack):
    return Client(stack.url, PERSON).sign_in().call("GET", "/notices")


def test_others_see_nothing_of_it_by_the_address_or_by_the_interface(stack, open_tab):
    page = enter(open_tab(PHONE), stack, HOSPITAL, "ko", "/workspace/operating")
    for path in ("/workspace/operating", "/workspace/operating/parties", "/workspace/reviews"):
        go(page, path)
        page.reads("이 화면은 다음 역할을 위한 것입니다")
        assert not page.run(
            "document.querySelector('#ledger-health, #parties, .reviews, #tab-reviews, #tab-operating')"
        )
    for path in ("/operation/deliveries", "/reviews/break-glass", "/reviews/complaint"):
        assert page.run(f"fetch({path!r}).then((answer) => answer.status)") == 403, path
    assert page.tab.problems == []
