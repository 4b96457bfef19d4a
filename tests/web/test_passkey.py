"""A person with a passkey on their own page, in real Chromium with its virtual authenticator, in both languages."""

import json
import time
from dataclasses import dataclass

import pytest

from mydata_ledger.anchors.chain import Chain
from mydata_ledger.client import Client
from mydata_ledger.ledger import wording
from mydata_ledger.ledger.commitment.entry import lock_of
from mydata_ledger.scripts.listening import bound
from mydata_ledger.scripts.settings import secret
from tests.web.browser import chromium, require_chromium
from tests.web.modules import load
from tests.web.passkey_tab import PasskeyTab
from tests.web.study import LAYERS, issued, reads, requested, trial_of

require_chromium()
WORDS = {
    "en": {
        "make": "Make my passkey",
        "read": "Read it and decide",
        "sign": "Sign with my passkey",
        "consented": "granted",
        "less": "Allow less",
        "show": "Show what I would sign",
        "withdraw": "Withdraw",
        "ends": "Withdraws your consent to Seoul <i>Trial</i>, from now on.",
        "withdrawn": "Withdrawn. It denies from now on.",
        "cancelled": "Nothing was signed: the passkey's prompt was closed",
        "forget": "Forget it in this browser",
        "forged": "asked your passkey to sign something else",
        "changed": "does not say what you were shown",
        "sentence": "sentence for signing in is not one for this site",
        "out": "Sign out",
        "unsaved": "A file is not saved yet",
    },
    "ko": {
        "make": "내 패스키 만들기",
        "read": "읽고 결정하기",
        "sign": "패스키로 서명",
        "consented": "동의함",
        "less": "범위 줄이기",
        "show": "서명할 내용 보기",
        "withdraw": "철회",
        "ends": "Seoul <i>Trial</i>에 대한 동의를 지금부터 철회합니다.",
        "withdrawn": "철회했습니다. 이제부터 이 기관은 열람할 수 없습니다.",
        "cancelled": "서명하지 않았습니다. 패스키 창이 닫혔거나",
        "forget": "이 브라우저에서 지우기",
        "forged": "여기 보이는 것과 다른 내용에 서명하도록",
        "changed": "보여 드렸거나 요청하신 내용과 다릅니다",
        "sentence": "로그인 문장이 이 사이트와 내 패스키의 것이 아닙니다",
        "out": "로그아웃",
        "unsaved": "아직 저장하지 않은 파일",
    },
}
NEWEST = """(async () => {
  const read = async (path) => (await fetch(path)).json();
  return read(`/consents/${(await read('/consents')).at(-1).entry}/copy`);
})()"""
IPV6 = len(bound(0)) == 2
BOTH = pytest.mark.parametrize("language", ["ko", "en"])


@pytest.fixture(scope="module")
def stack(running):
    return running


@dataclass
class Study:
    """The trial that requests consent, and the notice it uses."""

    trial: Client
    notice: str

    def ask(self, signer):
        """Request consent for two categories, and return the request's id."""
        return requested(self.trial, signer, self.notice, "health.lab", "health.vitals")


@pytest.fixture(scope="module")
def study(stack):
    trial, form = trial_of(stack), {"name": "passkeys", "layers": LAYERS, "compatible": True}
    return Study(trial, next(n["hash"] for n in trial.call("POST", "/notices", json=form) if n["language"] == "en"))


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as opened:
        yield opened


def opened(tab, stack, language, *, derives=True):
    page = PasskeyTab(tab, derives=derives)
    tab.open(stack.url + "/portal")
    page.click(f"[data-language={language}]")
    return page


def joined(page, words):
    page.click("#start")
    page.press(words["make"])
    page.until("!!document.querySelector('#signed-in')")
    return page.signer()


def reading(page, words):
    page.click("#tab-requests")
    page.press(words["read"])
    page.until("!!document.querySelector('.notice')")


def trouble(page):
    page.until("!document.getElementById('problem').hidden")
    return page.text("#problem")


def has_mark(stack, document):
    """Whether the chain holds the withdrawal of that consent."""
    chain = Chain(stack.rpc_url, stack.deployment, secret(stack.state, "sequencer"))
    deadline = time.monotonic() + 20
    while not (at_time := chain.revoked_at([bytes.fromhex(document["lock"][2:])])[0]):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return at_time > 0


