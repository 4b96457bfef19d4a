"""The workspace of an organisation, in real Chromium: it asks for consent, finds and opens what the consent covers."""

import time

import pytest

from mydata_ledger.client import Client
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.signers import Wallet
from testing.browser import chromium, require_chromium
from tests.web.busy import issue
from tests.web.own_pages import PHONE, SET_SCRIPT, check_page, go, press_ticks
from tests.web.study import DAY, issued
from tests.web.wallets import WalletTab

require_chromium()
RESEARCHER, INSURER, PERSON, SHY, LONG = (Wallet(bytes([number]) * 32) for number in (201, 202, 203, 204, 205))
PARTIES = ((RESEARCHER, "Han Institute | 한연구소", "researcher"), (INSURER, "Namsan Life | 남산생명", "insurer"))
GRANT = {"categories": ["health.lab"], "purposes": ["hl7:HRESCH"], "actions": ["view"]}


@pytest.fixture(scope="module")
def stack(running):
    for wallet, name, role in PARTIES:
        running.register_party(wallet.address, name, [role], envelope.generate_reader_key().public)
    running.record = issued(running, PERSON.signer)
    me, deadline = Client(running.url, PERSON).sign_in(), time.monotonic() + 30
    while {wallet.address for wallet, *_ in PARTIES} - {one["account"] for one in me.call("GET", "/parties")}:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return running


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as opened:
        yield opened


def at_workspace(tab, stack, wallet, language):
    page = WalletTab(tab, wallet)
    tab.open(stack.url + "/workspace")
    page.click(f"[data-language={language}]")
    page.click("#sign-in")
    page.until("!!document.querySelector('#signed-in')")
    return page


def fill(page, name, value):
    """Type into the field of that name."""
    page.until(f"!!document.querySelector('[name={name}]')")
    page.run(f"{SET_SCRIPT}(document.querySelector('[name={name}]'), {value!r})")


def opens(page):
    page.until("!!document.querySelector('#found button.open:not([disabled])')")
    page.click("#found button.open")
    page.until("document.querySelector('.opened .seal')?.dataset.state === 'verified'")


def test_a_researcher_asks_finds_and_opens_on_a_phone(stack, tab):
    tab.read_page(PHONE)
    page = at_workspace(tab, stack, RESEARCHER, "ko")
    assert "urn:mydata-ledger:reader-key:sha256:" in page.shown[0], "the sign-in names the key of the page"
    page.reads("한연구소")
    page.reads("연구자")
    fill(page, "contact", "data@han.example")
    page.click("#save-stated")
    page.reads("저장했습니다", "#status")
    check_page(page, "workspace-self-ko")
    go(page, "/workspace/services")
    page.until("!!document.querySelector('.places a[href=\"/services/trials/\"]')")

    go(page, "/workspace/requests/new")
    page.reads("아직 필요한 것: 받는 사람, 데이터 항목", "#asking")
    fill(page, "person", "0x" + PERSON.signer.hex())
    page.run("document.querySelectorAll('#asking details').forEach((one) => (one.open = true))")
    press_ticks(page, "health.lab")
    fill(page, "benefit_ko", "결과 보고서")
    page.reads("한연구소(연구자", ".preview")
    page.reads("결과 보고서", ".preview")
    check_page(page, "workspace-new-ko")
    page.click("#send")
    page.until("!!document.querySelector('#request')")
    page.reads("답변 대기", "#request")
    page.reads("제공 혜택(영어)", "#request")
    check_page(page, "workspace-request-ko")

    me = Client(stack.url, PERSON).sign_in()
    (request,) = me.call("GET", "/me/requests")
    assert request["benefit_ko"] == "결과 보고서"
    assert [one["requester"] for one in me.call("GET", "/me/requests")] == [RESEARCHER.address]
    statement = me.consent(RESEARCHER.address, [GRANT | {"expires": int(time.time()) + DAY}])
    page.until("!document.querySelector('#request').innerText.includes('답변 대기')")
    me.wait_anchored("consents", statement["position"])

    go(page, "/workspace/search")
    page.click("#find")
    opens(page)
    check_page(page, "workspace-search-ko")
    go(page, "/workspace/receipts")
    page.until("document.querySelectorAll('#receipts li').length >= 2")
    check_page(page, "workspace-receipts-ko")
    (read,) = [one for one in me.call("GET", "/receipts") if one["message"]["recordId"] == stack.record]
    assert (read["message"]["requester"], read["message"]["permitted"]) == (RESEARCHER.address, True)


