"""Every page of the portal in four settings: nothing that axe-core finds, and nothing wider than the screen; and the
keyboard alone.
"""

import time

import pytest

from mydata_ledger.client import Client
from mydata_ledger.ledger.signers import Wallet
from testing.browser import chromium, require_chromium
from tests.web.axe import faults, needs_axe
from tests.web.own_pages import check_page, go, with_wallet
from tests.web.study import DAY, TRIAL, issued, reads, requested, trial_of
from tests.web.wallets import WalletTab

require_chromium()
PERSON = Wallet(bytes([90]) * 32)
GRANT = {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"]}
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
SETTINGS = pytest.mark.parametrize(
    ("language", "width", "dark"), [("ko", 1280, False), ("en", 320, True), ("ko", 390, True), ("en", 1280, False)]
)
PAGES = (
    *("", "inbox", "records", "requests", "consents", "timeline", "more", "wishes", "links", "export", "erase"),
    *("delegates", "devices", "notifications", "hospitals", "kept", "profile-consent", "declare", "nowhere"),
)
WORDS = {
    "en": {"read": "Read it and decide", "narrow": "Allow less", "withdraw": "Withdraw"},
    "ko": {"read": "읽고 결정하기", "narrow": "일부만 허용", "withdraw": "철회"},
}


@pytest.fixture(scope="module")
def stack(running):
    """A stack with a person who got requests, granted one, refused the others, and whose data were read once."""
    trial, me = trial_of(running), Client(running.url, PERSON).sign_in()
    record, until = issued(running, PERSON.signer), {"expires": int(time.time()) + 90 * DAY}
    statement = me.consent(TRIAL.address, [GRANT | until])
    me.consent("*", [GRANT | until | {"effect": "forbid", "purposes": ["hl7:HMARKT"]}])
    trial.wait_anchored("consents", statement["position"])
    reads(trial, record)
    notice = next(n["hash"] for n in trial.call("GET", "/notices") if (n["name"], n["language"]) == ("general", "en"))
    requested(trial, PERSON.signer, notice, "health.lab", "health.vitals")
    return running


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as opened:
        yield opened


@needs_axe
@SETTINGS
def test_nothing_is_wrong_with_any_page(stack, tab, language, width, dark):
    words, name = WORDS[language], f"{language}-{width}{'-dark' * dark}"
    tab.read_page(width, dark=dark)
    tab.open(stack.url + "/portal")
    tab.run(f"document.querySelector('[data-language={language}]').click()")
    tab.run(OPEN_ALL)
    assert faults(tab) == {}
    page = with_wallet(tab, stack, PERSON, language, "/portal")
    for path in PAGES:
        go(page, f"/portal/{path}".rstrip("/"))
        page.run(OPEN_ALL)
        check_page(page, f"page-{path or 'overview'}-{name}")
    go(page, "/portal/requests")
    page.press(words["read"], "#requests")
    page.until("!!document.querySelector('.notice')")
    page.run(OPEN_ALL)
    check_page(page, f"page-request-{name}")
    page.press(words["narrow"], "#requests")
    page.until("!!document.querySelector('fieldset')")
    check_page(page, f"page-less-{name}")
    go(page, "/portal/consents")
    page.press(words["withdraw"], "#consents")
    page.until("!!document.querySelector('.says')")
    page.run(OPEN_ALL)
    check_page(page, f"page-withdrawal-{name}")
    assert page.run("document.documentElement.lang") == language


@needs_axe
def test_the_engine_finds_what_is_wrong(stack, tab):
    tab.open(stack.url + "/portal")
    tab.until("!!document.querySelector('#welcome')")
    tab.run("document.documentElement.removeAttribute('lang')")
    tab.run("document.getElementById('welcome').style.color = '#ccc'")
    assert {"html-has-lang", "color-contrast"} <= set(faults(tab))


def test_the_keyboard_alone_signs_in_and_withdraws(stack, tab):
    person = Wallet(bytes([91]) * 32)
    Client(stack.url, person).sign_in().consent(TRIAL.address, [GRANT])
    page = WalletTab(tab, person)
    tab.open(stack.url + "/portal")
    tab.until("!!document.querySelector('#welcome')")
    tab.press("Tab", 9)
    assert page.run("document.activeElement.hash") == "#page", "the first stop leads past the head of the page"
    assert page.run("document.activeElement.getBoundingClientRect().left") > 0, "and can be seen once it is there"
    goes_to(page, "English")
    tab.press("Enter", 13)
    goes_to(page, "I have a wallet")
    tab.press("Enter", 13)
    goes_to(page, "Sign in with my wallet")
    tab.press("Enter", 13)
    page.until("!!document.querySelector('#signed-in') && document.activeElement.id === 'page'")
    goes_to(page, "Consents")
    tab.press("Enter", 13)
    page.until("location.pathname === '/portal/consents' && document.activeElement.id === 'page'")
    page.until("!!document.querySelector('#consents .danger')")
    for answer in ("Back", "Withdraw"):
        goes_to(page, "Withdraw")
        tab.press("Enter", 13)
        page.until("document.activeElement.textContent === 'You would sign'")
        goes_to(page, answer)
        tab.press("Enter", 13)
    page.reads("Withdrawn.")
    assert page.shown[-1]["primaryType"] == "Revocation"


def local(page):
    return page.run("document.activeElement.textContent.trim()")


def goes_to(page, text):
    """Press Tab until the element has the focus; each stop is visible."""
    stops = []
    while local(page) != text:
        page.tab.press("Tab", 9)
        stops.append(local(page))
        assert len(stops) < 60, stops
        assert page.run("getComputedStyle(document.activeElement).outlineStyle") != "none", stops[-1]
