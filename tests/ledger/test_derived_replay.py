"""Answers about derived records, recomputed from the list of their sources; without it they say that they cannot be."""

from collections import Counter
from dataclasses import replace

import pytest

from mydata_ledger.ledger.access import Reason
from mydata_ledger.ledger.consent import Effect
from mydata_ledger.ledger.derived_replay import DerivedReplay
from mydata_ledger.ledger.replay import Replay
from mydata_ledger.ledger.replay_evidence import Outcome
from testing.ledger_fixture import LAB, VITALS
from tests.ledger.derived_world import SUM, DerivedWorld, permit
from tests.ledger.test_replay import evidence, receipts


@pytest.fixture
def world():
    """A history with every kind of answer, hours apart."""
    ledger = DerivedWorld()
    ledger.number(3), ledger.number(4, VITALS)
    ledger.turn_on()
    ledger.rebuild_due()
    refused = permit("health.sum", effect=Effect.FORBID)
    for grants in ([permit()], [permit(VITALS)], [refused, permit()], [permit(purpose="hl7:HMARKT")]):
        pass_hours(ledger)
        ledger.says(ledger.trial.address, grants)
        ledger.anchor()
        pass_hours(ledger)
        ledger.ask()
    ledger.derived.questions.own(SUM, ledger.ann.signer, ledger.world.computer.public)
    pass_hours(ledger)
    ledger.number(5)
    ledger.ask()
    return ledger


def pass_hours(ledger):
    ledger.clock.passes(7_200)
    ledger.anchor()


def outcomes(world, records=None, change=lambda statement: statement):
    facts = evidence(world, derived=world.world.vocabulary.derived, path=world.world.vocabulary.path)
    held = list(world.derived.held.versions(world.ann.signer)[0]) if records is None else records
    replay = Replay(facts)
    derived = DerivedReplay(replay, facts, {record.id: record for record in held})
    about = [one for one in receipts(world.store) if one.signed.statement.category == "health.sum"]
    statements = [(one, change(one.signed.statement)) for one in about]
    assert {replay.check(*each) for each in statements} == {Outcome.DERIVED}
    return [derived.check(*each) for each in statements]


def test_i11_answers_about_derived_records_recompute_where_the_sources_are_held(world):
    about = [one.signed.statement for one in receipts(world.store)]
    reasons = [one.reason for one in about if one.category == "health.sum"]
    assert reasons == ["consented", "consented", "refused", "no_consent", "own", "no_record"]
    assert outcomes(world) == [Outcome.SAME] * 5 + [Outcome.OPEN]
    assert {Outcome.SAME, Outcome.SEARCH} >= {
        Replay(evidence(world, path=world.world.vocabulary.path)).check(one, one.signed.statement)
        for one in receipts(world.store)
        if one.signed.statement.category != "health.sum"
    }


def test_i11_sources_of_versions_that_are_gone_are_held(world):
    world.rebuild_due()
    world.ask()
    assert Counter(outcomes(world)) == {Outcome.SAME: 6, Outcome.OPEN: 1}


def test_i11_without_the_list_nothing_is_claimed(world):
    assert set(outcomes(world, records=[])) == {Outcome.DERIVED}
    (record,) = world.derived.held.versions(world.ann.signer)[0]
    other = replace(record, sources=record.sources[:1])
    facts = evidence(world, derived=world.world.vocabulary.derived)
    one = next(one for one in receipts(world.store) if one.signed.statement.category == "health.sum")
    derived = DerivedReplay(Replay(facts), facts, {record.id: other})
    assert derived.check(one, one.signed.statement) is Outcome.DERIVED


@pytest.mark.parametrize(
    "lie",
    [
        lambda statement: replace(statement, permitted=not statement.permitted),
        lambda statement: replace(statement, consents=(b"\7" * 32,)),
        lambda statement: replace(statement, reason=Reason.BROKE_GLASS, permitted=True),
    ],
)
def test_i11_a_receipt_with_another_answer_is_found(world, lie):
    assert set(outcomes(world, change=lie)) == {Outcome.OTHER}


def test_i11_a_list_with_another_record_than_was_issued_proves_nothing(world):
    (record,) = world.derived.held.versions(world.ann.signer)[0]
    forged = replace(record.sources[0], category=LAB if record.sources[0].category != LAB else VITALS)
    other = replace(record, sources=tuple(sorted([forged, *record.sources[1:]])))
    facts = evidence(world, derived=world.world.vocabulary.derived)
    one = next(one for one in receipts(world.store) if one.signed.statement.category == "health.sum")
    named = replace(one.signed.statement, record_id=other.id)
    assert DerivedReplay(Replay(facts), facts, {other.id: other}).check(one, named) is Outcome.DERIVED
