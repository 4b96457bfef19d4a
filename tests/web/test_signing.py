"""What can go wrong between signing and the ledger: each has a sentence and a way on, and nothing is half signed."""

import pytest

from mydata_ledger.client import Client
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.stack import Stack
from tests.web.browser import chromium, require_chromium
from tests.web.study import TRIAL, accredit, requested, trial_of
from tests.web.wallets import WalletTab

require_chromium()
SIGN, READ, AGAIN = "Sign with my wallet", "Read it and decide", "Send it again"
OTHER_CHAIN = 1
GRANT = {"categories": ["health.lab"], "purposes": ["hl7:TREAT"], "actions": ["view"]}


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with Stack(tmp_path_factory.mktemp("signing") / "state", on_status=lambda _: None) as running:
        accredit(running)
        running.trial = trial_of(running)
        yield running


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as browser:
        yield browser


def reading(tab, stack, number):
    """A person who reads the draft of a request."""
    person = Wallet(bytes([number]) * 32)
    notices = stack.trial.call("GET", "/notices")
    notice = next(n["hash"] for n in notices if (n["name"], n["language"]) == ("general", "en"))
    requested(stack.trial, person.signer, notice, "health.lab")
    page = WalletTab(tab, person)
    tab.open(stack.url + "/portal")
    page.click("[data-language=en]")
    page.click("#sign-in")
    page.until("!!document.querySelector('#signed-in')")
    page.click("#tab-requests")
    page.press(READ)
    page.until("!!document.querySelector('.says')")
    return page


def trouble(page, text):
    page.until(f"document.querySelector('#problem').innerText.includes({text!r})")


def signatures(page):
    return len([one for one in page.shown if isinstance(one, dict)])


def is_on_chain(page):
    page.until("document.querySelectorAll('.sending .done').length === 3")


def consents(stack, page):
    return Client(stack.url, page.wallet).sign_in().call("GET", "/consents")


def test_a_wallet_on_another_chain_is_switched(stack, tab):
    page = reading(tab, stack, 130)
    page.chain = OTHER_CHAIN
    before = len(page.shown)
    page.press(SIGN)
    trouble(page, "Your wallet is on chain 1, and this ledger is on chain 31337. Nothing was signed.")
    assert len(page.shown) == before, "not even for the secret"
    page.chains = set()
    page.press("Switch my wallet to chain 31337")
    trouble(page, "Your wallet does not know chain 31337.")
    page.chains = {31337}
    page.press(SIGN)
    page.press("Switch my wallet to chain 31337")
    page.until("document.getElementById('problem').hidden")
    page.press(SIGN)
    is_on_chain(page)


def test_a_session_that_ends_while_the_wallet_signs_costs_nothing(stack, tab):
    page = reading(tab, stack, 131)
    page.meanwhile = lambda: tab.run("fetch('/sessions', { method: 'DELETE' }).then(() => 0)")
    page.press(SIGN)
    trouble(page, "Your session ended while you signed.")
    page.until("!!document.querySelector('#welcome') && !!document.querySelector('.sending')")
    assert consents(stack, page) == [], "nothing arrived"
    page.click("#sign-in")
    page.until("!!document.querySelector('#signed-in')")
    page.press(AGAIN)
    is_on_chain(page)
    assert signatures(page) == 1, "it was signed once"
    assert len(consents(stack, page)) == 1


def test_a_session_that_ended_before_signing_signs_nothing(stack, tab):
    page = reading(tab, stack, 132)
    tab.run("fetch('/sessions', { method: 'DELETE' }).then(() => 0)")
    page.press(SIGN)
    trouble(page, "Your session is over. Sign in again; nothing is lost.")
    page.until("!!document.querySelector('#welcome') && !document.querySelector('.sending')")
    assert signatures(page) == 0


def test_another_account_may_not_send_what_somebody_signed(stack, tab):
    page = reading(tab, stack, 133)
    page.meanwhile = lambda: tab.run("fetch('/sessions', { method: 'DELETE' }).then(() => 0)")
    page.press(SIGN)
    page.until("!!document.querySelector('#welcome') && !!document.querySelector('.sending')")
    page.wallet = Wallet(bytes([134]) * 32)
    page.click("#sign-in")
    page.until("!!document.querySelector('#signed-in')")
    assert page.run("!document.querySelector('.sending')")


