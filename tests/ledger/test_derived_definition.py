"""The rule about derived records compared with its definition, and faults planted in it."""

from collections import Counter
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.ledger import derived
from mydata_ledger.ledger.derived import decide_derived
from testing.sizes import sampled
from tests.ledger.derived_definition import KIND, case, cases, expected
from tests.ledger.derived_faults import FAULTS
from tests.ledger.planting import planted
from tests.ledger.questions import NOW

MANY = 6_000


def seen(question, record, facts):
    found = decide_derived(question, KIND, record, facts, NOW)
    decision = found.decision
    assert decision.permitted == (decision.reason.value in {"consented", "own"})
    return decision.reason.value, found.sources, decision.grants, decision.obligations, found.fresh


def wanted(question, record, facts):
    answer = expected(question, record, facts)
    return answer.reason, answer.sources, answer.grants, answer.obligations, answer.fresh


@given(some.builds(lambda chance: case(chance.choice), some.randoms(use_true_random=False)))
def test_the_code_agrees_with_the_definition(random_case):
    assert seen(*random_case) == wanted(*random_case)


@pytest.mark.parametrize("seed", sampled(range(4)))
def test_the_code_agrees_with_the_definition_over_thousands(seed):
    for one in cases(MANY, seed):
        assert seen(*one) == wanted(*one)


def test_the_cases_reach_every_answer():
    reasons = Counter(wanted(*one)[0] for one in cases(MANY, 0))
    assert set(reasons) == {"consented", "own", "no_record", "blocked", "refused", "needs_reconsent", "no_consent"}
    assert reasons["consented"] > MANY // 30
    partly = [one for one in cases(MANY, 0) if 0 < len(wanted(*one)[1]) < len(one[1].sources if one[1] else ())]
    assert len(partly) > MANY // 100


@pytest.mark.parametrize(("good", "bad"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_a_planted_fault_is_found(good, bad):
    everything, answers = sound()
    with planted(derived, good, bad):
        assert any(differs(one, answer) for one, answer in zip(everything, answers, strict=True))


@cache
def sound():
    """The cases, and the answers of the definition."""
    everything = [one for seed in range(4) for one in cases(MANY, seed)]
    return everything, [wanted(*one) for one in everything]


def differs(one, answer):
    try:
        return seen(*one) != answer
    except Exception:
        return True
