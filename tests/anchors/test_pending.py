"""Pending receipts: durable, at fixed positions, counted as uses, and indexed exactly once by any process."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from mydata_ledger.anchors.store.log import receipt_queue
from mydata_ledger.anchors.store.log.receipt_buffer import BACKLOG
from mydata_ledger.ledger import merkle
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS
from testing.stores import open_store
from tests.anchors.sample_statements import (
    ANN,
    NOW,
    PARTIES,
    READ,
    TRIAL,
    consent,
    incident,
    issue,
    name,
    receipt,
    request,
    revocation,
)

ROOT = Path(__file__).parents[2]


@pytest.fixture
def opened(database, monkeypatch):
    """Stores over one database, which index receipts only when a read needs it."""
    monkeypatch.setattr("mydata_ledger.anchors.store.db.group_commit.IDLE_SECONDS", 3_600)
    stores = []

    def open_again():
        stores.append(open_store(database))
        return stores[-1]

    yield open_again
    for store in stores:
        store.dispose()


def ask(store, *numbers, permitted=True):
    questions = [request(1, requested=number) for number in numbers]
    return store.log.answer_soon(questions, lambda question, facts: receipt(question, facts, permitted), NOW).result()


def with_record_and_consent(store, *conditions):
    store.directory.set_parties(PARTIES)
    return store.log.append([issue(1), consent(ANN, TRIAL, grants=(replace(READ, conditions=conditions),))], NOW)[1]


def waiting(database):
    with sqlite3.connect(database.removeprefix("sqlite:///")) as connection:
        return connection.execute("select coalesce(sum(count), 0) from pending").fetchone()[0]


def test_receipts_have_their_positions_before_they_are_indexed(database, opened):
    store = opened()
    with_record_and_consent(store)
    logged = ask(store, 1, 2) + ask(store, 3)
    assert [each.position for each in logged] == [0, 1, 2]
    assert [store.log.statement_at(ACCESS, n) for n in range(4)] == [*logged, None]
    assert waiting(database) == 3


@pytest.mark.parametrize(
    "reads",
    [
        lambda store, logged: store.log.head(ACCESS).size == 5,
        lambda store, logged: store.log.find(ACCESS, logged.signed.entry.entry) == logged,
        lambda store, logged: len(store.index.receipts_of(ANN, -1, 9)) == 5,
        lambda store, logged: len(store.index.receipts_by(TRIAL, -1, 9)) == 5,
        lambda store, logged: len(store.anchoring.leaves(ACCESS, 0, 9)) == 5,
        lambda store, logged: len(store.log.inclusion(ACCESS, 4, 5)) > 0,
        lambda store, logged: store.index.consents_of(ANN)[0].uses == 5,
        lambda store, logged: store.log.append([incident()], NOW)[0].position == 5,
    ],
    ids=range(8),
)
def test_i1_every_reader_sees_every_receipt_also_from_another_process(database, opened, reads):
    one, other = opened(), opened()
    with_record_and_consent(one)
    logged = ask(one, 1, 2) + ask(one, 3, 4, 5)
    assert waiting(database) == 5
    assert reads(other, logged[4])
    assert waiting(database) == 0
    assert other.log.statement_at(ACCESS, 4) == one.log.statement_at(ACCESS, 4) == logged[4]
    assert one.log.head(ACCESS) == other.log.head(ACCESS)


def test_a_status_look_up_indexes_no_receipt(database, opened):
    one, other = opened(), opened()
    message = with_record_and_consent(one).signed
    ask(one, 1, 2)
    state = other.index.consent(message.entry.entry)
    assert (state.consent, state.position, state.uses) == (message.statement, 0, 0)
    assert waiting(database) == 2


def uses_in_facts(store):
    return store.index.facts(request(1), NOW).consents[0].uses


def uses_in_person_facts(store):
    return store.index.person_facts(request(1), ANN, NOW)[0].consents[0].uses


def uses_in_page_facts(store):
    seen = []
    store.index.page_facts(request(1), NOW, (-1, -1), 9, lambda facts: seen.append(facts.consents[0].uses) or True)
    return seen[-1]


@pytest.mark.parametrize("reads", [uses_in_facts, uses_in_person_facts, uses_in_page_facts])
def test_i6_questions_see_every_use_that_counts_also_of_another_process(database, opened, reads):
    one, other = opened(), opened()
    with_record_and_consent(one, "max-uses:9")
    ask(one, 1, 2)
    assert reads(other) == 2
    assert waiting(database) == 0


@pytest.mark.parametrize("reads", [uses_in_facts, uses_in_person_facts, uses_in_page_facts])
def test_questions_wait_for_no_receipt_where_uses_do_not_count(database, opened, reads):
    one, other = opened(), opened()
    with_record_and_consent(one)
    ask(one, 1, 2)
    assert reads(other) == 0
    assert waiting(database) == 2


def test_i3_uses_that_are_not_indexed_yet_count(opened):
    one, other = opened(), opened()
    with_record_and_consent(one, "max-uses:4")
    seen = []

    def respond(question, facts):
        state = facts.consents[0]
        seen.append(state.uses)
        return receipt(question, facts)

    for store, numbers in ((one, (1, 2)), (other, (3,)), (one, (4,))):
        store.log.answer_soon([request(1, requested=n) for n in numbers], respond, NOW).result()
    assert seen == [0, 1, 2, 3]


def test_a_use_in_a_group_is_the_last_one_for_the_next_question_of_it(opened):
    one, other = opened(), opened()
    with_record_and_consent(one, "every-days:1")
    seen = []

    def respond(question, facts):
        seen.append((question.request_id, facts.consents[0].last_use))
        return receipt(question, facts)

    for store, numbers in ((one, (1, 2)), (other, (3,))):
        store.log.answer_soon([request(1, requested=n) for n in numbers], respond, NOW).result()
    assert seen == [(name("ask 1"), None), (name("ask 2"), NOW), (name("ask 3"), NOW)]


def test_all_or_none_of_a_group_are_answered(opened):
    store = opened()
    with_record_and_consent(store, "max-uses:4")
    counted = []

    def respond(question, facts):
        counted.append(facts.consents[0].uses)
        if question.request_id == name("ask 3"):
            raise ZeroDivisionError
        return receipt(question, facts)

    with pytest.raises(ZeroDivisionError):
        store.log.answer_soon([request(1, requested=n) for n in (1, 2, 3)], respond, NOW).result()
    assert store.log.head(ACCESS).size == 0
    ask(store, 4)
    assert store.index.facts(request(1), NOW).consents[0].uses == 1


def test_i9_nothing_waits_for_ever(database):
    store = open_store(database)
    with_record_and_consent(store)
    ask(store, *range(20))
    for _ in range(200):
        if not waiting(database):
            break
        threading.Event().wait(0.02)
    assert waiting(database) == 0
    store.dispose()


def test_too_many_do_not_wait(database, opened, monkeypatch):
    assert BACKLOG >= receipt_queue.BATCH_SIZE
    monkeypatch.setattr("mydata_ledger.anchors.store.log.receipt_buffer.BACKLOG", 30)
    store = opened()
    with_record_and_consent(store)
    for start in range(0, 200, 10):
        ask(store, *range(start, start + 10))
        assert waiting(database) <= 40
    assert store.log.head(ACCESS).size == 200


def test_positions_that_are_in_use_are_unknown_and_not_overwritten(database, opened):
    store = opened()
    with_record_and_consent(store)
    logged = ask(store, 1, 2)
    with sqlite3.connect(database.removeprefix("sqlite:///")) as connection:
        connection.execute("update heads set size = 1 where log = 'access'")
    with pytest.raises(SourceUnavailable, match="rebuild the database"):
        store.index.receipts_of(ANN, -1, 9)
    assert store.log.statement_at(ACCESS, 1) == logged[1]


def test_i9_receipts_survive_a_restart_before_they_are_indexed(database, opened):
    store = opened()
    with_record_and_consent(store)
    logged = ask(store, 1, 2, 3)
    store.dispose()
    assert waiting(database) == 3
    again = opened()
    assert again.index.receipts_of(ANN, -1, 9) == logged


CRASHER = """
import itertools, os, sys, time
from mydata_ledger.anchors.store import Store
from tests.anchors.sample_statements import NOW, receipt, request
store, run = Store(sys.argv[1]), sys.argv[2]
for number in itertools.count():
    questions = [request(1, requested=f"{run}/{number}/{n}") for n in range(1 + number % 7)]
    for logged in store.log.answer_soon(questions, lambda question, facts: receipt(question, facts), NOW).result():
        print(logged.position, logged.signed.entry.entry.hex(), flush=False)
    sys.stdout.flush()
    if number % 5 == 4:
        time.sleep(0.06)
