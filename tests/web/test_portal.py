"""A person's own page, in real Chromium with a real wallet against the running stack, in Korean and in English."""

import base64
import itertools
import json
import time
from pathlib import Path

import pytest

from mydata_ledger.client import Client
from mydata_ledger.ledger.consent import NEVER, Consent, Effect, Grant, Revocation
from mydata_ledger.ledger.labels import ROLES_KO
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.summaries import Summaries
from mydata_ledger.ledger.vocabulary import Vocabulary
from mydata_ledger.scripts.serve import slices
from mydata_ledger.services.health.formats.consents import read_consent
from tests.web.browser import chromium, require_chromium
from tests.web.modules import load
from tests.web.study import LAYERS, TRIAL, issued, reads, requested, trial_of
from tests.web.wallets import WalletTab

require_chromium()
WORDS = {
    "en": {
        "read": "Read it and decide",
        "narrow": "Allow less",
        "show": "Show what I would sign",
        "sign": "Sign with my wallet",
        "withdraw": "Withdraw",
        "back": "Back",
        "ends": "Withdraws your consent to Seoul <i>Trial</i>, from now on.",
        "lifts": "Lifts what you forbade anyone, from now on: what another consent permits is permitted again.",
        "lifted": "Lifted. It forbids nothing from now on.",
        "changed": "does not say what you were shown",
        "consented": "granted, with less",
        "none": "first consent",
        "adds": "adds: ",
        "ended": "The key that Seoul <i>Trial</i> was handed for your Laboratory results of Hangang Hospital",
        "cancelled": "Nothing was signed.",
        "permitted": "permitted",
        "refused": "refused",
        "crews": "Emergency crews are refused too.",
        "spare": "Leave emergencies out",
        "change": "Allow less",
    },
    "ko": {
        "read": "읽고 결정하기",
        "narrow": "일부만 허용",
        "show": "서명할 내용 보기",
        "sign": "지갑으로 서명",
        "withdraw": "철회",
        "back": "뒤로",
        "ends": "Seoul <i>Trial</i>에 대한 동의를 지금부터 철회합니다.",
        "lifts": "모든 사람에 대한 금지를 지금부터 해제합니다. 다른 동의가 허용하는 것은 다시 허용됩니다.",
        "lifted": "해제했습니다. 지금부터 금지하지 않습니다.",
        "changed": "보여 드렸거나 요청하신 내용과 다릅니다",
        "consented": "일부만 동의함",
        "none": "첫 동의",
        "adds": "추가: ",
        "ended": "Seoul <i>Trial</i>에 전달된 Hangang Hospital의 검사 결과",
        "cancelled": "서명하지 않았습니다.",
        "permitted": "허용",
        "refused": "거절",
        "crews": "응급 구조대도 거절됩니다.",
        "spare": "응급 상황은 제외",
        "change": "범위 줄이기",
    },
}

OPEN_ALL = "document.querySelectorAll('#timeline details').forEach((one) => { one.open = true; })"


@pytest.fixture(scope="module")
def stack(running):
    return running


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as browser:
        yield browser


@pytest.fixture(scope="module")
def trial(stack):
    return trial_of(stack)


def signed_in(tab, stack, person, language):
    page = WalletTab(tab, person)
    tab.open(stack.url + "/portal")
    page.click(f"[data-language={language}]")
    page.click("#sign-in")
    page.until("!!document.querySelector('#signed-in')")
    return page


