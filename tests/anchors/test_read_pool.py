"""The read pool of a database server: idle connections, and what happens if the server closes them."""

import pytest
from sqlalchemy import create_engine, text

from mydata_ledger.anchors.store.db import read_pool
from mydata_ledger.ledger.errors import LedgerError, SourceUnavailable
from testing.stores import open_store
from tests.anchors.sample_statements import ANN, NOW, PARTIES, TRIAL, consent, issue, receipt, request

ALL = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
OTHERS = f"{ALL} WHERE pid <> pg_backend_pid() AND datname = current_database()"


@pytest.fixture
def store(server_database):
    made = open_store(server_database)
    made.directory.set_parties(PARTIES)
    made.log.append([issue(1), consent(ANN, TRIAL)], NOW)
    made.sessions.open(b"\1" * 32, ANN, NOW + 9)
    yield made
    made.dispose()


def end_all(url):
    """Make the server close every connection, as a restart does."""
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.execute(text(OTHERS)).scalar_one() > 0
    engine.dispose()


def test_a_look_up_is_answered_by_a_connection_that_is_still_open(store, server_database, monkeypatch):
    monkeypatch.setattr(read_pool, "IDLE_SECONDS", 0)
    assert store.sessions.signer_of(b"\1" * 32, NOW) == ANN
    end_all(server_database)
    assert store.sessions.signer_of(b"\1" * 32, NOW) == ANN
    assert store.index.records_of(ANN)[0].issue.record_id == issue(1).statement.record_id


def test_i8_a_connection_that_breaks_is_unknown_once_and_not_kept(store, server_database):
    assert store.sessions.signer_of(b"\1" * 32, NOW) == ANN
    end_all(server_database)
    with pytest.raises(SourceUnavailable):
        store.sessions.signer_of(b"\1" * 32, NOW)
    assert store.sessions.signer_of(b"\1" * 32, NOW) == ANN
    store.log.answer_soon([request(1)], receipt, NOW).result(10)


def test_what_a_caller_raises_leaves_the_connection_outside_of_any_transaction(store):
    for _ in range(3):
        with pytest.raises(LedgerError), store.database.snapshot() as driver:
            raise LedgerError
        with store.database.autocommit() as driver:
            assert driver.connection.info.transaction_status.name == "IDLE"


def test_each_read_sees_what_was_written_before_it_and_one_state_throughout(store, server_database):
    with store.database.snapshot() as driver:
        before = driver.connection.execute("SELECT count(*) FROM consents_log").fetchone()
        other = open_store(server_database)
        other.log.append([consent(b"\x0b" * 20, TRIAL)], NOW)
        other.dispose()
        assert driver.connection.execute("SELECT count(*) FROM consents_log").fetchone() == before
    with store.database.autocommit() as driver:
        assert driver.connection.execute("SELECT count(*) FROM consents_log").fetchone() == (before[0] + 1,)


def test_of_many_sessions_each_live_one_is_returned(store):
    tokens = [bytes([n]) * 32 for n in range(2, 9)]
    for n, token in enumerate(tokens):
        store.sessions.open(token, bytes([n]) * 20, NOW + n)
    live = store.sessions.signers_of([*tokens, b"\xff" * 32], NOW + 3)
    assert live == {token: bytes([n]) * 20 for n, token in enumerate(tokens) if n > 3}
    assert store.sessions.signers_of([], NOW) == {}
