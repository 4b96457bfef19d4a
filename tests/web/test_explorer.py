"""The explorer and the status page's charts in real Chromium: honest answers hold, forged ones show as failures."""

import re
import time
from base64 import b64decode
from pathlib import Path

import httpx
import pytest

from mydata_ledger.client import Client
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.signers import Wallet
from tests.web.axe import faults, needs_axe
from tests.web.browser import chromium, require_chromium
from tests.web.own_pages import SHOTS
from tests.web.study import LAYERS as STUDY
from tests.web.study import TRIAL, issued, reads, trial_of
from tests.web.test_pages import OVERFLOW, loaded_text

require_chromium()
ME, HONEST, COPYCAT = (Wallet(bytes([number]) * 32) for number in (121, 132, 133))
LAYERS = {language: [f"{one} (2)" for one in texts] for language, texts in STUDY.items()}
NAME, COPIED_NAME = "Halla Pharmacy", "H\u0430ll\u0430 Pharmacy"
"""The name of a merchant, and one with two Cyrillic letters."""
PAGES = (
    "/status",
    "/explorer",
    "/explorer/records",
    "/explorer/access",
    "/explorer/parties",
    "/explorer/terms",
    "/explorer/notices",
)
QUIET = "!document.querySelector('.waiting') && !document.querySelector('[aria-busy=true]')"
LIE = """
((match, change) => {
  const asked = window.fetch;
  window.fetch = async (path, options) => {
    const response = await asked(path, options);
    if (!match.test(`${path} ${options?.body ?? ""}`)) return response;
    if (!String(response.headers.get("content-type")).includes("json")) {
      const bytes = new Uint8Array(await response.arrayBuffer());
      return new Response(change(bytes), { headers: response.headers });
    }
    return Response.json(change(await response.json()), { status: response.status });
  };
})
"""


@pytest.fixture(scope="module")
def stack(running):
    """A ledger whose logs grew in several heads."""
    for wallet, name in ((HONEST, NAME), (COPYCAT, COPIED_NAME)):
        running.register_party(wallet.address, name, ["merchant"], envelope.generate_reader_key().public)
    trial = trial_of(running)
    trial.call("POST", "/notices", json={"name": "KCT0008792", "layers": LAYERS, "compatible": True})
    for number in range(3):
        issued(running, Wallet(bytes([123 + number]) * 32).signer)
    consented(running)
    questions(running)
    return running


