"""Consents accepted in one write: each has the outcome that it would have alone."""

import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mydata_ledger.anchors.memory import MemoryStore
from mydata_ledger.ledger.commitment.entry import NO_LOCK, RevocationMark
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.errors import InvalidStatement, LedgerError, SourceUnavailable, StaleConsent
from mydata_ledger.ledger.merkle import verify_inclusion
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.receipt import CONSENTS, LoggedStatement
from testing.sizes import sized
from testing.stores import open_store
from tests.anchors.sample_statements import (
    ANN,
    EVE,
    NOW,
    OTHER,
    PARTIES,
    TRIAL,
    consent,
    delegation,
    name,
    revocation,
    seal,
)

NOTICE = Notice("general", 1, "en", "What we tell you.")
PERSONS = [bytes([n]) * 20 for n in range(1, 5)]


def no_check(_signed, _newest, _published):
    """A check that refuses nothing."""


def accept(store, *signed, check=no_check):
    return store.log.accept_soon(signed, check, NOW).result(10)


def logged_at_zero(signed):
    return LoggedStatement(signed, 0, NOW)


def comparable(outcomes):
    """The outcomes in a form that can be compared between stores."""
    return [(type(one), str(one)) if isinstance(one, LedgerError) else (one.position, one.signed) for one in outcomes]


def test_i9_one_that_is_refused_leaves_no_gap_and_the_others_are_in_order(store):
    def check(signed, _newest, _published):
        if signed.statement.data_subject == PERSONS[1]:
            raise InvalidStatement("not this one")

    outcomes = accept(store, *(consent(person, TRIAL) for person in PERSONS), check=check)
    assert isinstance(outcomes[1], InvalidStatement)
    assert [one.position for one in outcomes if not isinstance(one, LedgerError)] == [0, 1, 2]
    head = store.log.head(CONSENTS)
    assert head.size == 3
    for one in (outcomes[0], outcomes[2], outcomes[3]):
        path = store.log.inclusion(CONSENTS, one.position, 3)
        verify_inclusion(one.signed.entry.leaf, one.position, head, path)
        assert store.index.newest(one.signed.statement.data_subject, TRIAL) == one
    assert store.index.newest(PERSONS[1], TRIAL) is None


def test_i10_the_same_twice_in_a_group_and_again_later_has_one_position(store):
    one = consent(ANN, TRIAL)
    first, again = accept(store, one, one)
    (later, other) = accept(store, one, consent(EVE, TRIAL))
    assert first == again == later
    assert (first.position, other.position) == (0, 1)


def test_two_versions_in_a_group_follow_each_other_in_the_order_they_came(store):
    first = consent(ANN, TRIAL)
    second = consent(ANN, TRIAL, logged_at_zero(first))
    early, ended, late = accept(store, second, first, second)
    assert isinstance(early, StaleConsent)
    assert (ended.position, late.position) == (0, 1)
    states = store.index.consents_of(ANN)
    assert [(state.consent.version, state.superseded) for state in states] == [(1, True), (2, False)]
    assert comparable(accept(store, first)) == comparable([ended]), "an older one said again is where it was"


def test_each_is_judged_by_the_newest_before_it_in_the_group_too(store):
    first = consent(ANN, TRIAL)
    second, seen = consent(ANN, TRIAL, logged_at_zero(first)), []
    accept(store, first, consent(ANN, OTHER), second, second, check=lambda one, newest, _: seen.append((one, newest)))
    assert [newest and newest.signed for _, newest in seen] == [None, None, first]


def test_the_check_reads_what_is_published_at_the_time_of_the_write(store):
    store.directory.set_parties(PARTIES)
    store.directory.publish(NOTICE)
    published_facts = []

    def check(_signed, _newest, published):
        published_facts.append((published.party(TRIAL), published.party(ANN.hex()), published.notice(NOTICE.digest)))

    accept(store, consent(ANN, TRIAL), check=check)
    store.directory.publish(replace(NOTICE, outdated=True))
    accept(store, consent(EVE, TRIAL), check=check)
    assert published_facts == [(PARTIES[0], None, NOTICE), (PARTIES[0], None, replace(NOTICE, outdated=True))]


def test_i3_beside_a_withdrawal_only_one_of_both_is_accepted(store):
    (given_,) = accept(store, consent(ANN, TRIAL))
    withdrawal, amended = revocation(given_), consent(ANN, TRIAL, given_)
    accepted, late = accept(store, withdrawal, amended)
    assert accepted.position == 1
    assert isinstance(late, StaleConsent)
    assert [state.revoked for state in store.index.consents_of(ANN)] == [True]
    with pytest.raises(StaleConsent):
        store.log.append([amended], NOW)


@pytest.mark.parametrize("by_lock", [True, False])
def test_i3_what_was_revoked_on_chain_before_is_revoked_at_once(store, by_lock):
    one, other = consent(ANN, TRIAL), consent(EVE, TRIAL)
    one = one if by_lock else seal(replace(one.statement, lock=NO_LOCK))
    mark = RevocationMark(name("any") if by_lock else one.entry.entry, one.entry.lock, 5)
    store.anchoring.revealed([mark])
    accept(store, one, other)
    assert [store.index.consents_of(person)[0].revoked for person in (ANN, EVE)] == [True, False]