def is_notified(stack, person, count):
    """Wait until a person has that many messages."""
    me, deadline = Client(stack.url, person).sign_in(), time.monotonic() + 20
    while len(me.call("GET", "/me/inbox")) < count:
        assert time.monotonic() < deadline


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_person_is_asked_narrows_signs_sees_and_withdraws(stack, trial, tab, language):
    words, person = WORDS[language], Wallet(bytes([50 + len(language) + (language == "ko")]) * 32)
    record = issued(stack, person.signer)
    names = {
        "name": f"study-{language}",
        "layers": {k: [f"{one} ({language})" for one in v] for k, v in LAYERS.items()},
    }
    notices = trial.call("POST", "/notices", json=names | {"compatible": True})
    request = requested(
        trial, person.signer, next(n["hash"] for n in notices if n["language"] == "en"), "health.lab", "health.vitals"
    )
    assert not reads(trial, record)

    page = signed_in(tab, stack, person, language)
    page.click("#tab-requests")
    page.press(words["read"])
    page.until("!!document.querySelector('.notice')")
    shown = page.text()
    assert LAYERS[language][0] in shown
    assert "Seoul <i>Trial</i>" in shown, "a party's name is text, never markup"
    assert words["none"] in shown
    page.press(words["narrow"])
    for box in ("health.vitals", "copy"):
        page.click(f"input[value={box!r}]")
    page.press(words["show"])
    page.until("document.querySelectorAll('.notice').length === 1 && !document.querySelector('fieldset')")

    page.says_no = True
    page.press(words["sign"])
    page.until("!document.getElementById('problem').hidden")
    assert page.text("#problem") == words["cancelled"]
    page.press(words["sign"])
    page.until(f"document.querySelector('#requests').innerText.includes({words['consented']!r})")
    state = trial.call("GET", f"/requests/{request}")
    assert state["state"] == "granted_narrower"
    (typed,) = [one for one in page.shown if isinstance(one, dict)]
    assert [(g["categories"], g["actions"]) for g in typed["message"]["grants"]] == [(["health.lab"], ["view"])]
    trial.wait_anchored("consents", trial.call("GET", "/log/consents/heads")["accepted"]["size"] - 1)
    deadline = time.monotonic() + 20
    while not reads(trial, record):
        assert time.monotonic() < deadline

    page.click("#tab-timeline")
    page.until("!!document.querySelector('#timeline details')")
    page.run(OPEN_ALL)
    page.reads(words["permitted"], "#timeline")
    assert words["refused"] in page.text("#timeline")

    page.click("#tab-consents")
    page.press(words["withdraw"], "#consents")
    page.reads(words["ends"], "#consents .says")
    assert "hl7:CLINTRCH" not in page.text("#consents .step:not(.says)"), "what ends is said in words"
    page.press(words["withdraw"], "#consents")
    page.reads(words["ended"], ".ended")
    assert not reads(trial, record)
    assert page.shown[-1]["message"]["secret"] != "0x" + "00" * 32, "the wallet opened the lock it had made"
    is_notified(stack, person, 4)
    page.click("#tab-inbox")
    page.until("document.querySelectorAll('#inbox li').length >= 4")

    assert tab.problems == [], "neither errors nor anything the content policy had to stop"
    assert [url for url in tab.requests if not url.startswith((stack.url, "data:", "blob:", "about:blank"))] == []


FORGE_SCRIPT = [
    ('("summary": ?\\["[^"]*)', "$1 And nothing else."),
    ('("grantee": ?"0x)....', "$1" + "0000"),
    ('"granteeName": ?"[^"]*', '"granteeName":"Nobody'),
    ('("secret": ?"0x)....', "$1" + "abcd"),
    ('"primaryType": ?"Revocation"', '"primaryType":"Consent"'),
    ("", ""),
]


