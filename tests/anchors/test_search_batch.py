"""Questions about many records, answered in the step that logs them: as far as that takes no time, and never wrong."""

from dataclasses import fields, replace

import pytest

from mydata_ledger.anchors.memory import MemoryStore
from mydata_ledger.anchors.store import Store
from mydata_ledger.anchors.store.facts import search_batch
from mydata_ledger.ledger.access import AccessRequest
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, RECORDS
from mydata_ledger.ledger.search import PageQuery, PersonQuery
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
    made = filled(Store(url))
    if request.param == "by the thread":
        monkeypatch.setattr(made.database.writer, "run_inline", lambda *_, **__: None)
    yield made
    made.dispose()


NOT_THE_TWIN = pytest.mark.parametrize("store", ["here", "by the thread", "on a server"], indirect=True)
"""The twin reads its logs whole, one question after another, and so tells at once what an index tells later."""


def filled(store):
    """Ann, with three records, and Eve, with one, said yes to the trial; Ann said something to another, too."""
    store.directory.set_parties(PARTIES)
    store.log.append([issue(n) for n in (1, 2, 3)] + [issue(4, EVE, "health.vitals")], NOW)
    store.log.append([consent(ANN, TRIAL), consent(EVE, TRIAL), consent(ANN, CREW)], NOW)
    return store


def widened(kind, asked=0, requester=TRIAL, category="*", **more):
    plain = replace(request(0, requester, asked), category=category)
    return kind(**{field.name: getattr(plain, field.name) for field in fields(AccessRequest)} | more)


def about(person, asked=0, most=9, requester=TRIAL):
    return widened(PersonQuery, asked, requester, data_subject=person, most=most)


def behind(asked=0, *, after=START, limit=9, most=9, permits=lambda *_: True, requester=TRIAL, category="*"):
    return widened(PageQuery, asked, requester, category, after=after, limit=limit, most=most, permits=permits)


def told(store, *questions):
    """What each question was told in the step that logged it."""
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


def test_i6_a_person_is_told_in_the_step_as_a_survey_tells(store):
    asked = [(ANN, TRIAL), (EVE, TRIAL), (ANN, CREW), (b"\x0c" * 20, TRIAL)]
    known = told(store, *(about(person, n, requester=who) for n, (person, who) in enumerate(asked)))
    for (person, who), facts in zip(asked, known, strict=True):
        assert list(facts.each) == store.index.person_facts(request(0, who), person, NOW)
    assert [len(facts.each) for facts in known] == [3, 1, 3, 0]
    assert all(facts.record is None and facts.consents == () for facts in known)


def test_i6_a_search_is_told_in_the_step_as_it_sifts(store):
    everything = store.index.page_facts(behind(), NOW, START, 9, always)
    assert len(everything) == 4
    asked = [behind(1), behind(2, limit=2), behind(3, after=everything[1][0]), behind(4, category="health.vitals")]
    asked += [behind(5, requester=CREW), behind(6, permits=never)]
    found = [list(facts.found) for facts in told(store, *asked)]
    assert found[:3] == [everything, everything[:2], everything[2:]]
    assert found[3:] == [[e for e in everything if e[1] == name(4)], [e for e in everything if e[1] != name(4)], []]


def test_i1_i6_questions_of_all_kinds_share_a_step_and_each_leaves_its_receipt(store):
    person, search, one = told(store, about(ANN, 1), behind(2), request(1, asked=3))
    assert (len(person.each), len(search.found)) == (3, 4)
    assert one.record.issue.record_id == name(1)
    assert one.consents[0].consent.grantee == TRIAL
    assert store.log.head(ACCESS).size == 3


def test_who_has_more_records_than_may_be_looked_at_is_not_told_in_part(store):
    few, many = told(store, about(EVE, 1, most=2), about(ANN, 2, most=2))
    assert (len(few.each), many.each) == (1, None)


@NOT_THE_TWIN
def test_a_search_that_must_look_further_is_not_told_in_part(store):
    assert [
        facts.found for facts in told(store, behind(1, most=1, permits=never), behind(2, most=2, permits=never))
    ] == [
        None,
        (),
    ]
    (first,) = told(store, behind(3, limit=1, most=1))
    assert len(first.found) == 1, "what is found before the end is the whole answer"
    assert told(store, behind(4, most=0))[0].found is None


@NOT_THE_TWIN
def test_a_group_looks_at_so_much_and_leaves_the_rest_for_after_the_receipts(store, monkeypatch):
    monkeypatch.setattr(search_batch, "MAX_EXAMINED", 5)
    assert [facts.found is None for facts in told(store, behind(1), behind(2))] == [False, True]
    assert [facts.found is None for facts in told(store, behind(5, limit=2), behind(6, limit=2))] == [False, False]
    monkeypatch.setattr(search_batch, "MAX_EXAMINED", 3)
    assert [facts.each for facts in told(store, about(ANN, 3), about(EVE, 4))] == [None, None]


@NOT_THE_TWIN
def test_where_uses_count_nothing_is_told_before_every_receipt_is_in_its_place(store):
    store.log.append([consent(EVE, CREW, grants=(ONCE,))], NOW)
    person, search, other = told(
        store, about(EVE, 1, requester=CREW), behind(2, requester=CREW, category="health.vitals"), about(EVE, 3)
    )
    assert (person.each, search.found, len(other.each)) == (None, None, 1)


def test_i3_a_withdrawal_accepted_before_the_receipt_is_written_is_seen_by_it(store):
    """Between the facts and the receipt where the two are not one step, and else between two steps."""
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

    store.log.answer_soon([about(EVE, 1)], respond, NOW).result(10)
    if not between:
        store.log.append([revocation(given)], NOW)
        store.log.answer_soon([about(EVE, 2)], respond, NOW).result(10)
    assert states == [False, True]


def test_what_is_told_rests_on_the_sizes_that_are_told(store):
    for log, size in ((CONSENTS, 2), (RECORDS, 3)):
        store.anchoring.mark_anchored(log, store.log.head_at(log, size), 7)
    (facts,) = told(store, about(ANN, 1))
    assert (facts.consents_size, facts.records_size, facts.block) == (2, 3, 7)
    assert [each.record.anchored for each in facts.each] == [True] * 3
    assert {each.consents[0].anchored for each in facts.each} == {True}
    assert {(each.consents_size, each.records_size) for each in facts.each} == {(2, 3)}
