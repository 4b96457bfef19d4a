"""The text that a person reads before signing, and the changes of a new version, in two languages."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.ledger.consent import ACTIONS, NEVER, Effect, Grant
from mydata_ledger.ledger.labels import TERMS
from mydata_ledger.ledger.terms import WRITTEN
from mydata_ledger.ledger.vocabulary import Catalog, Term, Vocabulary
from mydata_ledger.ledger.wording import MEMBERS, MEMBERS_KO, Words

CATEGORIES = {"health.lab": Term("Laboratory results", "검사 결과"), "health.gene": Term("Genetic data", "유전 정보")}
PURPOSES = {"hl7:HRESCH": Term("Health research", "보건 연구"), "hl7:HMARKT": Term("Marketing", "마케팅")}
VOCABULARY = Vocabulary([Catalog("t", CATEGORIES, PURPOSES)])
EN, KO = Words(VOCABULARY, "en"), Words(VOCABULARY, "ko-KR")
BASE = Grant(Effect.PERMIT, ("health.lab",), ("hl7:HRESCH",), ("view",), 0, 1_830_297_600)


def lines_of(words, before, after):
    return [words.describe(one) for one in words.differences(before, after, "The trial")]


@pytest.mark.parametrize(
    ("change", "english", "korean"),
    [
        ({"categories": ("health.lab", "health.gene")}, "adds: Genetic data", "추가: 유전 정보"),
        ({"expires": NEVER}, "removes: expiry (2028-01-01 00:00 UTC)", "삭제: 만료 (2028-01-01 00:00 UTC)"),
        ({"purposes": ("hl7:HRESCH", "hl7:HMARKT")}, "adds: purpose (Marketing)", "추가: 목적 (마케팅)"),
        ({"actions": ()}, "removes: action (view)", "삭제: 이용 방법 (열람)"),
        ({"conditions": ("max-uses:3",)}, "adds: condition (number of uses (3))", "추가: 조건 (최대 3회)"),
        ({"conditions": ("once",)}, "adds: condition (each record once)", "추가: 조건 (기록당 한 번만)"),
        (
            {"conditions": ("redact:name",)},
            "adds: condition (without this part (name))",
            "추가: 조건 (이 항목 제외 (name))",
        ),
        (
            {"expires": 1_830_297_600 + 86_400},
            "changes: expiry, 2028-01-01 00:00 UTC → 2028-01-02 00:00 UTC",
            "변경: 만료, 2028-01-01 00:00 UTC → 2028-01-02 00:00 UTC",
        ),
        (
            {"data_from": 1_830_297_600},
            "adds: period of the data (2028-01-01 00:00 UTC - …)",
            "추가: 데이터 기간 (2028-01-01 00:00 UTC - …)",
        ),
    ],
)
def test_one_changed_term_is_one_line(change, english, korean):
    assert lines_of(EN, [BASE], [replace(BASE, **change)]) == [english]
    assert lines_of(KO, [BASE], [replace(BASE, **change)]) == [korean]


def test_a_new_and_a_removed_grant_are_sentences():
    other = replace(BASE, effect=Effect.FORBID, purposes=("hl7:HMARKT",))
    (line,) = lines_of(EN, [BASE], [BASE, other])
    assert line.startswith("adds: The trial may never view: Laboratory results. For: Marketing.")
    (line,) = lines_of(KO, [BASE, other], [BASE])
    assert line.startswith("삭제: The trial: 검사 결과를 열람할 수 없습니다.")


def test_a_permit_is_never_compared_with_a_forbid():
    assert len(lines_of(EN, [BASE], [replace(BASE, effect=Effect.FORBID)])) == 2


def test_every_bound_of_a_grant_stands_in_its_sentence():
    grant = replace(BASE, not_before=86_400, data_until=1_830_297_600, records=(bytes(32),), conditions=("once",))
    english, korean = EN.sentence(grant, "The trial"), KO.sentence(grant, "The trial")
    for part in ("1 named records", "… - 2028-01-01", "From 1970-01-02", "until 2028-01-01", "each record once"):
        assert part in english
    for part in ("지정한 기록 1건만", "… - 2028-01-01", "1970-01-02 00:00 UTC부터", "기록당 한 번만"):
        assert part in korean


def test_the_members_that_a_grant_shows_stand_together():
    grant = replace(BASE, conditions=("once", "only:birthDate", "retain-until:86400", "only:gender"))
    shown = "each record once, only these parts (birthDate, gender), to be deleted by (1970-01-02 00:00 UTC)"
    assert f"conditions: {shown}." in EN.sentence(grant, "The trial")
    assert "이 항목만 (birthDate, gender)" in KO.sentence(grant, "The trial")
    assert lines_of(EN, [replace(BASE, conditions=("only:a",))], [replace(BASE, conditions=("only:a", "only:b"))]) == [
        "adds: condition (only these parts (b))"
    ]


def test_every_term_has_both_languages():
    assert set(TERMS["actions"]) == set(ACTIONS)
    assert set(TERMS["conditions"]) == {text.partition(":")[0] for text in WRITTEN}
    assert set(MEMBERS) == set(MEMBERS_KO)


terms = some.sampled_from
grants = some.builds(
    Grant,
    effect=some.sampled_from(Effect),
    categories=some.sets(terms([*sorted(CATEGORIES), "*"]), min_size=1).map(tuple),
    purposes=some.sets(terms(sorted(PURPOSES)), min_size=1).map(tuple),
    actions=some.sets(terms(sorted(ACTIONS)), min_size=1).map(tuple),
    not_before=some.sampled_from([0, 5]),
    expires=some.sampled_from([10, NEVER]),
    records=some.sampled_from([(), (bytes(32),)]),
    conditions=some.sampled_from([(), ("once",), ("retain-until:99", "pseudonymise")]),
)
grant_lists = some.lists(grants, max_size=4, unique=True)


@given(grant_lists, grant_lists)
def test_there_is_a_difference_exactly_where_the_terms_differ(before, after):
    def terms_of(all_grants):
        return sorted(
            repr((g.effect, sorted(g.categories), sorted(g.purposes), sorted(g.actions), g.not_before, g.expires,
                  g.records, sorted(g.conditions))) for g in all_grants
        )  # fmt: skip

    for words in (EN, KO):
        assert bool(lines_of(words, before, after)) == (terms_of(before) != terms_of(after))


def test_a_grant_that_stays_is_not_taken_for_a_change_of_one_that_goes():
    going = replace(BASE, categories=("health.gene",))
    assert lines_of(EN, [going, BASE], [BASE]) == [f"removes: {EN.sentence(going, 'The trial')}"]


@given(grant_lists, grant_lists, grant_lists)
def test_grants_that_stay_are_not_mentioned(before, after, staying):
    changed = [[one for one in grants if one not in staying] for grants in (before, after)]
    for words in (EN, KO):
        assert lines_of(words, [*staying, *before], [*after, *staying]) == lines_of(words, *changed)


@given(grant_lists, grant_lists)
def test_the_reverse_change_is_the_opposite(before, after):
    there, back = EN.differences(before, after, "x"), EN.differences(after, before, "x")
    if len(before) == len(after) == 1:
        swapped = {"adds": "removes", "removes": "adds", "changes": "changes"}
        assert sorted((swapped[d.change], d.member, d.after, d.before) for d in there) == sorted(
            (str(d.change), d.member, d.before, d.after) for d in back
        )