def test_a_withdrawal_that_was_not_shown_is_not_signed(stack, trial, tab):
    language = "en"
    words, person = WORDS[language], Wallet(bytes([70 + (language == "ko")]) * 32)
    grant = {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"]}
    me = Client(stack.url, person).sign_in()
    me.consent(TRIAL.address, [grant])
    page = signed_in(tab, stack, person, language)
    page.click("#tab-consents")
    for pattern, instead in FORGE_SCRIPT:
        page.forge("/revocations/drafts", pattern, instead)
        page.press(words["withdraw"], "#consents")
        page.until("!document.getElementById('problem').hidden")
        assert words["changed"] in page.text("#problem"), pattern
        page.stop_forging()
    page.press(words["withdraw"], "#consents")
    page.reads(words["ends"], "#consents .says")
    for pattern, instead in FORGE_SCRIPT:
        page.forge("/revocations/drafts", pattern, instead)
        page.press(words["withdraw"], "#consents")
        page.until("!document.getElementById('problem').hidden")
        assert words["changed"] in page.text("#problem"), pattern
        page.stop_forging()
    assert [one for one in page.shown if isinstance(one, dict)] == [], "the wallet was never shown a withdrawal"
    page.press(words["back"], "#consents")
    page.until("!document.querySelector('#consents .says')")
    assert [one["status"] in {"active", "pending"} for one in me.call("GET", "/consents")] == [True]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_was_forbidden_is_lifted_and_shown_as_lifted(stack, trial, tab, language):
    words, person = WORDS[language], Wallet(bytes([72 + (language == "ko")]) * 32)
    forbid = {"effect": "forbid", "categories": ["health.lab"], "purposes": ["*"], "actions": ["view"]}
    me = Client(stack.url, person).sign_in()
    me.consent("*", [forbid])
    page = signed_in(tab, stack, person, language)
    page.click("#tab-consents")
    page.press(words["withdraw"], "#consents")
    page.reads(words["lifts"], "#consents .says")
    page.says_no = True
    page.press(words["withdraw"], "#consents")
    page.until("!document.getElementById('problem').hidden")
    assert page.text("#problem") == words["cancelled"]
    page.press(words["withdraw"], "#consents")
    page.reads(words["lifted"], "#consents .ended")
    assert [one["status"] for one in me.call("GET", "/consents")] == ["revoked"]
    assert page.shown[-1]["message"]["granteeName"] == "anyone", "what is signed is not translated"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_refusal_of_everyone_says_that_it_refuses_crews_and_can_leave_emergencies_out(stack, trial, tab, language):
    words, person = WORDS[language], Wallet(bytes([82 + (language == "ko")]) * 32)
    forbid = {"effect": "forbid", "categories": ["health"], "purposes": ["*"], "actions": ["view"]}
    me = Client(stack.url, person).sign_in()
    me.consent("*", [forbid])
    page = signed_in(tab, stack, person, language)
    page.click("#tab-consents")
    page.reads(words["crews"], "#consents .crews")
    page.press(words["change"], "#consents")
    page.press(words["show"], "#consents")
    page.reads(words["crews"], "#consents .says .crews")
    page.press(words["spare"], "#consents")
    page.until("!document.querySelector('#consents .crews')")
    page.press(words["sign"], "#consents")
    page.until("document.querySelector('#consents .actions') && !document.querySelector('#consents .says')")
    (grant,) = me.call("GET", "/consents")[-1]["grants"]
    page.until("!document.querySelector('#consents .crews')")
    vocabulary = Vocabulary(one.catalog for one in slices())
    spared = {code for code in vocabulary.purposes if "hl7:ETREAT" in vocabulary.path(code)} | {"hl7:TREAT"}
    refused = {code for code in vocabulary.purposes if set(vocabulary.path(code)) & set(grant["purposes"])}
    assert refused == vocabulary.purposes.keys() - spared
    imported = read_consent(OPTOUT, vocabulary, grantee=lambda _: None, spares_emergencies=True)
    assert grant["purposes"] == list(imported.grants["*"][0].purposes), "as the import does it"


OPTOUT = json.dumps({"resourceType": "Consent", "status": "active", "subject": {}, "decision": "deny"}).encode()


def test_the_page_and_the_ledger_say_the_same_of_whatever_ends(stack, tab, tmp_path):
    tab.open(stack.url + "/portal")
    load(tab, "portal/words.js", tmp_path)
    names = ["*", TRIAL.address, *(f"role:{role}" for role in [*ROLES_KO, "brand-new", "constructor"])]
    for language, grantee in itertools.product(("en", "ko"), names):
        tab.run(f"exports.setLanguage({language!r})")
        reported = Summaries(Vocabulary([]), language)
        for effects in ([], ["permit"], ["forbid"], ["forbid", "permit"]):
            grants = tuple(Grant(Effect(one), ("x",), ("x",), ("view",), 0, NEVER) for one in effects)
            statement = Revocation(b"", b"", grantee, "any name", 2, b"", b"", 0)
            ended = Consent(b"", b"", grantee, "any name", 1, b"", grants, b"", "en", 0, b"")
            message = json.dumps({"grantee": grantee, "granteeName": "any name"})
            shown = tab.run(f"exports.endOfConsent({message}, {json.dumps([{'effect': one} for one in effects])})")
            assert shown == list(reported.withdrawal(statement, ended))


def test_a_consent_without_end_is_signed_digit_by_digit(stack, trial, tab):
    """2^63 - 1 is beyond what JavaScript's numbers hold."""
    person = Wallet(bytes([61]) * 32)
    general = next(n["hash"] for n in trial.call("GET", "/notices") if (n["name"], n["language"]) == ("general", "en"))
    grant = {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"], "expires": NEVER}
    me = Client(stack.url, person).sign_in()
    me.consent(TRIAL.address, [grant])
    requested(trial, person.signer, general, "health.vitals")
    page = signed_in(tab, stack, person, "en")
    page.click("#tab-requests")
    page.press(WORDS["en"]["read"])
    page.until("!!document.querySelector('.changes')")
    assert WORDS["en"]["adds"] in page.text(".changes")
    page.press(WORDS["en"]["sign"])
    page.until("document.querySelector('#requests').innerText.includes('granted')")
    newest = [one for one in me.call("GET", "/consents") if one["status"] != "superseded"]
    assert [one["grants"][0]["expires"] for one in newest] == [str(NEVER)]


@pytest.mark.parametrize("read_page", [(1280, False), (360, False), (360, True)], ids=["desk", "phone", "night"])
def test_it_fits_a_phone_and_a_desktop(stack, trial, tab, tmp_path, read_page):
    width, dark = read_page
    person = Wallet(bytes([62]) * 32)
    general = next(n["hash"] for n in trial.call("GET", "/notices") if (n["name"], n["language"]) == ("general", "ko"))
    requested(trial, person.signer, general, "health.lab", "health.vitals")
    tab.read_page(width, dark=dark)
    page = signed_in(tab, stack, person, "ko")
    page.click("#tab-requests")
    page.press(WORDS["ko"]["read"])
    page.until("!!document.querySelector('.notice')")
    assert page.run("document.documentElement.scrollWidth <= window.innerWidth"), "nothing is cut or scrolled sideways"
    shot = base64.b64decode(tab.send("Page.captureScreenshot", captureBeyondViewport=True)["data"])
    Path(tmp_path / "portal.png").write_bytes(shot)
    assert shot[:4] == b"\x89PNG"


def test_without_a_wallet_it_says_what_to_do(stack, tab):
    tab.open(stack.url + "/portal")
    tab.run("document.querySelector('[data-language=en]').click()")
    tab.run("document.getElementById('sign-in').click()")
    tab.until("!document.getElementById('problem').hidden")
    assert "No wallet was found" in tab.run("document.getElementById('problem').innerText")