@BOTH
def test_a_passkey_signs_in_reads_signs_narrows_and_withdraws(stack, study, tab, tmp_path, language):
    """In Korean with a passkey that derives secrets; in English with one that cannot: the person keeps a file."""
    words, derives = WORDS[language], language == "ko"
    tab.send("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    page = opened(tab, stack, language, derives=derives)
    signer = joined(page, words)
    assert (signer[:20], len(signer)) == (bytes.fromhex(stack.deployment.passkeys[2:]), 84)
    record, request = issued(stack, signer), study.ask(signer)

    reading(page, words)
    assert LAYERS[language][0] in page.text()
    assert "Seoul <i>Trial</i>" in page.text(".says"), "a party's name is text, never markup"
    before = page.touches()
    page.press(words["sign"])
    page.until("!document.querySelector('#requests .notice')")
    page.reads(words["consented"], "#requests")
    assert page.touches() == before + 1
    assert study.trial.call("GET", f"/requests/{request}")["state"] == "granted"

    page.click("#tab-consents")
    page.press(words["less"], "#consents")
    page.click("input[value='health.vitals']")
    page.click("input[value=copy]")
    page.press(words["show"], "#consents")
    page.press(words["sign"], "#consents")
    page.until("!!document.querySelector('#consents > details')")
    assert page.run("document.querySelectorAll('#keeping .card').length") == (0 if derives else 2)
    deadline = time.monotonic() + 20
    while not reads(study.trial, record):
        assert time.monotonic() < deadline

    if not derives:
        page.press(words["out"])
        assert words["unsaved"] in trouble(page)
        page.click("#keeping .card:last-child .primary")
    page.press(words["out"])
    page.until("!!document.querySelector('#welcome')")
    if derives:
        page.press(words["forget"])
    page.click("#passkey-in")
    page.until("!!document.querySelector('#signed-in')")
    assert page.signer() == signer, "known again, remembered or not"

    page.until("!!document.querySelector('#consents .danger')")
    page.press(words["withdraw"], "#consents")
    page.reads(words["ends"], "#consents .says")
    if not derives:
        tab.choose("input[type=file]", _saved(tmp_path))
    page.press(words["withdraw"], "#consents")
    page.reads(words["withdrawn"], "#consents")
    assert not reads(study.trial, record)
    document = page.run(NEWEST)
    assert has_mark(stack, document), "the secret opened the lock on the chain too"
    assert document["message"]["grants"][0]["categories"] == ["health.lab"]
    assert tab.problems == [], "neither errors nor anything the content policy had to stop"


def _saved(folder):
    deadline = time.monotonic() + 20
    while not (files := sorted(folder.glob("withdraw-*.json"))):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    statement = json.loads(files[-1].read_bytes())
    assert lock_of(bytes.fromhex(statement["secret"][2:])).hex() == statement["lock"][2:]
    return files[-1]


FORGE_SCRIPT = [
    ('("digest": ?"0x)..', "$1" + "00", "forged"),
    ('"health.lab"', '"health.genetic"', "forged"),
    ('"signer": ?"0x', '"signer":"0x00', "changed"),
    ("We read your blood|두 가지", "x", "changed"),
    ('"notice": ?\\{[^}]*\\}', '"notice":null', "changed"),
]
SENTENCES = [
    ("localhost", "evil.example"),
    ("it permits nothing", "it permits everything"),
    (r"account:\\n0x....", r"account:\n0x0000"),
    ('("signer": ?"0x[0-9a-f]{40})[0-9a-f]{4}', "$1" + "0000"),
]
FORGED = ("", "", "changed")


def test_what_a_server_did_not_show_is_not_signed(stack, study, tab):
    language = "en"
    words = WORDS[language]
    page = opened(tab, stack, language)
    study.ask(joined(page, words))
    before = page.touches()
    page.click("#tab-requests")
    for pattern, instead, why in FORGE_SCRIPT:
        page.forge("/drafts", pattern, instead)
        page.press(words["read"])
        assert words[why] in trouble(page)
        page.stop_forging()
    page.press(words["read"])
    page.until("!!document.querySelector('.notice')")
    for pattern, instead, why in [*FORGE_SCRIPT, FORGED]:
        page.forge("/drafts", pattern, instead)
        page.press(words["sign"])
        assert words[why] in trouble(page)
        page.stop_forging()
    assert page.touches() == before, "the passkey was not even asked"
    page.press(words["sign"])
    page.reads(words["consented"], "#requests")


ENDS = [
    ('("digest": ?"0x)..', "$1" + "00", "forged"),
    ('("version": ?)(\\d)', "$1" + "4$2", "forged"),
    ('("summary": ?\\["[^"]*)', "$1 And nothing else.", "changed"),
    ('("grantee": ?"0x)....', "$1" + "0000", "changed"),
    ('("secret": ?"0x)....', "$1" + "abcd", "changed"),
    FORGED,
]


def test_a_withdrawal_that_was_not_shown_is_not_signed(stack, study, tab):
    language = "ko"
    words = WORDS[language]
    page = opened(tab, stack, language)
    study.ask(joined(page, words))
    reading(page, words)
    page.press(words["sign"])
    page.reads(words["consented"], "#requests")
    page.click("#tab-consents")
    before = page.touches()
    for shown in (False, True):
        for pattern, instead, why in ENDS:
            page.forge("/revocations/drafts", pattern, instead)
            page.press(words["withdraw"], "#consents")
            assert words[why] in trouble(page), (shown, pattern)
            page.stop_forging()
        if not shown:
            page.press(words["withdraw"], "#consents")
            page.reads(words["ends"], "#consents .says")
    assert page.touches() == before, "the passkey was not even asked"
    page.is_a_stranger()
    page.press(words["withdraw"], "#consents")
    assert words["cancelled"] in trouble(page)
    page.unlocks()
    page.press(words["withdraw"], "#consents")
    page.reads(words["withdrawn"], "#consents .ended")


def test_a_sentence_for_another_site_is_not_signed(stack, tab):
    language = "en"
    words = WORDS[language]
    page = opened(tab, stack, language)
    page.click("#start")
    for number, (pattern, instead) in enumerate(SENTENCES):
        page.forge("/session/challenges", pattern, instead)
        page.click("#passkey-in" if number else "#passkey-new")
        assert words["sentence"] in trouble(page)
        page.stop_forging()
    assert page.touches() == 1, "it was made, and never asked to sign"
    page.forge("/session/challenges", '("digest": ?"0x)..', "$1" + "00")
    page.click("#passkey-in")
    page.until("!!document.querySelector('#signed-in')")


def test_a_prompt_that_is_closed_signs_nothing_and_says_so(stack, study, tab):
    language = "ko"
    words = WORDS[language]
    page = opened(tab, stack, language)
    page.click("#passkey-in")
    assert words["cancelled"] in trouble(page), "there is no passkey yet"
    study.ask(joined(page, words))
    reading(page, words)
    page.is_a_stranger()
    page.press(words["sign"])
    assert words["cancelled"] in trouble(page)
    assert words["sign"] in page.text("#requests"), "it can be tried again"
    page.unlocks()
    page.press(words["sign"])
    page.reads(words["consented"], "#requests")


@pytest.mark.parametrize("number", ["127.0.0.1", "[::1]"])
def test_opened_by_its_number_it_goes_by_its_name_and_makes_a_passkey(stack, tab, number):
    if number == "[::1]" and not IPV6:
        pytest.skip("this machine has no IPv6")
    page = PasskeyTab(tab, derives=True)
    tab.open(f"http://{number}:{stack.port}/portal")
    assert page.run("location.href") == f"http://localhost:{stack.port}/portal" == stack.url + "/portal"
    page.click("[data-language=en]")
    joined(page, WORDS["en"])
    assert page.touches() > 0


def test_the_page_says_where_passkeys_are_not_to_be_had(stack, tab):
    page = PasskeyTab(tab, derives=True)
    tab.open(f"http://127.0.0.1:{stack.port}/web/portal/index.html")
    page.click("[data-language=en]")
    page.click("#passkey-in")
    assert "opened as 127.0.0.1" in trouble(page)
    page.run("(delete window.PublicKeyCredential, 0)")
    page.click("#passkey-in")
    assert "no passkeys" in trouble(page)


@pytest.mark.skipif(not IPV6, reason="this machine has no IPv6")
@pytest.mark.parametrize("way", ["passkey-in", "sign-in"])
def test_a_page_that_no_browser_trusts_with_keys_says_how_to_open_it(stack, tab, way):
    page = PasskeyTab(tab, derives=True)
    tab.open(f"http://[::ffff:127.0.0.1]:{stack.port}/portal")
    page.click("[data-language=en]")
    page.click(f"#{way}")
    assert "http://localhost on this machine" in trouble(page)


def test_conditions_have_the_words_of_the_ledger(stack, tab, tmp_path):
    tab.open(stack.url + "/portal")
    load(tab, "portal/words.js", tmp_path)
    for language in ("en", "ko"):
        tab.run(f"exports.setLanguage({language!r})")
        for name, term in wording.TERMS["conditions"].items():
            label = term.label if language == "en" else term.label_ko
            assert tab.run(f"exports.conditionOf({name!r})") == label.replace("{value}", "…")


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (360, "ko"), (360, "en")])
def test_it_fits(stack, study, tab, width, language):
    words = WORDS[language]
    tab.read_page(width)
    page = opened(tab, stack, language, derives=False)
    assert _fits(page)
    study.ask(joined(page, words))
    reading(page, words)
    page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert _fits(page), "the signer is 84 bytes wide"
    page.press(words["sign"])
    page.until("!!document.querySelector('#keeping .card') && document.querySelectorAll('.sending .done').length > 1")
    assert _fits(page)
    page.click("#keeping .primary")
    if width < 600:
        page.click("#tab-more")
    page.press(words["out"])
    page.click("#passkey-in")
    page.until("!!document.querySelector('#signed-in')")
    page.click("#tab-consents")
    page.press(words["withdraw"], "#consents")
    page.until("!!document.querySelector('input[type=file]')")
    page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert _fits(page)


def _fits(page):
    return page.run("document.documentElement.scrollWidth <= window.innerWidth")
