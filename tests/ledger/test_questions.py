"""Batches of questions: over random stores, every bulk answer equals the single answers, and reveals nothing more."""

import random
from dataclasses import replace

import pytest

from mydata_ledger.anchors.memory import FixedClock, MemoryKeys, MemoryPayloads, MemoryStore
from mydata_ledger.anchors.store.facts import search
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.access import EVERYTHING, AccessRequest
from mydata_ledger.ledger.consent import ACTIONS, NEVER, Consent, Effect, Grant
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.emergency import EmergencyScope
from mydata_ledger.ledger.errors import MalformedInput, NotFound, TooLarge, UnknownTerm
from mydata_ledger.ledger.kernel import GrantRequest, Kernel, World, ports_of
from mydata_ledger.ledger.kernel.decisions import search as searching
from mydata_ledger.ledger.party import checksum
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, LOGS
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.terms import Condition
from mydata_ledger.ledger.vocabulary import Catalog, Term, Vocabulary
from testing.ledger_fixture import LAB, NOTICE, PURPOSES, world_of
from testing.sizes import sampled, sized
from testing.stores import open_store
from tests.anchors.sample_statements import (
    ANN,
    CREW,
    DOMAIN,
    EVE,
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
    name,
    receipt,
    revocation,
    seal,
)
from tests.ledger import definition, questions
from tests.ledger.crowd import BLOCK, TURNS, anchor, end_an_office

PERSONS, DELEGATE = [ANN, EVE, b"\x0b" * 20], b"\xde" * 20
CATEGORIES = ["health.lab", "health.lab", "health.lab.blood", "health.vitals", "money"]
TERMS = {code: Term(code, code) for code in {*CATEGORIES, "health", "health.la"}}
SCOPE = EmergencyScope(("health.lab",), ("health",))
CODES = {c: Term(c, c, above) for c, above in PURPOSES.items()}
VOCABULARY = Vocabulary([Catalog("health", TERMS, CODES, emergency=SCOPE)])
ASKED = ["hl7:CLINTRCH", "hl7:HRESCH", "hl7:BTG", "mydata:SELF_VIEW"]


def world_over(store, clock=None):
    store.directory.set_parties(PARTIES)
    store.directory.publish(NOTICE)
    world = World(
        **ports_of(store),
        payloads=MemoryPayloads(),
        keys=MemoryKeys(store.log),
        clock=clock or FixedClock(NOW),
        gateway=Wallet(bytes([50]) * 32),
        vocabulary=VOCABULARY,
        domains=dict.fromkeys(LOGS, DOMAIN),
        computer=envelope.generate_reader_key(),
    )
    return Kernel.of(world)


def some_issue(pick, number):
    data_from, data_until = pick(questions.PERIODS)
    holder, person = HOSPITAL, pick(PERSONS)
    rest = (name("content"), "bafy", bytes(32), NOW, bytes(32))
    return seal(Issue(name(number), person, holder, pick(CATEGORIES), data_from, data_until, *rest))


def some_grant(pick):
    named, random_one = pick([(), (), (), (name(1),), (name(2), name(3))]), questions.grant(pick)
    random_one = replace(random_one, records=named, conditions=tuple(filter(Condition.read, random_one.conditions)))
    counted = replace(READ, conditions=(pick(["once", "max-uses:2", "every-days:30", "every-days:30"]),))
    return pick([READ, READ, BLOCK, random_one, replace(READ, records=named), counted])


def live(store, seed):
    """A random life: issues, consents, withdrawals, delegates and the end of their offices, outdated notices, erasures,
    an emergency, uses, and a chain that lags behind.
    """
    pick = random.Random(seed).choice
    store.directory.publish(OUTDATED)
    count = pick([2, 4, 7])
    store.log.append([some_issue(pick, number) for number in range(count)], NOW)
    for _ in range(pick([2, 5, 9])):
        person, grantee = pick(PERSONS), pick([TRIAL, TRIAL, CREW, "role:trial", "role:responder", "*"])
        newest = store.index.newest(person, grantee)
        ends = newest and isinstance(newest.signed.statement, Consent) and pick([False, False, True])
        grants = tuple(some_grant(pick) for _ in range(pick([1, 1, 2])))
        store.log.append(
            [revocation(newest) if ends else any_statement_names(store, pick, person, grantee, newest, grants)], NOW
        )
        if pick([False, False, True]):
            end_an_office(store, pick, person)
    if pick([False, False, True]):
        store.log.append([erasure(pick(range(count)), pick(PERSONS))], NOW)
    for log in LOGS:
        lag = pick([0, 0, 0, 1]) if store.log.head(log).size else 0
        anchor(store, log, lag)
    for turn in range(pick([0, 2, 4])):
        use(store, pick, pick(range(count)), turn)
    store.anchoring.touch(NOW)
    return pick


