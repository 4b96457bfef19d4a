"""The database: what it survives, what it refuses, and which errors it raises."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import text

from mydata_ledger.anchors.store.rows import codec, consent_dedup
from mydata_ledger.ledger import merkle
from mydata_ledger.ledger.consent import NEVER, Consent, Effect, Grant, Revocation
from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.errors import SourceUnavailable, StaleConsent, StorageFull
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, LOGS, RECORDS, AccessReceipt
from mydata_ledger.ledger.record import Erasure, Issue
from testing.stores import open_store
from tests.anchors.sample_statements import (
    ANN,
    NOW,
    PARTIES,
    READ,
    TRIAL,
    consent,
    erasure,
    issue,
    name,
    receipt,
    request,
    revocation,
)

ROOT = Path(__file__).parents[2]
HASHES, TEXTS, TIMES = some.binary(min_size=32, max_size=32), some.text(max_size=30), some.integers(0, 2**64 - 1)
NAMES = some.lists(TEXTS, max_size=3).map(tuple)
GRANTS = some.builds(
    Grant,
    some.sampled_from(Effect),
    NAMES,
    NAMES,
    NAMES,
    TIMES,
    TIMES,
    TIMES,
    TIMES,
    some.just((bytes(32), b"\1" * 32)),
    NAMES,
)
STATEMENTS = some.one_of(
    some.builds(
        Consent,
        some.binary(),
        some.binary(),
        TEXTS,
        TEXTS,
        TIMES,
        HASHES,
        some.lists(GRANTS, max_size=2).map(tuple),
        HASHES,
        TEXTS,
        TIMES,
        HASHES,
    ),
    some.builds(Revocation, some.binary(), some.binary(), TEXTS, TEXTS, TIMES, HASHES, HASHES, TIMES),
    some.builds(Issue, HASHES, some.binary(), TEXTS, TEXTS, TIMES, TIMES, HASHES, TEXTS, HASHES, TIMES, HASHES),
    some.builds(Erasure, HASHES, some.binary(), TEXTS, HASHES, TIMES),
    some.builds(
        AccessReceipt,
        HASHES,
        TEXTS,
        some.binary(),
        HASHES,
        TEXTS,
        TEXTS,
        TEXTS,
        HASHES,
        some.booleans(),
        TEXTS,
        some.lists(HASHES, max_size=3).map(tuple),
        TIMES,
        TIMES,
        TIMES,
        TIMES,
    ),
    some.builds(Incident, TEXTS, some.binary(), TEXTS, TEXTS, TIMES, TIMES),
    some.builds(IncidentExtension, TEXTS, some.binary(), HASHES, TEXTS, TIMES, TIMES),
)


@pytest.fixture
def opened(database):
    stores = []

    def open_again():
        stores.append(open_store(database))
        return stores[-1]

    yield open_again
    for store in stores:
        store.dispose()


@given(STATEMENTS)
def test_a_statement_is_read_as_it_was_written(statement):
    assert codec.decode(codec.kind_of(statement), codec.encode(statement)) == statement


@pytest.mark.parametrize("odd", [b"", bytes(32), bytes(31), bytes(33), b"\0"])
def test_no_bytes_are_decoded_as_others(odd):
    statement = Erasure(odd, odd, "", odd, NEVER)
    assert codec.decode(codec.kind_of(statement), codec.encode(statement)) == statement


def test_a_time_before_1970_is_not_written():
    with pytest.raises(ValueError, match="negative"):
        codec.encode(Erasure(bytes(32), b"", "", bytes(32), -1))


def test_i9_everything_is_there_again_after_a_restart(opened):
    store = opened()
    store.directory.set_parties(PARTIES)
    first = store.log.append([issue(1), consent(ANN, TRIAL)], NOW)[1]
    question = request(1)
    store.log.answer(question, lambda facts: receipt(question, facts), NOW)
    store.log.append([revocation(first)], NOW)
    store.anchoring.mark_anchored(CONSENTS, store.log.head_at(CONSENTS, 1), 3)
    before = (
        [store.log.head(log) for log in (CONSENTS, RECORDS, ACCESS)],
        store.index.facts(request(1), NOW),
        store.log.anchored(CONSENTS),
    )
    store.dispose()
    again = opened()
    after = (
        [again.log.head(log) for log in (CONSENTS, RECORDS, ACCESS)],
        again.index.facts(request(1), NOW),
        again.log.anchored(CONSENTS),
    )
    assert after == before
    assert again.index.consents_of(ANN)[0].revoked


def test_i3_a_withdrawal_in_one_process_denies_in_the_next_answer_of_another(opened):
    one, other = opened(), opened()
    first = one.log.append([issue(1), consent(ANN, TRIAL)], NOW)[1]
    one.directory.set_parties(PARTIES)
    question = request(1)
    other.log.answer(question, lambda facts: receipt(question, facts), NOW)
    one.log.append([revocation(first)], NOW)
    seen = []
    again = request(1, requested=2)
    other.log.answer(again, lambda facts: seen.append(facts) or receipt(again, facts), NOW)
    assert seen[0].consents[0].revoked
    with pytest.raises(StaleConsent):
        other.log.append([revocation(first, knows_secret=False)], NOW)


def test_two_processes_never_use_the_same_position(opened):
    stores = [opened(), opened()]
    work = [
        threading.Thread(target=lambda s, k: [s.log.append([issue(f"{k}{n}")], NOW) for n in range(40)], args=(s, k))
        for k, s in enumerate(stores)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    leaves = stores[0].anchoring.leaves(RECORDS, 0, 1_000)
    assert len(leaves) == 80
    tops, _ = merkle.grow(0, [], leaves)
    assert stores[1].log.head(RECORDS).root == merkle.bag(tops)


CRASHER = """
import sys, itertools
from mydata_ledger.anchors.store import Store
from tests.anchors.sample_statements import NOW, issue
store = Store(sys.argv[1])
start = store.log.head("records").size
for number in itertools.count(start // 3):
    print(store.log.append([issue(3 * number + n) for n in range(3)], NOW)[-1].position, flush=True)
"""


def test_i9_a_kill_in_mid_append_loses_nothing_that_was_accepted(database, opened):
    accepted = -1
    for patience in (1, 8, 25):
        process = subprocess.Popen(
            [sys.executable, "-c", CRASHER, database], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(patience):
            accepted = int(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)
        rest, _ = process.communicate()
        accepted = max([accepted, *(int(line) for line in rest.splitlines(keepends=True) if line.endswith("\n"))])
    store = opened()
    size = store.log.head(RECORDS).size
    assert size > accepted
    assert size % 3 == 0
    ids = [store.log.statement_at(RECORDS, position).signed.statement.record_id for position in range(size)]
    assert ids == [name(number) for number in range(size)]
    tops, _ = merkle.grow(0, [], store.anchoring.leaves(RECORDS, 0, size))
    assert store.log.head(RECORDS).root == merkle.bag(tops)
    assert len(store.index.records_of(ANN)) == size


FILLER = """
import resource, signal, sys
from mydata_ledger.anchors.store import Store
from mydata_ledger.ledger.errors import StorageFull
from tests.anchors.sample_statements import NOW, issue
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Store(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
number = 0
try:
    while number < 100:
        store.log.append([issue(100 * number + n) for n in range(100)], NOW)
        number += 1
except StorageFull as error:
    print(number, error)
"""


def test_i9_a_full_disk_is_reported_and_nothing_is_half_accepted(database, opened):
    done = subprocess.run(
        [sys.executable, "-c", FILLER, database], cwd=ROOT, capture_output=True, text=True, check=True
    )
    number, _, sentence = done.stdout.partition(" ")
    assert sentence.strip() == "the database's disk is full and nothing was accepted; free some room first"
    store = opened()
    assert store.log.head(RECORDS).size == 100 * int(number) > 0
    assert len(store.log.append([issue("there is room again")], NOW)) == 1


DISK_FULL = """CREATE FUNCTION no_room() RETURNS trigger AS $$ BEGIN
IF NEW.position = 4 THEN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END IF; RETURN NEW; END $$ LANGUAGE plpgsql"""
FULL_AT_FOUR = "CREATE TRIGGER no_room BEFORE INSERT ON records_log FOR EACH ROW EXECUTE FUNCTION no_room()"


def test_i9_a_full_disk_of_a_database_server_is_reported_and_nothing_is_half_accepted(server_database):
    store = open_store(server_database)
    store.log.append([issue(1), issue(2)], NOW)
    with store.database._writes.begin() as connection:
        connection.execute(text(DISK_FULL))
        connection.execute(text(FULL_AT_FOUR))
    with pytest.raises(StorageFull, match="nothing was accepted; free some room first"):
        store.log.append([issue(n) for n in (3, 4, 5, 6)], NOW)
    assert store.log.head(RECORDS).size == 2
    assert store.index.record(name(3)) is None
    with store.database._writes.begin() as connection:
        connection.execute(text("DROP TRIGGER no_room ON records_log"))
    assert [each.position for each in store.log.append([issue(n) for n in (3, 4, 5, 6)], NOW)] == [2, 3, 4, 5]
    store.dispose()


def test_a_file_that_is_no_database_is_reported(tmp_path):
    (tmp_path / "ledger.db").write_bytes(b"this is not a database, but it is long enough to be one" * 100)
    with pytest.raises(SourceUnavailable):
        open_store(f"sqlite:///{tmp_path / 'ledger.db'}")


def test_a_folder_that_cannot_be_written_is_reported(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SourceUnavailable):
        open_store(f"sqlite:///{tmp_path / 'file' / 'ledger.db'}")


def test_i8_a_database_that_another_process_keeps_locked_is_unknown(database, opened, monkeypatch):
    monkeypatch.setattr("mydata_ledger.anchors.store.db.engine.BUSY_MS", 50)
    monkeypatch.setattr("mydata_ledger.anchors.store.db.engine.PRAGMAS", ("busy_timeout = 50",))
    store = opened()
    with sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(SourceUnavailable):
            store.log.append([issue(1)], NOW)
        other.execute("ROLLBACK")
    assert store.log.append([issue(1)], NOW)[0].position == 0


def test_a_closed_store_raises_source_unavailable(opened):
    store = opened()
    store.dispose()
    with pytest.raises(SourceUnavailable):
        store.log.append([issue(1)], NOW)


def test_five_thousand_records_are_one_batch(opened):
    store = opened()
    store.log.append([issue(n) for n in range(5_000)], NOW)
    assert store.log.head(RECORDS).size == 5_000
    assert store.index.record(name(4_999)).position == 4_999


def test_every_accepted_statement_is_synced(opened):
    with opened().database._writes.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_storage_full_is_a_kind_of_unavailable():
    assert issubclass(StorageFull, SourceUnavailable)


def test_i12_what_is_loaded_in_bulk_is_what_was_accepted_one_by_one(tmp_path):
    grants = [READ, replace(READ, not_before=5), replace(READ, conditions=("once",)), replace(READ, records=(name(1),))]
    one, other = f"sqlite:///{tmp_path / 'one.db'}", f"sqlite:///{tmp_path / 'other.db'}"
    store = open_store(one)
    for number in range(12):
        person = bytes([number % 5]) * 20
        store.log.append([issue(number, person)], NOW)
        store.log.append([consent(person, TRIAL, store.index.newest(person, TRIAL), (grants[number % 4],))], NOW)
    store.log.append([revocation(store.log.statement_at(CONSENTS, 11)), erasure(3)], NOW)
    logs = {log: store.rebuilding.statements(log, 0, 99) for log in LOGS}
    message, heads = store.rebuilding.state_hash(), [store.log.head(log) for log in LOGS]
    store.dispose()
    loaded = open_store(other, loading=True)
    for log, logged in logs.items():
        for start in range(0, len(logged), 5):
            loaded.rebuilding.restore(log, logged[start : start + 5])
    loaded.dispose()
    again = open_store(other)
    assert (again.rebuilding.state_hash(), [again.log.head(log) for log in LOGS]) == (message, heads)
    assert again.rebuilding.statements(CONSENTS, 0, 99) == logs[CONSENTS]
    again.dispose()


def test_a_consent_takes_little_room(tmp_path):
    """A consent takes at most 420 bytes with tree and indexes, also if consents come in random order."""
    store = open_store(f"sqlite:///{tmp_path / 'ledger.db'}")
    before = (tmp_path / "ledger.db").stat().st_size
    people = [name(number)[:20] for number in range(4_000)]
    for start in range(0, len(people), 500):
        store.log.append([consent(person, TRIAL) for person in people[start : start + 500]], NOW)
    store.dispose()
    assert ((tmp_path / "ledger.db").stat().st_size - before) / len(people) <= 420


@given(
    some.binary(min_size=1), some.none() | some.binary(min_size=1), some.lists(GRANTS, max_size=3).map(tuple), HASHES
)
def test_a_consent_is_split_and_joined_again(person, delegate, grants, lock):
    message = replace(consent(person, TRIAL).statement, signer=delegate or person, grants=grants, lock=lock)
    assert consent_dedup.join(*consent_dedup.split(message)) == message
    assert consent_dedup.pair_and_lock(*consent_dedup.split(message)) == (
        message.data_subject,
        message.grantee,
        message.lock,
    )
    other = replace(message, data_subject=b"another", signer=b"another", version=9, signed_at=1)
    times = {"not_before": 1, "expires": 2, "data_from": 3, "data_until": 4, "records": (name(1),)}
    later = replace(other, grants=tuple(replace(grant, **times) for grant in grants))
    assert consent_dedup.split(later)[0] == consent_dedup.split(message)[0], "who and when are nobody else's"