def test_after_a_reload_records_open_again_once_the_wallet_signed(stack, tab):
    me = Client(stack.url, SHY).sign_in()
    issued(stack, SHY.signer)
    statement = me.consent(INSURER.address, [GRANT | {"purposes": ["hl7:CLMATTCH"]}])
    me.wait_anchored("consents", statement["position"])
    tab.read_page(1280, dark=True)
    page = at_workspace(tab, stack, INSURER, "en")
    tab.run("window.isOld = true; location.reload()")
    page.until("!window.isOld && !!document.querySelector('#signed-in')")
    go(page, "/workspace/search")
    page.click("#find")
    page.until("!!document.querySelector('#found button.open[disabled]')")
    check_page(page, "workspace-reloaded-en")
    page.click("#name-key")
    opens(page)
    assert len(page.shown) == 2


def test_a_record_of_sixteen_megabytes_opens(stack, tab):
    issue(stack, LONG.signer, ("health.vitals", "text/plain", b"0123456789abcde\n" * 2**20))
    me = Client(stack.url, LONG).sign_in()
    statement = me.consent(INSURER.address, [GRANT | {"categories": ["health.vitals"], "purposes": ["hl7:CLMATTCH"]}])
    me.wait_anchored("consents", statement["position"])
    tab.read_page(PHONE)
    page = at_workspace(tab, stack, INSURER, "en")
    go(page, "/workspace/search")
    fill(page, "categories", "health.vitals")
    page.click("#find")
    opens(page)
    page.reads("Only the beginning is shown; the file has all of it.", ".opened")
    check_page(page, "workspace-long-en")


def test_nobody_sees_what_is_another_s_or_of_another_role(stack, tab):
    researcher = Client(stack.url, RESEARCHER).sign_in()
    notice = researcher.call("GET", "/notices")[0]["hash"]
    form = {"data_subject": "0x" + SHY.signer.hex(), "grants": [GRANT], "notice_hash": notice}
    theirs = researcher.call("POST", "/requests", json=form)["request_id"]
    tab.read_page(1280)
    page = at_workspace(tab, stack, INSURER, "en")
    assert "Reviews" not in page.text("#tabs")
    go(page, f"/workspace/requests/{theirs}")
    page.reads("Try again")
    assert SHY.signer.hex() not in page.text("body")
    for path in ("reviews", "operating", "issuing", "incidents"):
        go(page, f"/workspace/{path}")
        page.reads("This place is for")
    go(page, "/workspace/no-such-place")
    page.reads("There is no page at this address")
    check_page(page, "workspace-unknown-en")


def test_a_role_that_is_added_is_there_without_a_reload(stack, tab):
    wallet, key = Wallet(bytes([205]) * 32), envelope.generate_reader_key().public
    stack.register_party(wallet.address, "Both", ["insurer"], key)
    client, deadline = Client(stack.url, wallet).sign_in(), time.monotonic() + 30
    while wallet.address not in {one["account"] for one in client.call("GET", "/parties")}:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    page = at_workspace(tab, stack, wallet, "en")
    page.reads("insurer")
    assert "researcher" not in page.text()
    page.run("window.isSamePage = true")
    stack.register_party(wallet.address, "Both", ["insurer", "researcher"], key)
    page.reads("researcher")
    assert page.run("window.isSamePage")


def test_a_person_s_account_is_no_organisation(stack, tab):
    tab.read_page(320)
    page = at_workspace(tab, stack, SHY, "ko")
    page.reads("인증된 기관이 아닙니다")
    check_page(page, "workspace-person-ko")
    assert page.run("document.querySelector('#signed-in a.primary').pathname") == "/portal"