def any_statement_names(store, pick, *message):
    """The person's own consent, or that of somebody whom they named, under some notice."""
    person, signer = message[0], pick([None, None, DELEGATE])
    if signer:
        store.log.append([delegation(person, signer, pick(TURNS))], NOW)
    return consent(*message, signer, notice=pick([NOTICE_HASH, NOTICE_HASH, OUTDATED.digest]))


def use(store, pick, number, turn):
    """One question answered lately, or so long ago that it may come round again."""
    at_time = pick([moment for moment in questions.MOMENTS if moment])
    record, purposes = store.index.record(name(number)), VOCABULARY.path("hl7:CLINTRCH")
    request = AccessRequest(
        name(f"use {turn}"), TRIAL, name(number), record.issue.category if record else LAB, purposes, "view"
    )

    def respond(facts):
        decision = decide(request, facts, at_time)
        message = receipt(request, facts, decision.permitted).statement
        return seal(replace(message, consents=decision.consents, decided_at=at_time))

    store.log.answer(request, respond, NOW)


def all_records(kernel):
    return [record for person in PERSONS for record in kernel.queries.records_of(person)]


def single(kernel, question, record):
    """`check`: the answer to the question about one record, asked alone."""
    requested = definition.about_own_category(replace(question, record_id=record.issue.record_id), record)
    return decide(requested, world_of(kernel).index.facts(requested, NOW), NOW)


def loop(kernel, question, records):
    message = [record for record in records if single(kernel, question, record).permitted]
    return sorted((record for record in message if not hidden(kernel, question, record)), key=lambda r: r.position)


def hidden(kernel, question, record):
    """Whether the record must not be named to who asks by person, as every incident is about one."""
    return any(question.incident) and "pseudonymise" in single(kernel, question, record).obligations


def pages(kernel, question, limit):
    found, cursor = [], ""
    while True:
        page = kernel.decisions.search.query_accessible(question, cursor, limit)
        found += page.records
        if not page.cursor:
            return sorted(found, key=lambda record: record.position)
        assert len(page.records) == limit, "a page that is not the last is full"
        cursor = page.cursor


def check_everything(kernel, store, pick):
    requester, purpose, action = pick([TRIAL, CREW, checksum(ANN), HOSPITAL]), pick(ASKED), pick(["view", "compute"])
    incident_of = bytes(32)
    if requester == CREW and pick([True, False]):
        incident_of = store.log.append([incident()], NOW)[0].signed.entry.entry
    for category in dict.fromkeys(CATEGORIES):
        question = replace(
            kernel.decisions.evaluation.request(requester, bytes(32), category, purpose, action), incident=incident_of
        )
        scope = store.index.records_of(ANN) if any(incident_of) else all_records(kernel)
        expected = loop(kernel, question, [r for r in scope if f"{r.issue.category}.".startswith(f"{category}.")])
        assert (
            list(kernel.decisions.search.find(requester, category, purpose, action, incident=incident_of)) == expected
        )
        assert pages(kernel, question, pick([1, 2, 5])) == expected
    everything = replace(question, category=EVERYTHING)
    scope = store.index.records_of(ANN) if any(incident_of) else all_records(kernel)
    assert pages(kernel, everything, pick([1, 2, 5])) == loop(kernel, everything, scope)
    for person in PERSONS:
        answers = kernel.decisions.search.evaluate(requester, person, purpose, action, incident=incident_of)
        expected = loop(kernel, everything, store.index.records_of(person))
        open_ones = [r for r in expected if "pseudonymise" not in single(kernel, everything, r).obligations]
        assert [record for record, _ in answers] == open_ones
        assert all(decision == single(kernel, everything, record) for record, decision in answers)
    check_who(kernel, purpose, action)
    check_actions(kernel, requester, purpose)


