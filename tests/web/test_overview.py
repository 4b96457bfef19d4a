"""The overview and the messages in real Chromium: what needs an answer, who reads, the week, and a new person."""

import json
import time

import pytest

from mydata_ledger.client import Client
from mydata_ledger.ledger.signers import Wallet
from tests.web.axe import faults, needs_axe
from tests.web.browser import chromium, require_chromium
from tests.web.busy import HOSTILE, busy_person, check_page, enter, visit
from tests.web.study import DAY, TRIAL

require_chromium()
ME, NEW, ENDED = (Wallet(bytes([number]) * 32) for number in (103, 104, 105))
WORDS = {
    "en": {
        "alarm": "Rescue Crew 7 declared an emergency about you",
        "waits": "A request waits for your answer",
        "answer": "Read and answer",
        "reads": "Who may read now",
        "until": "in 90 days",
        "week": "Read in the last seven days",
        "used": "Seoul <i>Trial</i> used your data",
        "times": "4 times",
        "new": "Nothing has happened here yet",
        "nothing": "Nothing is allowed at present.",
        "soon": "ends in",
        "table": "The numbers as a table",
    },
    "ko": {
        "alarm": "7구조대가 나에 관한 응급 상황을 선언했습니다",
        "waits": "답변을 기다리는 요청 1건",
        "answer": "읽고 답하기",
        "reads": "지금 열람할 수 있는 곳",
        "until": "90일 후",
        "week": "최근 7일 조회",
        "used": "Seoul <i>Trial</i>가 내 데이터를 이용했습니다",
        "times": "4회",
        "new": "아직 아무 일도 없었습니다",
        "nothing": "현재 허용 중인 동의가 없습니다.",
        "soon": "일 후 종료",
        "table": "표로 보기",
    },
}


@pytest.fixture(scope="module")
def stack(running):
    busy_person(running, ME)
    return running


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as browser:
        browser.read_page(390)
        yield browser


@needs_axe
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_first_page_says_what_needs_an_answer_and_who_reads(stack, tab, language):
    words = WORDS[language]
    page = enter(tab, stack, ME, language)
    page.reads(words["reads"], "#overview")
    page.reads(words["used"], "#newest")
    shown = page.text("#overview")
    order = [words["alarm"], words["waits"], words["reads"], words["week"]]
    assert sorted(order, key=shown.index) == order, "emergencies first, then what waits for an answer"
    assert words["until"] in page.text("#readers-now")
    assert "Seoul <i>Trial</i>" in page.text("#readers-now")
    assert page.run("document.querySelectorAll('#overview .primary').length") == 1
    page.until("!!document.querySelector('#week canvas')")
    page.run("document.querySelector('#week details').open = true")
    cells = page.run("[...document.querySelectorAll('#week tbody tr:last-child td')].map((one) => one.innerText)")
    assert len(page.run("[...document.querySelectorAll('#week tbody tr')].map((one) => one.innerText)")) == 7
    assert cells[1:] == ["5", "3"]
    own = [url.split("/", 3)[3] for url in tab.requests if "/me/" in url]
    assert sum(path.startswith("me/overview?zone=") for path in own) == 1
    assert len(own) <= 4, own
    check_page(page, 390)
    assert faults(tab) == {}
    page.run("[...document.querySelectorAll('#overview .primary')][0].click()")
    page.until("location.pathname === '/portal/requests'")


@needs_axe
@pytest.mark.parametrize("language", ["ko", "en"])
def test_messages_say_what_happened_by_day_and_lead_there(stack, tab, language):
    words = WORDS[language]
    page = enter(tab, stack, ME, language, "/portal/inbox")
    page.reads(words["used"], "#inbox")
    assert words["times"] in page.text("#inbox"), "what says the same stands once"
    page.reads("found <b>down</b>", "#inbox .alarm")
    assert page.run("document.querySelectorAll('#inbox h3').length") == 1
    check_page(page, 390)
    assert faults(tab) == {}
    page.run("document.querySelector('#inbox .alarm .lead').click()")
    page.until("location.pathname + location.search === '/portal/timeline?only=emergency'")
    page.until("document.querySelectorAll('#timeline .party').length === 1")


HOSTILE_PARTS = {
    "/me/overview?zone=": ("grantee_name", "responder_name", "reason"),
    "after=": ("by", "grantee", "incident_number", "subject", "text", "event"),
}


def test_hostile_texts_of_an_answer_stay_text(stack, tab):
    language = "ko"
    """Whatever a server or a party puts into names and texts: no markup, no script, no turned words."""
    page = enter(tab, stack, ME, language)
    turned = "\u202e" + HOSTILE + "x" * 200
    page.run(
        f"""(() => {{
          const honest = window.fetch, text = {json.dumps(turned)};
          const names = {json.dumps([name for names in HOSTILE_PARTS.values() for name in names])};
          const change = (name, value) => (names.includes(name) && typeof value === "string" ? text : value);
          window.fetch = async (path, form) => {{
            const answer = await honest(path, form);
            if (!/[/]me[/](overview|inbox|incidents)/.test(path)) return answer;
            return new Response(JSON.stringify(JSON.parse(await answer.text(), change)), {{ status: answer.status }});
          }};
        }})()"""
    )
    for path, place in (("/portal/inbox", "#inbox"), ("/portal/records", "#records"), ("/portal", "#overview")):
        visit(page, path)
        page.until(f"document.querySelector({place!r})?.innerText.length > 20")
        if place != "#records":
            page.reads("<img src=x onerror=window.hostile=1>", place)
            assert "\u202e" not in page.run(
                f"[...document.querySelectorAll('{place} .name')].map((one) => one.innerText).join()"
            )
        check_page(page, 390)


@needs_axe
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_new_person_sees_three_steps(stack, tab, language):
    page = enter(tab, stack, NEW, language)
    page.reads(WORDS[language]["new"], "#beginning")
    assert page.run("document.querySelectorAll('#beginning ol li a').length") == 3
    assert faults(tab) == {}
    for path in page.run("[...document.querySelectorAll('#beginning a')].map((one) => one.pathname)"):
        visit(page, path)
        page.until("!!document.querySelector('.page h2') && !document.querySelector('.waiting')")
    check_page(page, 390)


def test_after_a_withdrawal_nothing_is_allowed_and_what_ends_soon_is_named(stack, tab):
    me = Client(stack.url, ENDED).sign_in()
    grant = {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"]}
    consent = me.consent(TRIAL.address, [grant | {"expires": int(time.time()) + 5 * DAY}])
    me.wait_anchored("consents", consent["position"])
    page = enter(tab, stack, ENDED, "en")
    page.reads("Who may read now", "#readers-now")
    page.reads(WORDS["en"]["soon"], "#ends-soon")
    me.withdraw(TRIAL.address)
    visit(page, "/portal/records")
    page.until("!!document.querySelector('#records')")
    visit(page, "/portal")
    page.reads(WORDS["en"]["nothing"], "#readers-now")
    assert not page.run("!!document.querySelector('#beginning')"), "this person is not new"
