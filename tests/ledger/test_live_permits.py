"""What consents permit now is what the rule answers about real records, by this consent."""

import random

import pytest

from mydata_ledger.ledger import consent
from mydata_ledger.ledger.access import AccessRequest
from mydata_ledger.ledger.consent import NEVER, Effect, Grant
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.live_permits import live_permits
from testing.ledger_fixture import LAB, NOW, VITALS, VOCABULARY, LedgerFixture
from testing.sizes import sampled

LATER, HOSPITAL = NOW + 3, (f"from:{LedgerFixture().hospital.address}",)
PURPOSES, ACTIONS = ["hl7:CLINTRCH", "hl7:HRESCH", "hl7:HMARKT"], ["view", "copy"]


def random_grant(pick):
    window = pick([(0, NEVER)] * 5 + [(0, NOW + 5), (NOW + 5, NOW + 9), (0, NOW + 2)])
    category = pick([LAB, VITALS, "*"])
    effect = pick([Effect.PERMIT] * 3 + [Effect.FORBID])
    conditions = () if effect is Effect.FORBID else pick([(), (), (), ("once",), ("emergency-only",), HOSPITAL])
    return Grant(effect, (category,), (pick([*PURPOSES, "*"]),), (pick(ACTIONS),), *window, 0, 0, (), conditions)


def expected(fixture, state, category):
    """Whether the rule permits, by this consent, any question about a record that there is in the category."""
    for party in fixture.directory:
        if state.consent.grantee not in party.grantee_names(LATER):
            continue
        for record in fixture.store.index.records_of(fixture.ann.signer):
            if category not in {"*", record.issue.category}:
                continue
            for purpose in PURPOSES:
                for action in ACTIONS:
                    path, issue = VOCABULARY.path(purpose), record.issue
                    request = AccessRequest(bytes(32), party.account, issue.record_id, issue.category, path, action)
                    decision = decide(request, fixture.store.index.facts(request, LATER), LATER)
                    if decision.permitted and state.entry in decision.consents:
                        return True
    return False


@pytest.mark.parametrize("seed", sampled(range(40)))
def test_a_category_is_permitted_where_the_rule_permits_a_record_of_it(seed):
    fixture, pick = LedgerFixture(), random.Random(seed).choice
    for category in (LAB, VITALS):
        fixture.issued(category)
    grantees = [fixture.trial.address, fixture.insurer.address, "role:trial", "*"]
    for number in range(6):
        grantee = pick(grantees)
        grants = [random_grant(pick) for _ in range(pick([1, 1, 2, 3]))]
        if grantee == "*":
            grants = [grant for grant in grants if grant.effect is Effect.FORBID] or [
                Grant(Effect.FORBID, (LAB,), ("hl7:HMARKT",), ("view",), 0, NEVER)
            ]
        fixture.says(grantee, grants)
        if number == 4:
            fixture.anchor()
    if pick([True, False, False]):
        fixture.outdate_notice()
    if pick([True, False, False]):
        fixture.expire(fixture.insurer)
    check(fixture)


def check(fixture):
    states = fixture.store.index.consents_of(fixture.ann.signer)
    parties = {party.account: party for party in fixture.directory}
    parties["role:trial"] = parties[fixture.trial.address]
    found = live_permits(states, parties.get, VOCABULARY, LATER)
    wanted = []
    for state in states:
        permits = [g for g in state.consent.grants if g.effect is Effect.PERMIT and g.expires > LATER]
        if permits and not state.revoked and not state.superseded:
            categories = sorted({category for grant in permits for category in grant.categories})
            permitted = [category for category in categories if expected(fixture, state, category)]
            ends = [grant.expires for grant in permits]
            wanted.append((state.entry, tuple(categories), tuple(permitted), min(ends), max(ends)))
    assert [(one.state.entry, one.categories, one.permitted, one.first_end, one.last_end) for one in found] == wanted


def test_what_is_blocked_withdrawn_or_not_on_chain_permits_nothing():
    fixture = LedgerFixture()
    for category in (LAB, VITALS):
        fixture.issued(category)
    fixture.consents(fixture.trial, LAB)

    def permitted():
        states = fixture.store.index.consents_of(fixture.ann.signer)
        return [one.permitted for one in live_permits(states, fixture.store.directory.party, VOCABULARY, NOW)]

    assert permitted() == [()], "not on chain yet"
    fixture.anchor()
    assert permitted() == [(LAB,)]
    fixture.says("*", [Grant(Effect.FORBID, ("*",), ("*",), tuple(sorted(consent.ACTIONS)), 0, NEVER)])
    assert permitted() == [()], "forbidden to everybody"
    fixture.withdraws(fixture.trial)
    assert permitted() == []