def test_two_tabs_sign_and_the_second_one_learns_it(stack, tab):
    page = reading(tab, stack, 135)
    other = Client(stack.url, page.wallet).sign_in()
    page.meanwhile = lambda: other.consent(TRIAL.address, [GRANT])
    page.press(SIGN)
    trouble(page, "Meanwhile something newer was signed or answered, in another tab or on another device.")
    assert page.run("!document.querySelector('.sending')"), "nothing is kept that could be sent"
    (only,) = consents(stack, page)
    assert only["grants"][0]["purposes"] == ["hl7:TREAT"]
    page.click("#problem a")
    page.until("document.querySelectorAll('#consents .consent').length === 1")
    assert page.run("location.pathname") == "/portal/consents"


def test_a_tab_that_is_closed_while_the_wallet_signs_leaves_the_request_open(stack, tab):
    page = reading(tab, stack, 140)
    page.meanwhile = lambda: tab.open("about:blank")
    page.press(SIGN)
    with pytest.raises(AssertionError, match="walletAnswers"):  # nobody is there to take the signature
        page.until("false")
    me = Client(stack.url, page.wallet).sign_in()
    assert (me.call("GET", "/consents"), me.call("GET", "/me/requests")[0]["state"]) == ([], "requested")
    tab.open(stack.url + "/portal/requests")
    page.press(READ)
    page.press(SIGN)
    is_on_chain(page)
    assert me.call("GET", "/me/requests")[0]["state"] == "granted"


def test_a_server_that_dies_before_the_signature_arrives_gets_it_later(stack, tab):
    page = reading(tab, stack, 136)
    page.meanwhile = stack.kill_api
    try:
        page.press(SIGN)
        trouble(page, "The server does not answer. Your signature is kept on this page")
        page.press(AGAIN)
        trouble(page, "The server does not answer. Your signature is kept on this page")
        assert page.run("document.querySelectorAll('.sending').length") == 1
    finally:
        stack.start_api()
    page.press(AGAIN)
    is_on_chain(page)
    assert signatures(page) == 1, "it was signed once"
    assert [one["status"] for one in consents(stack, page)] == ["active"]


def test_a_signature_that_arrived_without_an_answer_is_taken_once(stack, tab):
    """The answer is lost, and the page sends it again."""
    page = reading(tab, stack, 137)
    page.run(
        "(() => { const honest = window.fetch; window.fetch = async (path, form) => {"
        " const answer = await honest(path, form); if (path !== '/consents' || form.method !== 'POST') return answer;"
        " window.fetch = honest; throw new TypeError('Failed to fetch'); }; })()"
    )
    page.press(SIGN)
    trouble(page, "may not have arrived")
    assert len(consents(stack, page)) == 1
    page.press(AGAIN)
    is_on_chain(page)
    assert len(consents(stack, page)) == 1


def test_a_withdrawal_that_could_not_be_sent_is_sent_again(stack, tab):
    person = Wallet(bytes([138]) * 32)
    Client(stack.url, person).sign_in().consent(TRIAL.address, [GRANT])
    page = WalletTab(tab, person)
    tab.open(stack.url + "/portal")
    page.click("[data-language=en]")
    page.click("#sign-in")
    page.click("#tab-consents")
    page.press("Withdraw", "#consents")
    page.until("!!document.querySelector('.says')")
    page.meanwhile = stack.kill_api
    try:
        page.press("Withdraw", "#consents")
        trouble(page, "The server does not answer. Your signature is kept on this page")
    finally:
        stack.start_api()
    page.press(AGAIN)
    page.until("document.querySelectorAll('.sending .done').length === 2")
    assert [one["status"] for one in consents(stack, page)] == ["revoked"]
    assert signatures(page) == 1


def test_signing_out_warns_of_a_signature_that_did_not_arrive(stack, tab):
    page = reading(tab, stack, 139)
    page.meanwhile = stack.kill_api
    try:
        page.press(SIGN)
        trouble(page, "Your signature is kept on this page")
    finally:
        stack.start_api()
    page.press("Sign out")
    trouble(page, "A signature has not arrived yet")
    page.press("Sign out")
    page.until("!!document.querySelector('#welcome')")
    assert page.run("!document.querySelector('.sending')")
    assert consents(stack, page) == []