def consented(stack):
    me = Client(stack.url, ME).sign_in()
    grant = {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"]}
    given = me.consent(TRIAL.address, [grant | {"expires": int(time.time()) + 90 * 86_400}])
    me.wait_anchored("consents", given["position"])


def questions(stack):
    """Questions that are refused: each leaves a receipt."""
    trial = Client(stack.url, TRIAL).sign_in()
    for number in range(2):
        assert not reads(trial, "0x" + f"{number:064x}")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def tab(browser):
    browser.read_page(1280)
    browser.problems.clear()
    yield browser
    assert browser.problems == [], "nothing that a content security policy had to stop"


def opened(tab, stack, path, language="en"):
    """The text of a page once all it asks has come."""
    tab.open(f"{stack.url}{path}?language={language}")
    place = "charts" if path == "/status" else "explorer"
    tab.until(f"!!document.querySelector('#{place} section') && {QUIET}")
    if path == "/status":
        tab.until(
            "document.querySelectorAll('#charts canvas').length >= 5 && !!document.querySelector('#parties code')"
        )
    return text_of(tab)


def text_of(tab, selector="body"):
    return re.sub(r"\s+", " ", tab.run(f"document.querySelector({selector!r}).innerText"))


def lies(tab, match, change):
    """From the next page on, until `ends`, an answer of the server or of its node is changed before the page has it."""
    source = f"({LIE})({match}, {change})"
    return tab.send("Page.addScriptToEvaluateOnNewDocument", source=source)["identifier"]


def marks(tab, selector):
    """What each finding says of itself to a screen reader: holds, does not hold, cannot be decided now."""
    texts = f"[...document.querySelectorAll('{selector} .findings .visually-hidden')].map((one) => one.textContent)"
    return [text.rstrip(": ") for text in tab.run(texts)]


def check(tab, form):
    tab.run(f"document.querySelector('#{form} button').click()")
    tab.until(f"!!document.querySelector('#{form} .findings li') && {QUIET}")
    return text_of(tab, f"#{form} .result")


def test_an_honest_ledger_holds_in_every_check(tab, stack):
    page = opened(tab, stack, "/explorer/records")
    heads = httpx.get(f"{stack.url}/log/records/heads").json()
    assert heads["contract"] in page
    assert marks(tab, "#on-chain") == ["holds", "holds"]
    size = heads["anchored"]["size"]
    assert f"The contract holds the head of {size} entries, since" in page
    tab.type("#entry input", "1")
    found = check(tab, "entry")
    assert f"Entry 1 is in the log of {size} entries whose root the contract holds since" in found
    assert set(marks(tab, "#entry")) == {"holds"}
    block, transaction = re.search(r"written in block (\d+) by transaction (0x[0-9a-f]{64})", found).groups()
    receipt = {"jsonrpc": "2.0", "id": 1, "method": "eth_getTransactionReceipt", "params": [transaction]}
    mined = httpx.post(stack.rpc_url, json=receipt).json()["result"]
    assert (int(mined["blockNumber"], 16), mined["to"].lower()) == (int(block), heads["contract"].lower())
    assert re.search(rf"log of {size} entries begins with the log of \d+: nothing", check(tab, "continuity"))
    assert marks(tab, "#continuity") == ["holds"] * 3
    tab.run("document.querySelector('table.wide button').click()")
    tab.until("!!document.querySelector('table.wide .findings')")
    assert marks(tab, "table.wide") == ["holds", "holds"]


def test_korean_findings_and_a_position_that_is_not_there(tab, stack):
    opened(tab, stack, "/explorer/records", "ko")
    tab.type("#entry input", "99999")
    assert "99999번 위치에는 아무것도 없습니다" in check(tab, "entry")
    assert marks(tab, "#entry") == ["지금은 판단할 수 없음"]
    tab.type("#entry input", "0")
    assert "0번 항목은" in check(tab, "entry")
    assert set(marks(tab, "#entry")) == {"맞음"}


ANOTHER = "'0x' + '13'.repeat(32)"
FORGED = {
    "an entry": (r"/tile\/entries/", "(bytes) => bytes.fill(7, 2)", "entry"),
    "an inclusion proof": (r"/proof\/inclusion/", f"(one) => ({{ hashes: one.hashes.map(() => {ANOTHER}) }})", "entry"),
    "a shorter proof": (r"/proof\/inclusion/", "(one) => ({ hashes: one.hashes.slice(1) })", "entry"),
    "no proof": (r"/proof\/inclusion/", "() => ({})", "entry"),
    "the root of the head": (
        r"/records\/heads/",
        f"(one) => {{ one.anchored.root = {ANOTHER}; return one; }}",
        "entry",
    ),
    "a consistency proof": (
        r"/proof\/consistency/",
        f"(one) => ({{ hashes: one.hashes.map(() => {ANOTHER}) }})",
        "continuity",
    ),
    "a root of the past": (
        r"/records\/history/",
        f"(one) => {{ for (const head of one.heads) head.root = {ANOTHER}; return one; }}",
        "continuity",
    ),
    "what the contract holds": (
        r"/verify\/node.*eth_call/",
        "(one) => ({ ...one, result: '0x' + '0'.repeat(128) })",
        "entry",
    ),
}


@pytest.mark.parametrize("what", FORGED)
def test_what_is_forged_shows_as_a_failure(tab, stack, what):
    match, change, form = FORGED[what]
    script = lies(tab, match, change)
    try:
        opened(tab, stack, "/explorer/records")
        tab.type("#entry input", "1")
        found = check(tab, form)
        assert "does not hold" in marks(tab, f"#{form}"), found
        assert "Entry 1 is in the log" not in found
    finally:
        tab.send("Page.removeScriptToEvaluateOnNewDocument", identifier=script)


def test_a_log_that_was_cut_or_changed_after_the_chain_had_it_shows_at_once(tab, stack):
    for change in (
        "(one) => { one.accepted.size = 1; return one; }",
        f"(one) => {{ one.accepted.root = {ANOTHER}; return one; }}",
    ):
        script = lies(tab, r"/records\/heads/", change)
        opened(tab, stack, "/explorer/records")
        assert marks(tab, "#on-chain")[-1] == "does not hold"
        tab.send("Page.removeScriptToEvaluateOnNewDocument", identifier=script)


def test_without_the_chain_nothing_is_called_checked(tab, stack):
    script = lies(tab, r"/verify\/node/", "() => ({ own: false })")
    opened(tab, stack, "/explorer/records")
    assert marks(tab, "#on-chain") == ["cannot be decided now"]
    tab.type("#entry input", "0")
    assert "this is what the server says and nothing more" in check(tab, "entry")
    tab.send("Page.removeScriptToEvaluateOnNewDocument", identifier=script)


def test_the_status_page_has_charts_with_a_table_behind_each(tab, stack):
    page = opened(tab, stack, "/status")
    assert tab.run("document.querySelectorAll('#charts figure').length") == 5
    assert tab.run("[...document.querySelectorAll('#charts figure')].every((one) => !!one.querySelector('table'))")
    tab.run("document.querySelectorAll('#charts figure details').forEach((one) => { one.open = true; })")
    sizes = "[...document.querySelectorAll('#charts figure')][1].querySelectorAll('tbody tr')"
    rows = tab.run(f"[...{sizes}].map((one) => one.lastChild.textContent)")
    assert int(rows[-1]) == httpx.get(f"{stack.url}/log/records/heads").json()["anchored"]["size"]
    assert [int(one) for one in rows] == sorted(map(int, rows))
    assert re.search(r"Database answered in \d+ ms", page)
    assert "Chain 31337, answers" in page


def test_a_name_that_looks_like_another_s_is_marked_on_both(tab, stack):
    page = opened(tab, stack, "/explorer/parties")
    assert f"Looks like {NAME} ({HONEST.address})" in page
    assert f"Looks like {COPIED_NAME} ({COPYCAT.address})" in page
    marked = "[...document.querySelectorAll('.parties li')].filter((one) => one.querySelector('.warning')"
    names = tab.run(f"{marked}).map((one) => one.querySelector('h3').textContent)")
    assert {NAME, COPIED_NAME} <= set(names)
    assert "Seoul <i>Trial</i>" in page
    assert "Seoul <i>Trial</i>" not in names


@pytest.mark.parametrize(("language", "lab", "purpose"), [("en", "Laboratory", "Clinical"), ("ko", "검사", "임상시험")])
def test_terms_and_notices_are_pages_in_both_languages(tab, stack, language, lab, purpose):
    opened(tab, stack, "/explorer/terms", language)
    tab.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    terms = text_of(tab)
    assert [word for word in ("health.lab", "hl7:CLINTRCH", lab, purpose) if word not in terms] == []
    assert tab.run("!!document.getElementById('health').querySelector(\"[id='health.lab']\")"), "a tree"
    tab.run("document.querySelector('input[type=search]').focus()")
    tab.send("Input.insertText", text="health.lab")
    tab.until("![...document.querySelectorAll('.tree')][0].querySelector('details')")
    found = tab.run("[...document.querySelectorAll('.tree')][0].querySelectorAll('li').length")
    assert 0 < found < 20
    opened(tab, stack, "/explorer/notices", language)
    notice = next(
        one
        for one in httpx.get(stack.url + "/notices").json()
        if one["name"].endswith("KCT0008792") and one["language"] == language
    )
    assert notice["hash"] in text_of(tab)
    page = opened(tab, stack, f"/explorer/notices/{notice['hash']}", language)
    assert all(layer in page for layer in LAYERS[language])
    assert marks(tab, "#explorer") == [{"en": "holds", "ko": "맞음"}[language]]


def test_the_text_of_another_notice_under_a_digest_is_found_out(tab, stack):
    notice = httpx.get(stack.url + "/notices").json()[0]
    script = lies(tab, r"/notices\/0x/", "(one) => ({ ...one, text: one.text + '.' })")
    opened(tab, stack, f"/explorer/notices/{notice['hash']}")
    assert marks(tab, "#explorer") == ["does not hold"]
    tab.send("Page.removeScriptToEvaluateOnNewDocument", identifier=script)
    tab.open(f"{stack.url}/explorer/notices/0x{'0' * 64}?language=en")
    tab.until("document.body.innerText.includes('No notice has this digest.')")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_nothing_scrolls_sideways(tab, stack, language):
    for path in PAGES:
        tab.read_page(320)
        opened(tab, stack, path, language)
        assert tab.run(OVERFLOW) == [320], path


@needs_axe
@pytest.mark.parametrize(("language", "dark", "width"), [("en", False, 1280), ("ko", True, 390)])
def test_nothing_is_wrong_with_the_pages_for_anybody(tab, stack, language, dark, width):
    found = {}
    for path in PAGES:
        tab.read_page(width, dark=dark)
        opened(tab, stack, path, language)
        found[path] = faults(tab)
    assert found == {path: {} for path in PAGES}


def test_without_javascript_the_raw_values_are_linked(tab, stack):
    tab.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        for path in ("/status", "/explorer/records"):
            tab.send("Page.navigate", url=f"{stack.url}{path}?language=en")
            assert 'href="/log/' in loaded_text(tab, "need")
    finally:
        tab.send("Emulation.setScriptExecutionDisabled", value=False)


@pytest.mark.skipif(not SHOTS, reason="SCREENSHOTS names a folder for people who look at the pages")
@pytest.mark.parametrize("width", [390, 1280])
def test_screenshots_for_people_who_look_at_them(tab, stack, width):
    for language in ("en", "ko"):
        for path in PAGES:
            tab.read_page(width)
            opened(tab, stack, path, language)
            shot = tab.send("Page.captureScreenshot", captureBeyondViewport=True)["data"]
            name = f"{path.strip('/').replace('/', '-')}-{language}-{width}.png"
            (Path(SHOTS) / name).write_bytes(b64decode(shot))
