"""A crowd: many people who say much the same, some through delegates, lived through by any store.

Windows end exactly at NOW; offices end before and after a delegate signs, by a statement and by a secret on chain; some
notices are outdated, some records are used up, and there is an emergency.
"""

import random
from dataclasses import replace

from mydata_ledger.anchors.memory import MemoryStore
from mydata_ledger.ledger.access import EVERYTHING, AccessRequest, Reason
from mydata_ledger.ledger.consent import ACTIONS, NEVER, Consent, Effect, Grant, Revocation
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.delegation import delegate_name
from mydata_ledger.ledger.kernel.decisions.search_answers import single
from mydata_ledger.ledger.receipt import CONSENTS, LOGS
from tests.anchors.sample_statements import (
    CREW,
    NOTICE_HASH,
    NOW,
    OUTDATED,
    PARTIES,
    READ,
    TRIAL,
    consent,
    delegation,
    erasure,
    incident,
    issue,
    name,
    receipt,
    revocation,
    seal,
)
from tests.ledger.definition import fallen

PEOPLE, RECORDS = [bytes([n]) * 20 for n in range(1, 41)], 60
DELEGATES = PEOPLE[:3]
CATEGORIES = ["health.lab", "health.lab", "health.lab", "health.vitals", "money"]
PERIODS = [(0, 0), (100, 200), (100, 0)]
WINDOWS = [(0, NOW), (0, NOW + 1), (NOW, NOW + 9), (NOW + 1, NOW + 9)]
BLOCK = Grant(Effect.FORBID, ("*",), ("*",), tuple(sorted(ACTIONS)), 0, NEVER)
FORBID = replace(READ, effect=Effect.FORBID, categories=("health.lab",))
TO_ANYONE = [
    (FORBID,),
    (BLOCK,),
    (BLOCK,),
    *[(replace(BLOCK, not_before=opens, expires=closes),) for opens, closes in WINDOWS],
]
TIMED = [(replace(READ, not_before=opens, expires=closes),) for opens, closes in WINDOWS]
ENDED, TO_COME = replace(READ, expires=NOW), replace(READ, not_before=NOW + 1)
TIMED += [(ENDED, READ), (READ, TO_COME), (ENDED, TO_COME), (ENDED, TO_COME)]
USED_UP = [(replace(READ, conditions=(condition,)),) for condition in ("once", "max-uses:1", "every-days:1")]
LIMITED = [(replace(READ, records=tuple(map(name, range(start, RECORDS, 2)))),) for start in (0, 1)]
LIMITED += [(replace(READ, data_from=NOW),), (replace(READ, data_from=100, data_until=300),)]
OTHER = [(READ, FORBID), (replace(READ, categories=("money",)),), (replace(READ, conditions=(f"retain-until:{NOW}",)),)]
SAID = [*[[(READ,)]] * 4, TIMED, USED_UP, USED_UP, LIMITED, LIMITED, [*OTHER, *TO_ANYONE]]
WHOM = [TRIAL] * 6 + ["*", "role:trial", "*"]
RESCUE = replace(READ, purposes=("hl7:ETREAT",))
TO_CREW = [(RESCUE,), *[(replace(RESCUE, conditions=("emergency-only",)),)] * 3]
NOTICES = [*[NOTICE_HASH] * 9, OUTDATED.digest]
TURNS = [-9, 0, 0, 1]
"""Seconds by which an office lasts longer than nine: one that ends at NOW entitles to nothing that is signed then."""
START = (-1, -1)
SEEDS = range(12)


def crowd(store, seed):
    """Fill a store; the entry of the incident. The newest things are not anchored."""
    chance = random.Random(seed)
    store.directory.set_parties(PARTIES)
    store.directory.publish(OUTDATED)
    store.log.append([some_issue(chance, number) for number in range(RECORDS)], NOW)
    whom, rescued = WHOM[: chance.choice([6, 7, 9])], [store.index.record(name(n)).issue.data_subject for n in range(9)]
    store.log.append([consent(person, CREW, grants=chance.choice(TO_CREW)) for person in dict.fromkeys(rescued)], NOW)
    declared = store.log.append([incident(rescued[0])], NOW)[0].signed.entry.entry
    for person in chance.choices(PEOPLE, k=2 * len(PEOPLE)):
        speak(store, chance, person, chance.choice(whom))
        if chance.random() < 0.3:
            end_an_office(store, chance.choice, person)
    renewed_then_ended(store, PEOPLE[seed % len(PEOPLE)])
    store.log.append([erasure(chance.randrange(RECORDS)) for _ in range(3)], NOW)
    for log in LOGS:
        anchor(store, log, seed % 3 * 8 if log == CONSENTS else 0)
    store.anchoring.touch(NOW)
    for number in range(0, RECORDS, 3):
        use(store, number)
    return declared


def some_issue(chance, number):
    said = issue(number, chance.choice(PEOPLE), chance.choice(CATEGORIES)).statement
    data_from, data_until = chance.choice(PERIODS)
    return seal(replace(said, data_from=data_from, data_until=data_until))