"""


def test_i9_i10_a_kill_in_mid_group_loses_no_acknowledged_receipt_and_applies_none_twice(database, opened):
    """Two processes answer and index at the same time; both are killed several times."""
    with_record_and_consent(opened())
    acknowledged = {}
    for run in range(4):
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", CRASHER, database, f"{run}{side}"], cwd=ROOT, stdout=subprocess.PIPE, text=True
            )
            for side in "ab"
        ]
        outputs = [
            [process.stdout.readline() for _ in range(random.Random(run).randint(5, 60))] for process in processes
        ]
        for process in processes:
            os.kill(process.pid, signal.SIGKILL)
        for process, lines in zip(processes, outputs, strict=True):
            rest, _ = process.communicate()
            for line in lines + [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]:
                position, entry = line.split()
                assert acknowledged.setdefault(int(position), entry) == entry
    store = opened()
    size = store.log.head(ACCESS).size
    entries = store.anchoring.entries(ACCESS, 0, size)
    assert len(acknowledged) > 50
    assert {position: entries[position].hex() for position in acknowledged} == acknowledged
    message = [store.log.statement_at(ACCESS, position).signed.statement.request_id for position in range(size)]
    assert len(set(message)) == size
    assert store.log.head(ACCESS).root == merkle.bag(
        merkle.grow(0, [], [merkle.leaf_hash(entry) for entry in entries])[0]
    )
    assert store.index.consents_of(ANN)[0].uses == size
    assert len(store.index.receipts_of(ANN, -1, size + 1)) == size


ASKER = """
import itertools, sys
from mydata_ledger.anchors.store import Store
from tests.anchors.sample_statements import NOW, receipt, request
store = Store(sys.argv[1])
for number in itertools.count():
    questions = [request(1, requested=f"{sys.argv[2]}/{number}/{n}") for n in range(5)]
    answer = lambda question, facts: receipt(question, facts, not facts.consents[0].revoked)
    for logged in store.log.answer_soon(questions, answer, NOW).result():
        print(logged.signed.statement.permitted, flush=False)
    sys.stdout.flush()
"""


def test_i3_a_withdrawal_accepted_here_denies_what_other_processes_answer_next(database, opened):
    store = opened()
    given = with_record_and_consent(store)
    processes = [
        subprocess.Popen([sys.executable, "-c", ASKER, database, side], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for side in "ab"
    ]
    for process in processes:
        assert process.stdout.readline() == "True\n"
    store.log.append([revocation(given)], NOW)
    denied_from = store.log.head(ACCESS).size
    for process in processes:
        while process.stdout.readline() != "False\n":
            continue
    while store.log.head(ACCESS).size <= denied_from:
        for process in processes:  # whoever is not heard stops when the pipe is full
            process.stdout.readline()
    for process in processes:
        process.kill()
        process.communicate()
    size = store.log.head(ACCESS).size
    later = [
        store.log.statement_at(ACCESS, position).signed.statement.permitted for position in range(denied_from, size)
    ]
    assert not any(later)
    assert store.log.head(CONSENTS).size == 2
