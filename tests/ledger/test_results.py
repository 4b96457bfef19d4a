"""Results end with the consent: who is reached by the message that a study has results, and who no longer is."""

from dataclasses import replace

import pytest

from mydata_ledger.ledger.consent import ACTIONS, Effect
from mydata_ledger.ledger.message import Event, of_person
from testing.ledger_fixture import LAB, NOW, VITALS, LedgerFixture

HOUR = 3_600


@pytest.fixture
def world():
    return LedgerFixture()


def signs(world, *grants, to=None, on_chain=True):
    world.says(to or world.trial.address, grants)
    if on_chain:
        world.anchor()
    world.kernel.log_consumer.consume()


def announces(world, reference="KCT1"):
    world.kernel.people.announcements.results(world.trial.address, reference)


def reached(world, reference="KCT1"):
    while world.kernel.people.distribution.distribute():
        pass
    messages = world.kernel.people.inbox.read(of_person(world.ann.signer))
    return [m for m in messages if m.event is Event.RESULTS and m.subject == reference]


def permit(world, purpose="hl7:CLINTRCH", action="view", category=LAB, **window):
    return replace(world.grant(category, (purpose,), (action,)), **{"not_before": 0, "expires": NOW + HOUR} | window)


def test_a_message_of_results_has_the_name_of_the_party_and_the_reference_only(world):
    signs(world, permit(world))
    announces(world)
    (message,) = reached(world)
    assert (message.subject, message.detail) == ("KCT1", {"by": "The trial"})


@pytest.mark.parametrize(
    ("purpose", "action", "window", "reaches"),
    [
        ("hl7:HRESCH", "view", (0, NOW + 1), True),
        ("hl7:CLINTRCH", "view", (0, NOW + 1), True),
        ("*", "view", (0, NOW + 1), True),
        ("hl7:HMARKT", "contact", (0, NOW + 1), True),
        ("hl7:HMARKT", "view", (0, NOW + 1), False),
        ("hl7:HRESCH", "view", (0, NOW), False),
        ("hl7:HMARKT", "contact", (0, NOW), False),
        ("hl7:HRESCH", "view", (NOW + 1, NOW + 9), False),
    ],
)
def test_results_reach_live_grants_for_research_or_contact(world, purpose, action, window, reaches):
    world.clock.passes(-10)
    signs(world, permit(world, purpose, action, not_before=window[0], expires=window[1]))
    world.clock.passes(10)
    announces(world)
    assert bool(reached(world)) is reaches


def test_results_end_with_the_consent(world):
    signs(world, permit(world))
    announces(world)
    world.clock.passes(HOUR)
    assert reached(world) == [], "it expired between the announcement and the sending"
    world.consents(world.trial, LAB)
    world.kernel.log_consumer.consume()
    announces(world, "KCT2")
    world.withdraws(world.trial)
    assert reached(world, "KCT2") == [], "withdrawn in between"
    signs(world, permit(world, expires=NOW + 9 * HOUR))
    signs(world, permit(world, "hl7:HMARKT", expires=NOW + 9 * HOUR))
    announces(world, "KCT3")
    assert reached(world, "KCT3") == [], "replaced by one without research"


def test_a_prohibition_keeps_results_away(world):
    signs(world, permit(world), replace(permit(world, category=VITALS), effect=Effect.FORBID))
    announces(world)
    assert len(reached(world)) == 1, "other data are forbidden"
    forbid = replace(permit(world), effect=Effect.FORBID, actions=tuple(sorted(ACTIONS)), categories=("*",))
    signs(world, replace(forbid, purposes=("*",)), to="*")
    announces(world, "KCT2")
    assert reached(world, "KCT2") == []


def test_a_consent_to_others_or_to_a_role_invites_no_results(world):
    signs(world, permit(world), to=world.insurer.address)
    signs(world, permit(world), to="role:trial")
    announces(world)
    assert reached(world) == []


def test_two_consents_get_one_message(world):
    signs(world, permit(world))
    signs(world, permit(world), permit(world, category=VITALS))
    announces(world)
    assert len(reached(world)) == 1


def test_results_wait_for_the_chain_as_the_rule_does(world):
    signs(world, permit(world), on_chain=False)
    announces(world)
    assert reached(world) == []


@pytest.mark.parametrize("condition", ["emergency-only", f"retain-until:{NOW - 60}", "asset:meter-a"])
def test_results_reach_nobody_under_a_condition_that_permits_nothing_now(world, condition):
    signs(world, replace(permit(world), conditions=(condition,)))
    announces(world)
    assert reached(world) == []


def test_a_party_whose_accreditation_ended_before_the_sending_reaches_nobody(world):
    signs(world, permit(world))
    announces(world)
    world.expire(world.trial)
    assert reached(world) == []