def check_actions(kernel, requester, purpose):
    for record in all_records(kernel):
        question = kernel.decisions.evaluation.request(
            requester, record.issue.record_id, record.issue.category, purpose, "view"
        )
        expected = [a for a in sorted(ACTIONS) if single(kernel, replace(question, action=a), record).permitted]
        assert kernel.decisions.record_questions.actions(requester, record.issue.record_id, purpose) == expected


def check_who(kernel, purpose, action):
    for record in all_records(kernel):
        question = kernel.decisions.evaluation.request(
            TRIAL, record.issue.record_id, record.issue.category, purpose, action
        )
        expected = [p for p in PARTIES if single(kernel, replace(question, requester=p.account), record).permitted]
        message = kernel.decisions.record_questions.who_can_access(
            record.issue.data_subject, record.issue.record_id, purpose, action
        )
        assert {party.account for party, _ in message} == {party.account for party in expected}


@pytest.mark.parametrize("some", sampled(range(10)))
def test_i6_over_a_thousand_random_stores_bulk_answers_are_the_loop_of_single_ones(some):
    for seed in range(some * 100, some * 100 + 100):
        store = MemoryStore()
        kernel = world_over(store)
        check_everything(kernel, store, live(store, seed))


def check_database(url, seed, monkeypatch):
    """Candidates are looked at one, two or many at once, so that also in a small store a page ends between them; some
    questions look at more than may be answered in the step that logs them, and some steps are the writing thread's.
    """
    fewest, most = [(1, 1), (1, 2), (2, 3), (search.FEWEST, search.MOST)][seed % 4]
    store = open_store(url)
    with monkeypatch.context() as few:
        few.setattr(search, "FEWEST", fewest)
        few.setattr(search, "MOST", most)
        few.setattr(searching, "CANDIDATES", [1, 2, searching.CANDIDATES][seed % 3])
        few.setattr(searching, "AT_ONCE", [1, 2, searching.AT_ONCE][seed % 5 % 3])
        if seed % 7 % 2:
            few.setattr(store.database.writer, "run_inline", lambda *_, **__: None)
        check_everything(world_over(store), store, live(store, seed))
    store.dispose()


def test_i6_a_database_answers_the_same_in_bulk(tmp_path, monkeypatch):
    for seed in range(sized(40)):
        check_database(f"sqlite:///{tmp_path / str(seed)}.db", seed, monkeypatch)


def test_i6_a_database_server_answers_the_same_in_bulk(cluster, monkeypatch):
    for seed in range(sized(8)):
        with cluster.database() as url:
            check_database(url, seed, monkeypatch)


def test_the_random_stores_are_worth_asking():
    """The property above compares something: many stores permit, and many refuse."""
    sizes = []
    for seed in range(100):
        store = MemoryStore()
        kernel = world_over(store)
        live(store, seed)
        sizes.append(len(kernel.decisions.search.find(TRIAL, LAB, "hl7:CLINTRCH", "view")))
    assert sum(size > 0 for size in sizes) > 10
    assert sizes.count(0) > 15


def test_what_if_lists_exactly_what_signing_changes():
    changed, seeds = 0, sized(300)
    for seed in range(seeds):
        store = MemoryStore()
        kernel = world_over(store)
        changed += check_what_if(kernel, store, live(store, seed))
    assert changed > seeds // 3


def check_what_if(kernel, store, pick):
    grantee, grants = (
        pick([TRIAL, "role:responder", "role:trial"]),
        tuple(some_grant(pick) for _ in range(pick([1, 2]))),
    )
    wish = GrantRequest(ANN, grantee, grants, NOTICE.digest, bytes(32))
    for log in LOGS:
        anchor(store, log)
    foreseen = {key_of(c): c.after.permitted for c in kernel.consents.what_if.changes(wish)}
    before = answers_about(kernel)
    newest = store.index.newest(ANN, grantee)
    store.log.append([consent(ANN, grantee, newest, grants)], NOW)
    anchor(store, CONSENTS)
    after = answers_about(kernel)
    really = {way: after[way] for way in after if after[way] != before[way]}
    changes = {way: message for way, message in foreseen.items() if before.get(way, message) != message}
    assert really == changes
    return len(really)


def key_of(change):
    return change.party.account, change.record.issue.record_id, change.purpose, change.action


