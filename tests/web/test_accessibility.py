"""Accessibility of the pages: no violation that axe-core finds, and a withdrawal with the keyboard alone."""

import time

import pytest

from mydata_ledger.client import Client
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.stack import Stack
from tests.web.axe import faults, needs_axe
from tests.web.browser import chromium, require_chromium
from tests.web.study import DAY, TRIAL, accredit, issued, reads, requested, trial_of
from tests.web.wallets import WalletTab

require_chromium()
PERSON = Wallet(bytes([90]) * 32)
GRANT = {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"]}
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
LOOKS = pytest.mark.parametrize(
    ("language", "width", "dark"), [("ko", 1200, False), ("en", 360, True), ("ko", 360, True), ("en", 1200, False)]
)
WORDS = {
    "en": {"read": "Read it and decide", "narrow": "Allow less", "withdraw": "Withdraw"},
    "ko": {"read": "읽고 결정하기", "narrow": "일부만 허용", "withdraw": "철회"},
}


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """A stack with a person who got requests, granted one, refused the others, and whose data were read once."""
    with Stack(tmp_path_factory.mktemp("everybody") / "state", on_status=lambda _: None) as running:
        accredit(running)
        trial, me = trial_of(running), Client(running.url, PERSON).sign_in()
        record, until = issued(running, PERSON.signer), {"expires": int(time.time()) + 90 * DAY}
        statement = me.consent(TRIAL.address, [GRANT | until])
        me.consent("*", [GRANT | until | {"effect": "forbid", "purposes": ["hl7:HMARKT"]}])
        trial.wait_anchored("consents", statement["position"])
        reads(trial, record)
        notice = next(
            n["hash"] for n in trial.call("GET", "/notices") if (n["name"], n["language"]) == ("general", "en")
        )
        requested(trial, PERSON.signer, notice, "health.lab", "health.vitals")
        yield running


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as opened:
        yield opened


@needs_axe
@LOOKS
def test_nothing_is_wrong_with_any_page(stack, tab, language, width, dark):
    words, found = WORDS[language], {}
    tab.read_page(width, dark=dark)
    page = WalletTab(tab, PERSON)
    tab.open(stack.url + "/")
    tab.until("document.body.innerText.includes('Serving.')")
    found["status"] = faults(tab)
    tab.open(stack.url + "/portal")
    page.click(f"[data-language={language}]")
    page.run(OPEN_ALL)
    found["welcome"] = faults(tab)
    page.click("#sign-in")
    page.until("!!document.querySelector('#signed-in')")
    for view in ("inbox", "records", "requests", "consents", "timeline", "wishes"):
        page.click(f"#tab-{view}")
        page.until(
            f"document.querySelector('#{view}').childElementCount && !document.querySelector('#status').innerText"
        )
        found[view] = faults(tab)
    page.click("#tab-requests")
    page.press(words["read"], "#requests")
    page.until("!!document.querySelector('.notice')")
    page.run(OPEN_ALL)
    found["a request"] = faults(tab)
    page.press(words["narrow"], "#requests")
    page.until("!!document.querySelector('fieldset')")
    found["allowing less"] = faults(tab)
    page.click("#tab-consents")
    page.press(words["withdraw"], "#consents")
    page.until("!!document.querySelector('.says')")
    page.run(OPEN_ALL)
    found["a withdrawal"] = faults(tab)
    assert {where: wrong for where, wrong in found.items() if wrong} == {}
    assert page.run("document.documentElement.lang") == language


@needs_axe
def test_the_engine_finds_what_is_wrong(stack, tab):
    tab.open(stack.url + "/portal")
    tab.run("document.documentElement.removeAttribute('lang')")
    tab.run("document.getElementById('welcome').style.color = '#ccc'")
    assert set(faults(tab)) == {"html-has-lang", "color-contrast"}


def test_the_keyboard_alone_signs_in_and_withdraws(stack, tab):
    person = Wallet(bytes([91]) * 32)
    Client(stack.url, person).sign_in().consent(TRIAL.address, [GRANT])
    page = WalletTab(tab, person)
    tab.open(stack.url + "/portal")
    tab.press("Tab", 9)
    assert page.run("document.activeElement.hash") == "#page", "the first stop leads past the head of the page"
    assert page.run("document.activeElement.getBoundingClientRect().left") > 0, "and can be seen once it is there"
    goes_to(page, "English")
    tab.press("Enter", 13)
    goes_to(page, "Sign in with my wallet")
    tab.press("Enter", 13)
    page.until("document.activeElement.id === 'tab-inbox'")
    for view in ("records", "requests", "consents"):
        tab.press("ArrowRight", 39)
        page.until(f"document.activeElement.id === 'tab-{view}'")
    page.until("!!document.querySelector('#consents .danger')")
    goes_to(page, "Withdraw")
    tab.press("Enter", 13)
    page.until("document.activeElement.textContent === 'You would sign'")
    goes_to(page, "Back")
    tab.press("Enter", 13)
    page.until("document.activeElement.id === 'tab-consents'")
    goes_to(page, "Withdraw")
    tab.press("Enter", 13)
    page.until("document.activeElement.textContent === 'You would sign'")
    goes_to(page, "Withdraw")
    tab.press("Enter", 13)
    page.until("document.activeElement.textContent === 'Withdrawn. It denies from now on.'")
    assert page.shown[-1]["primaryType"] == "Revocation"


def local(page):
    return page.run("document.activeElement.textContent.trim()")


def goes_to(page, text):
    """Press Tab until the element has the focus; each stop is visible."""
    stops = []
    while local(page) != text:
        page.tab.press("Tab", 9)
        stops.append(local(page))
        assert len(stops) < 40, stops
        assert page.run("getComputedStyle(document.activeElement).outlineStyle") != "none", stops[-1]
