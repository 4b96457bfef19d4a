"""Questions about many records, answered in the transaction that logs them, within a limit and never wrongly."""

from dataclasses import fields, replace

import pytest

from mydata_ledger.anchors.memory import MemoryStore
from mydata_ledger.anchors.store.facts import search_batch
from mydata_ledger.ledger.access import AccessRequest
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, RECORDS
from mydata_ledger.ledger.search import PageQuery, PersonQuery
from testing.stores import open_store
from tests.anchors.sample_statements import (
    ANN,
    CREW,
    EVE,
    NOW,
    PARTIES,
    READ,
    TRIAL,
    consent,
    issue,
    name,
    receipt,
    request,
    revocation,
)

START = (-1, -1)
ONCE = replace(READ, conditions=("once",))


@pytest.fixture(params=["here", "by the thread", "on a server", "in memory"])
def store(request, tmp_path, monkeypatch):
    if request.param == "in memory":
        yield filled(MemoryStore())
        return
    server = request.param == "on a server"
    url = request.getfixturevalue("server_database") if server else f"sqlite:///{tmp_path / 'wide.db'}"
    made = filled(open_store(url))
    if request.param == "by the thread":
        monkeypatch.setattr(made.database.writer, "run_inline", lambda *_, **__: None)
    yield made
    made.dispose()


DATABASES_ONLY = pytest.mark.parametrize("store", ["here", "by the thread", "on a server"], indirect=True)
"""The store in memory has no limit: it reads its whole logs for each question."""


def filled(store):
    """Fill a store: Ann (three records) and Eve (one) consented to the trial, and Ann also to another party."""
    store.directory.set_parties(PARTIES)
    store.log.append([issue(n) for n in (1, 2, 3)] + [issue(4, EVE, "health.vitals")], NOW)
    store.log.append([consent(ANN, TRIAL), consent(EVE, TRIAL), consent(ANN, CREW)], NOW)
    return store


def query_of(kind, requested=0, requester=TRIAL, category="*", **more):
    plain = replace(request(0, requester, requested), category=category)
    return kind(**{field.name: getattr(plain, field.name) for field in fields(AccessRequest)} | more)


def person_query(person, requested=0, most=9, requester=TRIAL):
    return query_of(PersonQuery, requested, requester, data_subject=person, most=most)


def page_query(requested=0, *, after=START, limit=9, most=9, permits=lambda *_: True, requester=TRIAL, category="*"):
    return query_of(PageQuery, requested, requester, category, after=after, limit=limit, most=most, permits=permits)


def facts_of(store, *questions):
    """The facts for each question, in the transaction that logged its receipt."""
    seen = {}

    def respond(question, facts):
        seen[question.request_id] = facts
        return receipt(question, facts)

    logged = store.log.answer_soon(questions, respond, NOW).result(10)
    assert [one.signed.statement.request_id for one in logged] == [one.request_id for one in questions]
    return [seen[question.request_id] for question in questions]


def always(*_):
    return True


def never(*_):
    return False


def test_i6_a_batch_gives_the_facts_about_a_person_that_the_index_gives(store):
    requested = [(ANN, TRIAL), (EVE, TRIAL), (ANN, CREW), (b"\x0c" * 20, TRIAL)]
    expected_facts = facts_of(
        store, *(person_query(person, n, requester=who) for n, (person, who) in enumerate(requested))
    )
    for (person, who), facts in zip(requested, expected_facts, strict=True):
        assert list(facts.each) == store.index.person_facts(request(0, who), person, NOW)
    assert [len(facts.each) for facts in expected_facts] == [3, 1, 3, 0]
    assert all(facts.record is None and facts.consents == () for facts in expected_facts)


def test_i6_a_batch_gives_the_page_of_a_search_that_the_index_gives(store):
    everything = store.index.page_facts(page_query(), NOW, START, 9, always)
    assert len(everything) == 4
    requested = [
        page_query(1),
        page_query(2, limit=2),
        page_query(3, after=everything[1][0]),
        page_query(4, category="health.vitals"),
    ]
    requested += [page_query(5, requester=CREW), page_query(6, permits=never)]
    found = [list(facts.found) for facts in facts_of(store, *requested)]
    assert found[:3] == [everything, everything[:2], everything[2:]]
    assert found[3:] == [[e for e in everything if e[1] == name(4)], [e for e in everything if e[1] != name(4)], []]


