"""The rule compared with its definition, and the laws that hold for all facts."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.ledger.access import Decision, Facts, Finding, Reason
from mydata_ledger.ledger.consent import Effect
from mydata_ledger.ledger.decide import about_own_category, decide
from testing.sizes import sampled
from tests.ledger import definition
from tests.ledger.definition import should
from tests.ledger.questions import NOW, corpus, facts, requests, states


def narrowed_request(request, facts):
    """The question as it is decided, which code and definition must agree about."""
    if facts.record is None:
        return request
    narrowed = about_own_category(request, facts.record)
    assert narrowed == definition.about_own_category(request, facts.record)
    return narrowed


def agrees(request, facts):
    request = narrowed_request(request, facts)
    decision, wanted = decide(request, facts, NOW), should(request, facts)
    assert (decision.reason.value, decision.permitted) == (wanted.reason, wanted.permitted)
    assert (decision.grants, decision.obligations) == (wanted.grants, wanted.obligations)
    assert [(entry, finding.value) for entry, finding in decision.findings] == wanted.findings


@given(requests, facts)
def test_the_code_agrees_with_the_definition(request, facts):
    agrees(request, facts)


@pytest.mark.parametrize("seed", sampled(range(5)))
def test_the_code_agrees_with_the_definition_over_thousands(seed):
    for request, expected_facts in corpus(4_000, seed):
        agrees(request, expected_facts)


def test_the_corpus_reaches_every_reason():
    reasons = {decide(request, expected_facts, NOW).reason for request, expected_facts in corpus(4_000, 0)}
    assert reasons == set(Reason) - {Reason.SEARCHED}


def test_the_corpus_reaches_every_finding():
    found = {
        f for request, expected_facts in corpus(4_000, 0) for _, f in decide(request, expected_facts, NOW).findings
    }
    assert found == set(Finding)


@given(requests, facts)
def test_the_order_of_consents_does_not_matter(request, facts):
    backwards = decide(request, replace(facts, consents=facts.consents[::-1]), NOW)
    forwards = decide(request, facts, NOW)
    assert replace(backwards, findings=()) == replace(forwards, findings=())
    assert set(backwards.findings) == set(forwards.findings)


@given(requests, facts)
def test_every_cited_grant_exists_and_has_the_deciding_effect(request, facts):
    decision = decide(request, facts, NOW)
    by_entry = {state.entry: state.consent.grants for state in facts.consents}
    wanted = Effect.FORBID if decision.reason is Reason.REFUSED else Effect.PERMIT
    assert all(by_entry[entry][index].effect is wanted for entry, index in decision.grants)


@given(requests, facts)
def test_every_considered_consent_has_one_finding(request, facts):
    decision = decide(request, facts, NOW)
    silent = decision.reason in {Reason.NO_RECORD, Reason.WRONG_CATEGORY, Reason.OWN}
    assert [entry for entry, _ in decision.findings] == ([] if silent else [s.entry for s in facts.consents])


@given(requests, facts, states)
def test_i3_a_revoked_or_superseded_consent_never_permits(request, facts, state):
    before = decide(request, facts, NOW)
    for ended in (replace(state, revoked=True), replace(state, superseded=True)):
        after = decide(request, replace(facts, consents=(*facts.consents, ended)), NOW)
        assert (after.permitted, after.reason) == (before.permitted, before.reason)


@given(requests, facts, states)
def test_i2_a_grant_that_is_not_on_chain_never_permits(request, facts, state):
    pending = replace(state, anchored=False)
    if decide(request, replace(facts, consents=(*facts.consents, pending)), NOW).permitted:
        assert decide(request, facts, NOW).permitted


@given(requests, some.booleans())
def test_silence_refuses(request, blocked):
    assert decide(request, Facts(record=None, blocked=blocked), NOW) == Decision(False, Reason.NO_RECORD)


@given(requests, facts)
def test_findings_are_true(request, facts):
    decision = decide(request, facts, NOW)
    found = {finding for _, finding in decision.findings}
    if decision.reason is Reason.REFUSED:
        assert Finding.FORBIDS in found
    if decision.reason is Reason.CONSENTED:
        assert Finding.PERMITS in found
        assert Finding.FORBIDS not in found