def answers_about(kernel):
    found = {}
    for party in PARTIES:
        for record in kernel.queries.records_of(ANN):
            for purpose in PURPOSES:
                for action in ("view", "compute"):
                    q = kernel.decisions.evaluation.request(
                        party.account, record.issue.record_id, record.issue.category, purpose, action
                    )
                    found[party.account, record.issue.record_id, purpose, action] = single(kernel, q, record).permitted
    return found


@pytest.fixture
def kernel():
    store = MemoryStore()
    kernel = world_over(store)
    store.log.append([seal(Issue(name(n), ANN, HOSPITAL, LAB, 0, 0, *REST)) for n in range(5)], NOW)
    store.log.append([consent(ANN, TRIAL)], NOW)
    for log in LOGS:
        anchor(store, log)
    store.anchoring.touch(NOW)
    return kernel


REST = (name("content"), "bafy", bytes(32), NOW, bytes(32))


def question(kernel, **more):
    return replace(kernel.decisions.evaluation.request(TRIAL, bytes(32), LAB, "hl7:CLINTRCH", "view"), **more)


def test_i1_every_page_leaves_a_receipt(kernel):
    page = kernel.decisions.search.query_accessible(question(kernel), "", 2)
    kernel.decisions.search.query_accessible(question(kernel), page.cursor, 2)
    message = [world_of(kernel).log.statement_at(ACCESS, place).signed.statement for place in range(2)]
    assert [(r.reason, r.permitted, r.requester) for r in message] == [("searched", True, TRIAL)] * 2


def test_i6_a_cursor_reveals_no_position_and_serves_one_question(kernel):
    one, other = (kernel.decisions.search.query_accessible(question(kernel), "", 2).cursor for _ in range(2))
    assert one != other, "the same place twice looks different"
    with pytest.raises(MalformedInput, match="start without one"):
        kernel.decisions.search.query_accessible(question(kernel, action="copy"), one)


def test_a_cursor_of_another_ledger_is_refused(kernel):
    elsewhere = Kernel.of(replace(world_of(kernel), gateway=Wallet(bytes([51]) * 32)))
    cursor = elsewhere.decisions.search.query_accessible(question(elsewhere), "", 2).cursor
    for wrong in (cursor, "x", "가", "AAAA" * 1000, cursor[:-8]):
        with pytest.raises(MalformedInput, match="cursor"):
            kernel.decisions.search.query_accessible(question(kernel), wrong)


def test_a_page_has_at_most_as_many_as_are_wanted_and_at_most_a_thousand(kernel):
    for none in (0, -7):
        page = kernel.decisions.search.query_accessible(question(kernel), "", none)
        assert page.records == ()
        assert len(kernel.decisions.search.query_accessible(question(kernel), page.cursor).records) == 5
    assert len(kernel.decisions.search.query_accessible(question(kernel), "", 10**9).records) == 5


def test_i7_who_can_access_is_answered_for_the_data_subject_only(kernel):
    message = kernel.decisions.record_questions.who_can_access(ANN, name(1), "hl7:CLINTRCH", "view")
    assert [party.account for party, _ in message] == [TRIAL]
    for who, record in ((EVE, name(1)), (ANN, name(99))):
        with pytest.raises(NotFound):
            kernel.decisions.record_questions.who_can_access(who, record, "hl7:CLINTRCH", "view")


def test_unknown_words_are_named_in_bulk_questions_too(kernel):
    with pytest.raises(UnknownTerm, match="nearest"):
        kernel.decisions.search.evaluate(TRIAL, ANN, "hl7:CLINTRC", "view")
    with pytest.raises(UnknownTerm, match="view"):
        kernel.decisions.search.evaluate(TRIAL, ANN, "hl7:CLINTRCH", "see")


def test_what_if_over_too_much_is_refused(kernel, monkeypatch):
    monkeypatch.setattr("mydata_ledger.ledger.kernel.consents.what_if.MOST_QUESTIONS", 4)
    grant = Grant(Effect.PERMIT, ("*",), ("*",), ("view",), 0, NEVER)
    with pytest.raises(TooLarge, match="fewer purposes"):
        kernel.consents.what_if.changes(GrantRequest(ANN, TRIAL, (grant,), NOTICE.digest, bytes(32)))
