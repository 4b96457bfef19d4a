"""A crowd: many people with mostly equal consents, some signed by delegates, written to any store.

Windows end exactly at NOW. Delegations end before and after a delegate signs, by a statement and by a secret on chain.
Some notices are outdated, some records are used up, and there is an emergency.
"""

import random
from dataclasses import replace

from mydata_ledger.anchors.memory import MemoryStore
from mydata_ledger.ledger.access import EVERYTHING, AccessRequest, Reason
from mydata_ledger.ledger.collection import PlannedRecord
from mydata_ledger.ledger.commitment.entry import NO_LOCK, RevocationMark
from mydata_ledger.ledger.consent import ACTIONS, NEVER, Consent, Effect, Grant, Revocation
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.delegation import delegate_name
from mydata_ledger.ledger.kernel.decisions.search_answers import decide_single
from mydata_ledger.ledger.party import checksum
from mydata_ledger.ledger.receipt import CONSENTS, LOGS
from tests.anchors.sample_statements import (
    CREW,
    HOSPITAL,
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
from tests.ledger.definition import ended_consents

PEOPLE, RECORDS = [bytes([n]) * 20 for n in range(1, 41)], 60
DELEGATES = PEOPLE[:3]
CATEGORIES = ["health.lab", "health.lab", "health.lab", "health.lab.blood", "money"]
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
FROM_OTHERS = [(replace(READ, conditions=(f"from:{holder}",)),) for holder in (HOSPITAL, checksum(b"\xb4" * 20))]
OTHER = [
    *FROM_OTHERS,
    (READ, FORBID),
    (replace(READ, categories=("money",)),),
    (replace(READ, conditions=(f"retain-until:{NOW}",)),),
]
GRANT_LISTS = [*[[(READ,)]] * 4, TIMED, USED_UP, USED_UP, LIMITED, LIMITED, [*OTHER, *TO_ANYONE]]
GRANTEES = [TRIAL] * 6 + ["*", "role:trial", "*"]
RESCUE = replace(READ, purposes=("hl7:ETREAT",))
TO_CREW = [(RESCUE,), *[(replace(RESCUE, conditions=("emergency-only",)),)] * 3]
NOTICES = [*[NOTICE_HASH] * 9, OUTDATED.digest]
TURNS = [-9, 0, 0, 1]
"""Seconds by which a delegation lasts longer than nine: one that ends at NOW entitles to nothing that is signed then.
"""
START = (-1, -1)
SEEDS = range(12)


def fill_store(store, seed):
    """Fill a store; returns the entry of the incident. The newest statements are not anchored."""
    chance = random.Random(seed)
    store.directory.set_parties(PARTIES)
    store.directory.publish(OUTDATED)
    store.log.append([random_issue(chance, number) for number in range(RECORDS)], NOW)
    grantee, rescued = (
        GRANTEES[: chance.choice([6, 7, 9])],
        [store.index.record(name(n)).issue.data_subject for n in range(9)],
    )
    store.log.append([consent(person, CREW, grants=chance.choice(TO_CREW)) for person in dict.fromkeys(rescued)], NOW)
    declared = store.log.append([incident(rescued[0])], NOW)[0].signed.entry.entry
    for person in chance.choices(PEOPLE, k=2 * len(PEOPLE)):
        sign_consent(store, chance, person, chance.choice(grantee))
        if chance.random() < 0.3:
            end_an_office(store, chance.choice, person)
    renew_then_end(store, PEOPLE[seed % len(PEOPLE)])
    store.log.append([erasure(chance.randrange(RECORDS)) for _ in range(3)], NOW)
    for log in LOGS:
        anchor(store, log, seed % 3 * 8 if log == CONSENTS else 0)
    store.anchoring.touch(NOW)
    for number in range(0, RECORDS, 3):
        use(store, number)
    return declared


def random_issue(chance, number):
    holder = chance.choice([HOSPITAL, HOSPITAL, checksum(b"\xb4" * 20)])
    message = issue(number, chance.choice(PEOPLE), chance.choice(CATEGORIES), holder=holder).statement
    data_from, data_until = chance.choice(PERIODS)
    return seal(replace(message, data_from=data_from, data_until=data_until))


def sign_consent(store, chance, person, grantee):
    newest, signer = store.index.newest(person, grantee), person
    if newest and isinstance(newest.signed.statement, Consent) and chance.random() < 0.2:
        store.log.append([revocation(newest)], NOW)
        return
    if chance.random() < 0.3:
        signer = chance.choice(DELEGATES)
        store.log.append([delegation(person, signer, chance.choice(TURNS))], NOW)
    grants = chance.choice(TO_ANYONE if grantee == "*" else chance.choice(GRANT_LISTS))
    store.log.append([consent(person, grantee, newest, grants, signer, notice=chance.choice(NOTICES))], NOW)


def end_an_office(store, pick, person):
    """End the newest consent or delegation of the person, by a statement or by its secret alone."""
    offices = [state for state in store.index.delegations_of(person) if not (state.revoked or state.superseded)]
    if not offices:
        return
    if pick([True, False]):
        store.anchoring.revealed([RevocationMark(offices[-1].entry, NO_LOCK, 7)])
    else:
        store.log.append([revocation(store.index.newest(person, delegate_name(offices[-1].delegation.delegate)))], NOW)


def renew_then_end(store, person):
    """A delegate signs, then the person renews the delegation and ends it; a new delegation does not make the consent
    stand again.
    """
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
    reference.log.append([store.log.statement_at(log, position).signed for position in range(size)], NOW)
    return reference.log.head(log)


def use(store, number):
    """The trial asks for a record."""
    request = replace(question(TRIAL, "health.lab"), request_id=name(f"use {number}"), record_id=name(number))

    def respond(facts):
        decision = decide(request, facts, NOW)
        message = receipt(request, facts, decision.permitted).statement
        return seal(replace(message, consents=decision.consents))

    store.log.answer(request, respond, NOW)


def question(requester, category=EVERYTHING, purposes=("hl7:CLINTRCH", "hl7:HRESCH"), declared=bytes(32)):
    return AccessRequest(bytes(32), requester, bytes(32), category, purposes, "view", declared)


def check(store, seed):
    """Fill a store, and compare its searches and facts with those of a store that shares no code with it."""
    reference, declared = MemoryStore(), fill_store(store, seed)
    assert fill_store(reference, seed) == declared
    check_search(store, reference, declared)
    check_facts(store, reference)
    check_delegates_consents(store, reference)
    return reference


def check_delegates_consents(store, reference):
    """The consents that delegates signed stand or not, as derived from the log; some delegations were renewed and then
    ended.
    """
    logged = [store.log.statement_at(CONSENTS, position) for position in range(store.log.head(CONSENTS).size)]
    log = [(one.signed.entry.entry, one.signed.statement) for one in logged]
    withdrawn = {statement.consent for _, statement in log if isinstance(statement, Revocation)}
    for index in (store.index, reference.index):
        delegations = [state for person in PEOPLE for state in index.delegations_of(person)]
        ended = withdrawn | ended_consents(log, [state.entry for state in delegations if state.revoked])
        states = [state for person in PEOPLE for state in index.consents_of(person) if state.consent.signer != person]
        assert {state.entry for state in states if state.revoked} == {s.entry for s in states if s.entry in ended}


def check_search(store, reference, declared):
    """A search finds what the reference store finds, which decides each record separately; returns how many records
    each search found.
    """
    query = [question(TRIAL, "health.lab"), question(TRIAL), question(CREW, purposes=("hl7:BTG", "hl7:ETREAT"))]
    return [len(search_page(store, reference, one)) for one in [*query, replace(query[2], incident=declared)]]


def search_page(store, reference, query):
    """The consented records of a search; under an incident the person is not taken from the search."""

    def permits(facts):
        return decide_single(query, facts, NOW).reason is Reason.CONSENTED

    found = store.index.page_facts(query, NOW, START, RECORDS, permits)
    assert found == reference.index.page_facts(query, NOW, START, RECORDS, permits)
    return found


def check_facts(store, reference):
    """The facts about each record equal those of the reference store: for one question, in a batch, and person by
    person.
    """
    query = [replace(question(TRIAL), request_id=name(n), record_id=name(n)) for n in range(RECORDS + 1)]
    view = [question(checksum(delegate), purposes=("mydata:SELF_VIEW",)) for delegate in DELEGATES]
    query += [replace(one, request_id=name(f"view {n}"), record_id=name(n)) for one in view for n in range(RECORDS)]
    query += [planned(person, number) for number, person in enumerate(PEOPLE)]
    wanted, in_a_group = [reference.index.facts(one, NOW) for one in query], []

    def respond(one, facts):
        in_a_group.append(facts)
        return receipt(one, facts, permitted=False)

    assert [store.index.facts(one, NOW) for one in query] == wanted
    store.log.answer_soon(query, respond, NOW).result()
    assert in_a_group == wanted
    for one in (query[0], *view):
        of_persons = [facts for person in PEOPLE for facts in store.index.person_facts(one, person, NOW)]
        same = [
            facts
            for each, facts in zip(query, wanted, strict=True)
            if is_asked_alike(each, one) and facts.record and not each.planned
        ]
        assert sorted(of_persons, key=lambda facts: facts.record.position) == same
    size = reference.log.head(CONSENTS).size
    for page in [(one, *page) for one in DELEGATES for page in ((-1, size), (-1, 2), (size // 2, size))]:
        assert store.index.delegations_to(*page) == reference.index.delegations_to(*page)
    assert any(facts.delegations for facts in wanted), "delegates ask too"


def planned(person, number):
    """A question about what a collection would make; its id is also that of no record."""
    record = PlannedRecord(person, HOSPITAL, "health.lab", "meter-a")
    return replace(question(TRIAL), request_id=name(f"collect {number}"), record_id=record.record_id, planned=record)


def is_asked_alike(one, other):
    return (one.requester, one.purposes) == (other.requester, other.purposes)
