"""DUO: the result of each term, unknown facts left to a person, diseases by their ancestors."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.services.trials.logic.duo import AIMS, PERMISSIONS, DataUse, Match, Purpose, by_prefix, match

TERMS = Path(__file__).parents[3] / "shared/data/vectors/duo/duo.csv"
PARENTS = {"MONDO:1": [], "MONDO:2": ["MONDO:1"], "MONDO:3": ["MONDO:2", "MONDO:1"], "MONDO:9": []}
GRU, HMB, DS, POA, NRES, CC = (f"DUO:00000{n}" for n in ("42", "06", "07", "11", "04", "43"))
STUDY = Purpose(
    aims=frozenset({"disease"}),
    diseases=frozenset({"MONDO:3"}),
    not_for_profit_use=True,
    not_for_profit_organisation=True,
    ethics_approval=True,
    will_publish=True,
    publishes_from=date(2028, 1, 1),
    will_collaborate=True,
    returns_results=True,
    until=date(2027, 12, 31),
    names={"region": "KR", "institution": "SNUH", "project": "P1", "user": "u1", "kind of research": "cohort"},
)


def ask(terms, purpose=STUDY, **statement):
    use = DataUse(dict.fromkeys(terms, ()) if not isinstance(terms, dict) else terms)
    return match(use, replace(purpose, **statement), PARENTS.get)


@pytest.mark.parametrize(
    ("terms", "statement", "expected"),
    [
        ([GRU], {}, Match.APPROVE),
        (["DUO:0000018"], {"not_for_profit_organisation": False}, Match.DENY),
        (["DUO:0000018"], {"not_for_profit_use": None, "not_for_profit_organisation": False}, Match.DENY),
        ({DS: ("MONDO:1",)}, {"aims": frozenset({"population"})}, Match.DENY),
        ({DS: ("MONDO:1",)}, {"diseases": frozenset({"MONDO:0", "MONDO:9"})}, Match.DENY),
        ({DS: ("MONDO:1",)}, {"diseases": frozenset({"MONDO:0", "MONDO:3"})}, Match.ABSTAIN),
        ([NRES], {"aims": frozenset({"other"})}, Match.APPROVE),
        ([GRU], {"aims": frozenset({"clinical-care"})}, Match.DENY),
        ([CC], {"aims": frozenset({"clinical-care"})}, Match.APPROVE),
        ([HMB], {}, Match.APPROVE),
        ([HMB], {"aims": frozenset({"population"})}, Match.DENY),
        ([POA], {}, Match.DENY),
        ([POA], {"aims": frozenset({"population"})}, Match.APPROVE),
        ({DS: ("MONDO:1",)}, {}, Match.APPROVE),
        ({DS: ("MONDO:3",)}, {}, Match.APPROVE),
        ({DS: ("MONDO:9",)}, {}, Match.DENY),
        ({DS: ("MONDO:1",)}, {"diseases": frozenset()}, Match.DENY),
        ({DS: ("MONDO:1",)}, {"diseases": frozenset({"MONDO:404"})}, Match.ABSTAIN),
        ({DS: ("MONDO:1",)}, {"diseases": frozenset({"MONDO:3", "MONDO:9"})}, Match.DENY),
        ({DS: ()}, {}, Match.ABSTAIN),
        ([GRU, "DUO:0000015"], {}, Match.APPROVE),
        ([GRU, "DUO:0000015"], {"aims": frozenset({"methods"})}, Match.DENY),
        ([GRU, "DUO:0000044"], {"aims": frozenset({"population"})}, Match.DENY),
        ([GRU, "DUO:0000016"], {}, Match.DENY),
        ([GRU, "DUO:0000016"], {"aims": frozenset({"genetic"})}, Match.APPROVE),
        ({GRU: (), "DUO:0000022": ("KR", "JP")}, {}, Match.APPROVE),
        ({GRU: (), "DUO:0000022": ("JP",)}, {}, Match.DENY),
        ({GRU: (), "DUO:0000022": ("KR",)}, {"names": {}}, Match.ABSTAIN),
        ({GRU: (), "DUO:0000025": ("2027-12-31",)}, {}, Match.APPROVE),
        ({GRU: (), "DUO:0000025": ("2027-12-30",)}, {}, Match.DENY),
        ({GRU: (), "DUO:0000025": ("soon",)}, {}, Match.ABSTAIN),
        ({GRU: (), "DUO:0000024": ("2028-01-01",)}, {}, Match.APPROVE),
        ({GRU: (), "DUO:0000024": ("2028-01-02",)}, {}, Match.DENY),
        ({GRU: (), "DUO:0000024": ("2028-01-02",)}, {"will_publish": False}, Match.APPROVE),
        ([GRU, "DUO:0000046"], {"not_for_profit_use": False}, Match.DENY),
        ([GRU, "DUO:0000021"], {"ethics_approval": None}, Match.ABSTAIN),
        ([GRU, "DUO:9999999"], {}, Match.ABSTAIN),
        ([GRU, "DUO:0000017"], {}, Match.ABSTAIN),
        (["DUO:0000021"], {}, Match.ABSTAIN),
        ([], {}, Match.ABSTAIN),
        ([GRU], {"aims": frozenset()}, Match.ABSTAIN),
        ([GRU], {"aims": frozenset({"astrology"})}, Match.ABSTAIN),
    ],
)
def test_each_term_answers_by_itself(terms, statement, expected):
    answer = ask(terms, **statement)
    assert answer.match is expected
    assert all(finding.reason for finding in answer.findings)


def test_a_deny_outranks_an_abstention_and_both_are_reported():
    answer = ask([GRU, "DUO:0000021", "DUO:0000046"], ethics_approval=None, not_for_profit_use=False)
    assert answer.match is Match.DENY
    assert {f.term: f.match for f in answer.findings} == {
        GRU: Match.APPROVE,
        "DUO:0000021": Match.ABSTAIN,
        "DUO:0000046": Match.DENY,
    }


@pytest.mark.skipif(not TERMS.exists(), reason="the ontology lies in ../shared/data, which a clone does not have")
def test_every_term_of_the_ontology_is_known_here():
    with TERMS.open() as file:
        terms = [row["id"] for row in csv.DictReader(file)]
    abstract = {"DUO:0000001", "DUO:0000017"}
    values = {DS: ("MONDO:1",), "DUO:0000022": ("KR",), "DUO:0000026": ("u1",), "DUO:0000027": ("P1",),
              "DUO:0000028": ("SNUH",), "DUO:0000012": ("cohort",), "DUO:0000025": ("2030-01-01",),
              "DUO:0000024": ("2020-01-01",)}  # fmt: skip
    for term in terms:
        answer = ask({GRU: (), term: values.get(term, ())})
        unknown = [f for f in answer.findings if f.match is Match.ABSTAIN]
        assert bool(unknown) == (term in abstract), term


@given(some.sets(some.sampled_from([*sorted(PERMISSIONS), "DUO:0000015", "DUO:0000044", "DUO:0000046"])),
       some.sets(some.sampled_from(sorted(AIMS))), some.booleans())  # fmt: skip
def test_more_terms_never_permit_more(terms, aims, profit):
    purpose = replace(STUDY, aims=frozenset(aims), not_for_profit_use=profit)
    rank = [Match.APPROVE, Match.ABSTAIN, Match.DENY]
    whole = ask({GRU: (), **dict.fromkeys(terms, ())}, purpose)
    for term in terms - {GRU}:
        less = ask({GRU: (), **dict.fromkeys(terms - {term}, ())}, purpose)
        assert rank.index(less.match) <= rank.index(whole.match)


def test_codes_that_carry_their_ancestors():
    assert by_prefix("E11.65") == ["E11.6", "E11"]
    assert by_prefix("E11") == []
    answer = match(DataUse({DS: ("E11",)}), replace(STUDY, diseases=frozenset({"E11.65"})), by_prefix)
    assert answer.match is Match.APPROVE