def test_a_search_of_a_category_finds_records_of_the_categories_below_it(store):
    store.log.append([issue(5, EVE, "health.lab.specimen")], NOW)
    (found,) = facts_of(store, replace(page_query(1, category="health.lab"), below=("health.lab.specimen",)))
    assert {record for _, record in found.found} == {name(n) for n in (1, 2, 3, 5)}
    (narrow,) = facts_of(store, page_query(2, category="health.lab.specimen"))
    assert [record for _, record in narrow.found] == [name(5)]


def test_i1_i6_questions_of_all_kinds_share_a_batch_and_each_logs_its_receipt(store):
    person, search, one = facts_of(store, person_query(ANN, 1), page_query(2), request(1, requested=3))
    assert (len(person.each), len(search.found)) == (3, 4)
    assert one.record.issue.record_id == name(1)
    assert one.consents[0].consent.grantee == TRIAL
    assert store.log.head(ACCESS).size == 3


def test_a_person_with_more_records_than_the_limit_is_not_answered_in_part(store):
    few, many = facts_of(store, person_query(EVE, 1, most=2), person_query(ANN, 2, most=2))
    assert (len(few.each), many.each) == (1, None)


@DATABASES_ONLY
def test_a_search_that_must_read_more_is_not_answered_in_part(store):
    assert [
        facts.found
        for facts in facts_of(store, page_query(1, most=1, permits=never), page_query(2, most=2, permits=never))
    ] == [
        None,
        (),
    ]
    (first,) = facts_of(store, page_query(3, limit=1, most=1))
    assert len(first.found) == 1, "what is found before the end is the whole answer"
    assert facts_of(store, page_query(4, most=0))[0].found is None


@DATABASES_ONLY
def test_a_batch_reads_up_to_the_limit_and_leaves_the_rest_for_after_the_receipts(store, monkeypatch):
    monkeypatch.setattr(search_batch, "MAX_EXAMINED", 5)
    assert [facts.found is None for facts in facts_of(store, page_query(1), page_query(2))] == [False, True]
    assert [facts.found is None for facts in facts_of(store, page_query(5, limit=2), page_query(6, limit=2))] == [
        False,
        False,
    ]
    monkeypatch.setattr(search_batch, "MAX_EXAMINED", 3)
    assert [facts.each for facts in facts_of(store, person_query(ANN, 3), person_query(EVE, 4))] == [None, None]


@DATABASES_ONLY
def test_where_uses_count_nothing_is_answered_before_every_receipt_is_indexed(store):
    store.log.append([consent(EVE, CREW, grants=(ONCE,))], NOW)
    person, search, other = facts_of(
        store,
        person_query(EVE, 1, requester=CREW),
        page_query(2, requester=CREW, category="health.vitals"),
        person_query(EVE, 3),
    )
    assert (person.each, search.found, len(other.each)) == (None, None, 1)


def test_i3_a_withdrawal_accepted_before_the_receipt_is_written_is_seen_by_it(store):
    """The revocation comes between facts and receipt, or between two questions if these are one transaction."""
    given = store.log.statement_at(CONSENTS, store.index.consents_of(EVE)[0].position)
    states, between = (
        [],
        not isinstance(store, MemoryStore) and store.database.writer.run_inline(lambda _: None) is None,
    )

    def respond(question, facts):
        states.append(facts.each[0].consents[0].revoked)
        if between and len(states) == 1:
            store.log.append([revocation(given)], NOW)
        return receipt(question, facts)

    store.log.answer_soon([person_query(EVE, 1)], respond, NOW).result(10)
    if not between:
        store.log.append([revocation(given)], NOW)
        store.log.answer_soon([person_query(EVE, 2)], respond, NOW).result(10)
    assert states == [False, True]


def test_facts_agree_with_the_log_sizes_they_name(store):
    for log, size in ((CONSENTS, 2), (RECORDS, 3)):
        store.anchoring.mark_anchored(log, store.log.head_at(log, size), 7)
    (facts,) = facts_of(store, person_query(ANN, 1))
    assert (facts.consents_size, facts.records_size, facts.block) == (2, 3, 7)
    assert [each.record.anchored for each in facts.each] == [True] * 3
    assert {each.consents[0].anchored for each in facts.each} == {True}
    assert {(each.consents_size, each.records_size) for each in facts.each} == {(2, 3)}