@pytest.fixture
def file(database, monkeypatch):
    monkeypatch.setattr(
        "mydata_ledger.anchors.store.db.transaction.FAST_COMMIT_SECONDS", 60
    )  # whatever else keeps this machine's disk busy
    made = open_store(database)
    made.directory.set_parties(PARTIES)
    yield made
    made.dispose()


def test_where_another_process_writes_the_group_waits_in_the_thread_and_ends_the_same(file, database):
    assert file.log.accept_soon([consent(ANN, TRIAL)], no_check, NOW).done()
    other = sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("begin immediate")
    threads = []
    coming = file.log.accept_soon(
        [consent(EVE, TRIAL), consent(ANN, TRIAL)], lambda *_: threads.append(threading.current_thread()), NOW
    )
    assert not coming.done()
    other.execute("commit")
    other.close()
    assert [one.position for one in coming.result(10)] == [1, 0]
    assert threading.current_thread() not in threads


def test_i9_a_group_that_fails_leaves_nothing_and_can_be_submitted_again(file, monkeypatch):
    group = [consent(ANN, TRIAL), consent(EVE, TRIAL)]
    empty = file.log.head(CONSENTS)

    def half(connection, *_):
        connection.exec_driver_sql("update heads set size = 9")
        raise ZeroDivisionError

    monkeypatch.setattr("mydata_ledger.anchors.store.log.accept.INDEXERS", {CONSENTS: half})
    for way in ("here", "in the thread"):
        with pytest.raises(ZeroDivisionError):
            accept(file, *group)
        assert file.log.head(CONSENTS) == empty, way
        monkeypatch.setattr(file.database.writer, "run_inline", lambda *_, **__: None)
    monkeypatch.undo()
    assert [one.position for one in accept(file, *group)] == [0, 1]


def test_a_disk_that_refuses_is_unknown_to_all(file, monkeypatch):
    monkeypatch.setattr("mydata_ledger.anchors.store.db.transaction.BEGIN_IMMEDIATE", "no sql")
    with pytest.raises(SourceUnavailable):
        accept(file, consent(ANN, TRIAL))
    monkeypatch.undo()
    assert accept(file, consent(ANN, TRIAL))[0].position == 0


GROUPS = """
import sys
from mydata_ledger.anchors.store import Store
from tests.anchors.sample_statements import NOW, TRIAL, consent, name
store = Store(sys.argv[1])
for group in range(10**6):
    signed = [consent(name(f"{group} {n}")[:20], TRIAL) for n in range(8)]
    done = store.log.accept_soon(signed, lambda *_: None, NOW).result()
    print(group, *(one.position for one in done), flush=True)
"""


def test_i9_killed_between_groups_each_is_there_whole_or_not_at_all(database):
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", GROUPS, database], cwd=root, stdout=subprocess.PIPE, text=True) as run:
        acknowledged = [run.stdout.readline() for _ in range(20)]
        run.send_signal(signal.SIGKILL)
        acknowledged += run.stdout.readlines()
    store = open_store(database)
    head = store.log.head(CONSENTS)
    assert head.size % 8 == 0
    whole = [line.split() for line in acknowledged if line.endswith("\n")]
    assert len(whole) >= 20
    for group, *positions in whole:
        for n, position in enumerate(map(int, positions)):
            logged = store.index.newest(name(f"{group} {n}")[:20], TRIAL)
            assert logged.position == position < head.size
    verify_inclusion(logged.signed.entry.leaf, position, head, store.log.inclusion(CONSENTS, position, head.size))
    store.dispose()


GRANTEES = [TRIAL, "role:trial"]
STEP = some.tuples(some.sampled_from(PERSONS[:2]), some.sampled_from(GRANTEES), some.integers(0, 5))


class StatementSequence:
    """Statements that follow, repeat, skip or revoke earlier ones, whether or not these were accepted."""

    def __init__(self):
        self.chains = {}

    def next(self, person, grantee, how):
        chain = self.chains.setdefault((person, grantee), [])
        if how >= 4:
            return delegation(person, EVE, turn=how)
        if how == 3 and chain and isinstance(chain[-1].statement, Consent):
            chain.append(revocation(logged_at_zero(chain[-1])))
        elif how == 2 and chain:
            return chain[0]
        elif how == 1:
            return consent(person, grantee, logged_at_zero(chain[0]) if chain else None, signer=EVE)
        else:
            chain.append(consent(person, grantee, logged_at_zero(chain[-1]) if chain else None))
        return chain[-1]


def refuse_some(signed, newest, _published):
    """A check that refuses some statements, by their digest and the newest version."""
    if signed.entry.digest[0] < 32 and newest:
        raise InvalidStatement("not after that")


@settings(max_examples=sized(60), deadline=None)
@given(some.lists(some.lists(STEP, max_size=8), max_size=5))
def test_a_group_is_what_the_same_are_one_by_one(groups):
    sequence, alone = StatementSequence(), MemoryStore()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/ledger.db")
        for steps in groups:
            group = [sequence.next(*step) for step in steps]
            one_by_one = [accept(alone, signed, check=refuse_some)[0] for signed in group]
            assert comparable(accept(store, *group, check=refuse_some)) == comparable(one_by_one)
            assert store.log.head(CONSENTS) == alone.log.head(CONSENTS)
        for person in PERSONS[:2]:
            assert store.index.consents_of(person) == alone.index.consents_of(person)
            assert store.index.delegations_of(person) == alone.index.delegations_of(person)
        store.dispose()
