"""Records that the rule cannot distinguish: equal keys give equal decisions, whoever the data subject is."""

import pytest
from hypothesis import HealthCheck, given, settings

from mydata_ledger.ledger.access import Reason
from tests.ledger import equivalent_consents
from tests.ledger.equivalent_consents import check_facts, check_law
from tests.ledger.questions import by_hypothesis


@pytest.fixture(scope="module")
def corpus():
    return equivalent_consents.corpus(*equivalent_consents.CORPUS)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(by_hypothesis(equivalent_consents.pair))
def test_equal_keys_mean_equal_decisions(pair):
    check_law([pair])
    check_facts([pair])


def test_equal_keys_mean_equal_decisions_over_thousands(corpus):
    """The comparison is meaningful: many pairs have equal keys, and the rule gives them every kind of answer."""
    found = check_law(corpus)
    assert len(found) > 500
    alone = {Reason.OWN, Reason.DELEGATED, Reason.BROKE_GLASS, Reason.NO_RECORD, Reason.WRONG_CATEGORY, Reason.SEARCHED}
    assert {decision.reason for decision in found} == set(Reason) - alone
    assert any(decision.obligations for decision in found)


def test_the_facts_about_a_record_follow_from_the_statements_of_its_person(corpus):
    check_facts(corpus)
    assert {expected_facts.about(*one, equivalent_consents.NOW).blocked for _, expected_facts, one, _ in corpus} == {
        False,
        True,
    }
