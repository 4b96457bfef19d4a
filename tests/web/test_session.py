"""The session of the portal in real Chromium: reload, addresses of pages, its end; a server that does not answer."""

import json

import pytest

from mydata_ledger.ledger.signers import Wallet
from testing.browser import chromium, require_chromium
from tests.web.passkey_tab import PasskeyTab
from tests.web.wallets import WalletTab

require_chromium()
SIGNED_IN, WELCOME = "!!document.querySelector('#signed-in')", "!!document.querySelector('#welcome')"
OPEN = "location.pathname + ' ' + document.querySelector('nav [aria-current]')?.id"


@pytest.fixture(scope="module")
def stack(running):
    return running


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as opened:
        yield opened


def reload(tab):
    """Load the page again, and wait until it is the new one."""
    tab.run("window.isOld = true; location.reload()")
    tab.until("!window.isOld && document.readyState === 'complete'")


def signed_in(tab, stack, language="en"):
    page = WalletTab(tab, Wallet(bytes([33]) * 32))
    tab.open(stack.url + "/portal/consents")
    page.click(f"[data-language={language}]")
    page.click("#sign-in")
    page.until(SIGNED_IN)
    return page


def test_a_reload_stays_signed_in_on_the_same_page_and_asks_the_wallet_for_nothing(stack, tab):
    page = signed_in(tab, stack, "ko")
    page.until(f"{OPEN} === '/portal/consents tab-consents'")
    signatures = len(page.shown)
    reload(tab)
    page.until(SIGNED_IN)
    page.until(f"{OPEN} === '/portal/consents tab-consents'")
    assert page.run("document.documentElement.lang") == "ko", "the chosen language stays"
    assert len(page.shown) == signatures
    assert page.run("document.cookie") == "", "no script reads the session"
    stored = page.run("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert json.loads(stored) == [{"mydata.language": "ko"}, {}]


def test_back_and_forward_go_through_the_pages(stack, tab):
    page = signed_in(tab, stack)
    for name in ("timeline", "more"):
        page.click(f"#tab-{name}")
        page.until(f"location.pathname === '/portal/{name}'")
    tab.run("history.back()")
    page.until("location.pathname === '/portal/timeline'")
    page.until("document.querySelector('nav [aria-current]').id === 'tab-timeline'")
    tab.run("history.forward()")
    page.until("document.querySelector('nav [aria-current]').id === 'tab-more'")


def test_after_signing_out_a_reload_shows_the_start(stack, tab):
    page = signed_in(tab, stack)
    page.click("#sign-out")
    page.until(WELCOME)
    reload(tab)
    page.until(WELCOME)
    assert page.run("fetch('/me/wishes').then((answer) => answer.status)") == 401


def test_a_session_that_ended_meanwhile_leads_to_signing_in_again(stack, tab):
    page = signed_in(tab, stack, "ko")
    page.click("#tab-requests")
    page.until(f"{OPEN} === '/portal/requests tab-requests'")
    page.run("fetch('/sessions', {method: 'DELETE'}).then((answer) => answer.status)")
    page.until(WELCOME)  # the stream of updates tells the page
    page.reads("로그인이 만료되었습니다.", "#problem")
    page.click("#sign-in")
    page.until(SIGNED_IN)
    page.until(f"{OPEN} === '/portal/requests tab-requests'")


def test_a_server_that_does_not_answer_has_a_sentence(stack, tab):
    page = signed_in(tab, stack)
    line = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    tab.send("Network.emulateNetworkConditions", offline=True, **line)
    page.click("#tab-requests")
    page.reads("The server does not answer.")
    tab.send("Network.emulateNetworkConditions", offline=False, **line)
    page.press("Try again")
    page.until("!document.querySelector('main').innerText.includes('The server does not answer.')")


def test_a_passkey_is_known_after_a_reload_without_a_touch(stack, tab):
    page = PasskeyTab(tab, derives=True)
    tab.open(stack.url + "/portal")
    page.click("[data-language=en]")
    page.click("#start")
    page.click("#passkey-new")
    page.until(SIGNED_IN)
    signer, touches = page.signer(), page.touches()
    reload(tab)
    page.until(SIGNED_IN)
    assert page.signer() == signer
    assert page.touches() == touches
