"""The sentence of a request or consent names every category, purpose and end that is granted, and nothing else."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mydata_ledger.ledger.consent import ACTIONS, NEVER
from mydata_ledger.ledger.vocabulary import Vocabulary
from mydata_ledger.scripts.npm import ToolMissing, node
from mydata_ledger.scripts.serve import slices
from tests.web.node_module import exports_of

try:
    node()
except ToolMissing as missing:
    pytest.skip(str(missing), allow_module_level=True)
VOCABULARY = Vocabulary(one.catalog for one in slices())
CATEGORIES = VOCABULARY.areas | VOCABULARY.categories
SEOUL = timezone(timedelta(hours=9))
FROM, UNTIL = 2_000_000_000, 4_000_000_000
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"]
DAYS = {"en": re.compile(r"\d{1,2} [A-Z][a-z]{2,3} \d{4}"), "ko": re.compile(r"\d{4}년 \d{1,2}월 \d{1,2}일")}
FRAME = {
    "en": "a trial they also want to may never see copy receive compute over publish link contact you about all your "
    "data for anything until you withdraw lift it from named records of conditions",
    "ko": "어느 임상 또한 목적으로 하려고 합니다 할 수 있습니다 없습니다 열람 복사 전송 공개 결합 통계를 계산 관련하여 "
    "연락 해제할 철회할 때까지 부터 이후의 지정한 기록 중 내 모든 데이터를 이 데이터 조건",
}
"""The words around the names."""


def grants():
    times = st.integers(FROM, UNTIL)
    terms = {
        "effect": st.sampled_from(["permit", "forbid"]),
        "categories": st.lists(st.sampled_from([*CATEGORIES, "*"]), min_size=1, max_size=5, unique=True),
        "purposes": st.lists(st.sampled_from([*VOCABULARY.purposes, "*"]), min_size=1, max_size=3, unique=True),
        "actions": st.lists(st.sampled_from(sorted(ACTIONS)), min_size=1, unique=True),
        "notBefore": st.one_of(st.just(0), times),
        "expires": st.one_of(st.just(str(NEVER)), times),
        "dataFrom": st.one_of(st.just(0), times),
        "dataUntil": st.one_of(st.just(0), times),
        "records": st.just([]),
        "conditions": st.just([]),
    }
    return st.lists(st.fixed_dictionaries(terms), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def call(tmp_path_factory):
    with exports_of("../tests/web/sentences.js", tmp_path_factory.mktemp("node"), "Asia/Seoul") as exported:
        exported("setVocabulary", _view())
        yield exported


def _view():
    terms = {"categories": CATEGORIES, "purposes": VOCABULARY.purposes}
    view = {
        name: {code: {"label": t.label, "label_ko": t.label_ko, "above": t.above} for code, t in all_terms.items()}
        for name, all_terms in terms.items()
    }
    return view | {"sensitivity": {"kinds": {}, "categories": {}}, "emergency": {}}


def labels(codes, terms, language):
    return [terms[code].label if language == "en" else terms[code].label_ko for code in codes if code != "*"]


def names_of(granted, member, terms, language):
    """The labels of a member, of those grants that do not name everything."""
    return [label for grant in granted if "*" not in grant[member] for label in labels(grant[member], terms, language)]


def normal(text):
    return re.sub(r"\b(all|모든) (your|내)? ?", "", text.lower())


def day(seconds, language):
    at_day = datetime.fromtimestamp(seconds, UTC).astimezone(SEOUL)
    if language == "en":
        return f"{at_day.day} {MONTHS[at_day.month - 1]} {at_day.year}"
    return f"{at_day.year}년 {at_day.month}월 {at_day.day}일"


def days_of(grant, language):
    starts = [grant[name] for name in ("notBefore", "dataFrom") if grant[name]]
    ends = [int(grant[name]) - 1 for name in ("expires", "dataUntil") if grant[name] and int(grant[name]) != NEVER]
    return {day(seconds, language) for seconds in starts + ends}


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("mood", ["asks", "may"])
@settings(deadline=None)
@given(granted=grants())
def test_every_category_purpose_and_end_is_named_and_nothing_else(call, language, mood, granted):
    name = "A trial" if language == "en" else "어느 임상"
    text = call("sentence", language, {"who": name, "mood": mood}, granted)
    named = names_of(granted, "purposes", VOCABULARY.purposes, language)
    named += names_of(granted, "categories", CATEGORIES, language)
    rest = normal(text)
    for label in sorted(set(named), key=len, reverse=True):
        assert normal(label) in normal(text), label
        rest = rest.replace(normal(label), "")
    others = labels([*CATEGORIES], CATEGORIES, language) + labels([*VOCABULARY.purposes], VOCABULARY.purposes, language)
    frame = FRAME[language]
    assert [o for o in others if normal(o) not in frame and re.search(rf"\b{re.escape(normal(o))}\b", rest)] == []
    assert set(DAYS[language].findall(text)) == set().union(*(days_of(grant, language) for grant in granted))
    endless = {g["effect"] for g in granted if int(g["expires"]) == NEVER}
    assert ("you withdraw" in text or "철회할 때까지" in text) == ("permit" in endless)
    assert ("you lift it" in text or "해제할 때까지" in text) == ("forbid" in endless)
    assert "[" not in text, "every particle was chosen"


@pytest.mark.parametrize("language", ["en", "ko"])
@settings(deadline=None)
@given(codes=st.lists(st.sampled_from([*VOCABULARY.categories]), min_size=1, max_size=20, unique=True))
def test_names_that_are_not_in_the_sentence_are_counted(call, language, codes):
    grant = {"effect": "permit", "categories": codes, "purposes": ["hl7:TREAT"], "actions": ["view"]}
    grant |= {"notBefore": 0, "expires": FROM, "dataFrom": 0, "dataUntil": 0, "records": [], "conditions": []}
    whole = call("sentence", language, {"who": "A", "mood": "asks"}, [grant])
    folded = call("sentence", language, {"who": "A", "mood": "asks", "most": 4}, [grant])
    found = re.search(r"(\d+) more|외 (\d+)가지", folded)
    if len(codes) <= 5:
        assert folded == whole
    else:
        assert int(found[1] or found[2]) == len(codes) - 4
        assert all(normal(label) in normal(folded) for label in labels(codes[:4], CATEGORIES, language))


HEALTH = {"effect": "permit", "categories": ["health.lab", "health.vitals"], "purposes": ["hl7:CLINTRCH"]}
HEALTH |= {"actions": ["view", "copy"]}
HEALTH |= {"notBefore": 0, "expires": 1_803_600_000, "dataFrom": 0, "dataUntil": 0, "records": [], "conditions": []}
SENTENCES = {
    "en": "A trial wants to see and copy your laboratory results and vital signs for clinical trial research until "
    "26 Feb 2027.",
    "ko": "어느 임상이 임상시험 연구 목적으로 2027년 2월 26일까지 내 검사 결과 및 활력징후를 열람·복사하려고 합니다.",
}


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_request_reads_like_a_sentence(call, language):
    name = "A trial" if language == "en" else "어느 임상"
    assert call("sentence", language, {"who": name, "mood": "asks"}, [HEALTH]) == SENTENCES[language]


def lines(answer, member):
    return {line["code"]: line["answer"] for line in answer[member]}


def test_an_answer_is_computed_from_what_was_signed(call):
    signed = HEALTH | {"categories": ["health.lab"], "actions": ["view"], "records": ["0x01"], "dataFrom": 5}
    answer = call("answerTo", HEALTH, [signed])
    assert lines(answer, "categories") == {"health.lab": "yes", "health.vitals": "no"}
    assert lines(answer, "actions") == {"view": "yes", "copy": "no"}
    assert lines(answer, "purposes") == {"hl7:CLINTRCH": "yes"}
    assert (answer["records"], answer["period"], answer.get("until")) == (1, {"dataFrom": 5, "dataUntil": 0}, None)


def test_an_answer_says_what_is_only_part_of_it(call):
    part = HEALTH | {"categories": ["health.lab.specimen"], "expires": 1_800_000_000}
    answer = call("answerTo", HEALTH, [part])
    assert lines(answer, "categories") == {"health.lab": "part", "health.vitals": "no"}
    assert answer["until"] == 1_800_000_000
    crossed = [
        HEALTH | {"categories": ["health.lab"], "actions": ["view"]},
        HEALTH | {"categories": ["health.vitals"], "actions": ["copy"]},
    ]
    assert lines(call("answerTo", HEALTH, crossed), "categories") == {"health.lab": "part", "health.vitals": "part"}


def test_a_prohibition_beside_a_permit_is_not_shown_as_granted(call):
    forbid = HEALTH | {"effect": "forbid", "categories": ["health.lab"], "purposes": ["*"]}
    below = forbid | {"categories": ["health.lab.specimen"]}
    for signed, lab, vitals in (([HEALTH, forbid], "no", "yes"), ([HEALTH, below], "part", "yes"), ([], "no", "no")):
        shown = lines(call("answerTo", HEALTH, signed), "categories")
        assert shown == {"health.lab": lab, "health.vitals": vitals}
