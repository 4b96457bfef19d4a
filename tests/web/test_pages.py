"""The pages that a newcomer sees, in real Chromium against the running stack."""

import contextlib
import re
import time

import httpx
import pytest

from mydata_ledger.ledger.receipt import LOGS
from mydata_ledger.scripts.stack import Stack
from tests.web.axe import faults, needs_axe
from tests.web.browser import chromium, require_chromium

require_chromium()
PAGES = ("/", "/status", "/privacy", "/no/such/page")
NAMES = r"MyData Ledger gateway|MyData Ledger|Hangang <b>Hospital</b>|a{90}|0x\w+|English|HTTP|mydata.*URL"
NAMES += r"|(?:health|trials): [a-z-]+"
"""Names and codes that are the same in every language."""
OVERFLOW = """[document.documentElement.scrollWidth, ...[...document.querySelectorAll("body *")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML.slice(0, 80))]"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with Stack(tmp_path_factory.mktemp("web") / "state", on_status=lambda _: None) as running:
        running.register_party("0x" + "11" * 20, "Hangang <b>Hospital</b>", ["holder", "hospital"], b"")
        running.register_party("0x" + "12" * 20, "a" * 90, ["enforcement-point"], b"")
        yield running


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def tab(browser):
    browser.read_page(1200)
    browser.requests.clear()
    browser.problems.clear()
    yield browser
    assert browser.problems == [], "nothing that a content security policy had to stop"


def opened(tab, stack, path, language="en"):
    """The text of a page in a browser of that language, once what it asks has come."""
    tab.send("Emulation.setUserAgentOverride", userAgent="Chromium", acceptLanguage=language)
    tab.open(stack.url + path)
    if path.partition("?")[0] == "/":
        tab.until(
            "!!document.querySelector('#operator code') && document.querySelectorAll('#contracts code').length === 3"
        )
    if path.partition("?")[0] == "/status":
        tab.until("document.querySelectorAll('#parties code').length >= 3 && !!document.querySelector('.log')")
    return re.sub(r"\s+", " ", tab.run("document.body.innerText"))


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_start_page_says_who_runs_the_ledger_and_which_contracts_hold_it(tab, stack, language):
    page = opened(tab, stack, "/", language)
    operator = next(one for one in httpx.get(stack.url + "/parties").json() if "operator" in one["roles"])
    assert operator["account"] in page
    contracts = [httpx.get(f"{stack.url}/log/{log}/heads").json()["contract"] for log in LOGS]
    assert [one for one in contracts if one not in page] == []
    assert {"en": "Chain 31337: a test chain", "ko": "체인 31337: 이 컴퓨터에서"}[language] in page
    assert tab.run("[...document.querySelectorAll('.door')].map((one) => one.pathname)") == ["/portal", "/verify"]


def test_the_status_page_shows_the_ledger_as_it_is(tab, stack):
    page = opened(tab, stack, "/status")
    assert "Serving. Chain 31337 followed to block" in page
    assert "Consents and withdrawals 0 all on chain" in page
    assert "MyData Ledger gateway collector holder operator" in page


def test_the_status_page_is_korean_for_a_korean_browser_and_can_be_switched(tab, stack):
    page = opened(tab, stack, "/status", "ko-KR")
    assert tab.run("document.documentElement.lang") == "ko"
    assert "정상입니다. 체인 31337의" in page
    assert "동의와 철회 0 모두 체인에 있음" in page
    assert "MyData Ledger gateway 수집자 데이터 보유 기관 운영자" in page
    words = re.sub(NAMES, "", page)
    assert not re.search(r"[A-Za-z]{3,}", words), "all else is Korean"
    tab.run("document.querySelector('.languages a[lang=en]').click()")
    tab.until("document.documentElement?.lang === 'en' && document.body?.innerText.includes('Serving.')")
    assert "Serving." in opened(tab, stack, "/status?language=en", "ko-KR")


def test_a_language_that_was_chosen_at_the_start_is_that_of_the_portal(tab, stack):
    opened(tab, stack, "/?language=ko")
    tab.open(stack.url + "/portal")
    tab.until("document.documentElement.lang === 'ko'")
    opened(tab, stack, "/?language=en", "ko")
    tab.open(stack.url + "/portal")
    tab.until("document.documentElement.lang === 'en'")
    tab.run("localStorage.clear()")


def test_a_party_s_name_is_text_and_never_markup(tab, stack):
    opened(tab, stack, "/status")
    assert "Hangang <b>Hospital</b>" in tab.run("document.getElementById('parties').innerText")
    assert tab.run("document.querySelectorAll('#parties b').length") == 0


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("width", [320, 390])
def test_nothing_scrolls_sideways_on_a_phone(tab, stack, language, width):
    for path in PAGES:
        tab.read_page(width)
        opened(tab, stack, path, language)
        assert tab.run(OVERFLOW) == [width], path


@needs_axe
@pytest.mark.parametrize(("language", "dark"), [("en", False), ("ko", True)])
def test_nothing_is_wrong_with_the_pages_for_anybody(tab, stack, language, dark):
    found = {}
    for path in PAGES:
        tab.read_page(390, dark=dark)
        opened(tab, stack, path, language)
        found[path] = faults(tab)
    assert found == {path: {} for path in PAGES}


WITHOUT_SCRIPT = {
    "/": ("nobody reads one of them without a consent", "서명한 동의 없이는 아무도"),
    "/privacy": ("One cookie", "쿠키는 하나"),
    "/no/such/page": ("no such address", "없는 주소"),
}


def test_start_privacy_and_unknown_paths_work_without_javascript(tab, stack):
    tab.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        for path, texts in WITHOUT_SCRIPT.items():
            for language, text in zip(("en", "ko"), texts, strict=True):
                tab.send("Emulation.setUserAgentOverride", userAgent="Chromium", acceptLanguage=language)
                tab.send("Page.navigate", url=stack.url + path)
                assert text in loaded_text(tab, text), path
    finally:
        tab.send("Emulation.setScriptExecutionDisabled", value=False)


def loaded_text(tab, text):
    """The HTML of a page in which no script runs, once it has that text."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with contextlib.suppress(AssertionError):  # the page is being replaced: its nodes are gone
            root = tab.send("DOM.getDocument", depth=0)["root"]["nodeId"]
            if text in (html := tab.send("DOM.getOuterHTML", nodeId=root)["outerHTML"]):
                return html
        time.sleep(0.1)
    raise TimeoutError(text)


def test_the_interface_is_described_without_calling_home(tab, stack):
    opened(tab, stack, "/docs")
    tab.until("document.querySelectorAll('.opblock-tag').length > 20")
    tab.run("document.querySelector('.opblock-tag').click()")
    tab.until("!!document.querySelector('.opblock-summary')")
    tab.run("document.querySelector('.opblock-summary button').click()")
    tab.until("!!document.querySelector('.opblock-body')")
    assert "trials service" in tab.run("document.body.innerText")
    assert f'base_url="{stack.url}"' in tab.run("document.getElementById('sign-in-program').textContent")
    sources = [url for url in tab.requests if not url.startswith((stack.url, "data:"))]
    assert sources == []