def speak(store, chance, person, whom):
    newest, signer = store.index.newest(person, whom), person
    if newest and isinstance(newest.signed.statement, Consent) and chance.random() < 0.2:
        store.log.append([revocation(newest)], NOW)
        return
    if chance.random() < 0.3:
        signer = chance.choice(DELEGATES)
        store.log.append([delegation(person, signer, chance.choice(TURNS))], NOW)
    grants = chance.choice(TO_ANYONE if whom == "*" else chance.choice(SAID))
    store.log.append([consent(person, whom, newest, grants, signer, notice=chance.choice(NOTICES))], NOW)


def end_an_office(store, pick, person):
    """The last that the person gave, by a statement or, as far as anybody knows, by its secret alone."""
    offices = [state for state in store.index.delegations_of(person) if not (state.revoked or state.superseded)]
    if not offices:
        return
    if pick([True, False]):
        store.anchoring.revealed({offices[-1].entry: 7})
    else:
        store.log.append([revocation(store.index.newest(person, delegate_name(offices[-1].delegation.delegate)))], NOW)


def renewed_then_ended(store, person):
    """A delegate signs, the person renews the delegation and ends it; named again, the delegate revives nothing."""
    delegate = DELEGATES[0] if person != DELEGATES[0] else DELEGATES[1]
    store.log.append([delegation(person, delegate)], NOW)
    store.log.append([consent(person, TRIAL, store.index.newest(person, TRIAL), (READ,), delegate)], NOW)
    store.log.append([delegation(person, delegate, 1)], NOW)
    store.log.append([revocation(store.index.newest(person, delegate_name(delegate)))], NOW)
    store.log.append([delegation(person, delegate, 2)], NOW)


def anchor(store, log, lag=0):
    size = store.log.head(log).size - lag
    store.anchoring.mark_anchored(log, store.log.head(log) if not lag else head_at(store, log, size), 7)


def head_at(store, log, size):
    reference = MemoryStore()
    reference.log.append([store.log.statement_at(log, place).signed for place in range(size)], NOW)
    return reference.log.head(log)


def use(store, number):
    """The trial asks for a record."""
    asked = replace(question(TRIAL, "health.lab"), request_id=name(f"use {number}"), record_id=name(number))

    def respond(facts):
        decision = decide(asked, facts, NOW)
        said = receipt(asked, facts, decision.permitted).statement
        return seal(replace(said, consents=decision.consents))

    store.log.answer(asked, respond, NOW)


def question(requester, category=EVERYTHING, purposes=("hl7:CLINTRCH", "hl7:HRESCH"), declared=bytes(32)):
    return AccessRequest(bytes(32), requester, bytes(32), category, purposes, "view", declared)


def check(store, seed):
    """Fill a store, and hold it against one that shares no code with it: what a search finds, and what facts are."""
    twin, declared = MemoryStore(), crowd(store, seed)
    assert crowd(twin, seed) == declared
    check_search(store, twin, declared)
    check_facts(store, twin)
    check_offices(store, twin)
    return twin


def check_offices(store, twin):
    """What delegates signed stands or not, as read forward from the log; some offices were renewed and then ended."""
    told = [store.log.statement_at(CONSENTS, place) for place in range(store.log.head(CONSENTS).size)]
    log = [(one.signed.entry.entry, one.signed.statement) for one in told]
    withdrawn = {said.consent for _, said in log if isinstance(said, Revocation)}
    for index in (store.index, twin.index):
        offices = [state for person in PEOPLE for state in index.delegations_of(person)]
        over = withdrawn | fallen(log, [state.entry for state in offices if state.revoked])
        states = [state for person in PEOPLE for state in index.consents_of(person) if state.consent.signer != person]
        assert {state.entry for state in states if state.revoked} == {s.entry for s in states if s.entry in over}


def check_search(store, twin, declared):
    """A search finds what the other store, which decides each record by itself, finds; how much it found for each."""
    asked = [question(TRIAL, "health.lab"), question(TRIAL), question(CREW, purposes=("hl7:BTG", "hl7:ETREAT"))]
    return [len(sifted(store, twin, one)) for one in [*asked, replace(asked[2], incident=declared)]]


def sifted(store, twin, asked):
    """Consented ones: under an incident, whose records are looked at is not asked of a search."""

    def permits(facts):
        return single(asked, facts, NOW).reason is Reason.CONSENTED

    found = store.index.page_facts(asked, NOW, START, RECORDS, permits)
    assert found == twin.index.page_facts(asked, NOW, START, RECORDS, permits)
    return found


def check_facts(store, twin):
    """Facts about each record are those that the other store tells, asked alone, in a group, and person by person."""
    asked = [replace(question(TRIAL), request_id=name(n), record_id=name(n)) for n in range(RECORDS + 1)]
    wanted, in_a_group = [twin.index.facts(one, NOW) for one in asked], []

    def respond(one, facts):
        in_a_group.append(facts)
        return receipt(one, facts, permitted=False)

    assert [store.index.facts(one, NOW) for one in asked] == wanted
    store.log.answer_soon(asked, respond, NOW).result()
    assert in_a_group == wanted
    of_persons = [facts for person in PEOPLE for facts in store.index.person_facts(asked[0], person, NOW)]
    assert sorted(of_persons, key=lambda facts: facts.record.position) == [facts for facts in wanted if facts.record]
