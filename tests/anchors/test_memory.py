"""The in-memory implementations that `test_ports` does not test: keys and clock."""

from dataclasses import replace

import pytest

from mydata_ledger.anchors.memory import FixedClock, MemoryKeys, MemoryStore
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.errors import KeyDestroyed, ReceiptRequired
from tests.anchors.sample_statements import ANN, NOW, issue, name, receipt, request


@pytest.fixture
def store():
    made = MemoryStore()
    made.log.append([issue(1), issue(2)], NOW)
    return made


@pytest.fixture
def keys(store):
    return MemoryKeys(store.log)


def answered(store, number=1, permitted=True):
    question = request(number, requested=number)
    return store.log.answer(question, lambda facts: receipt(question, facts, permitted), NOW)


def test_a_key_is_released_against_the_receipt_of_its_record(store, keys):
    (made,) = keys.create_many([(name(1), ANN)])
    reader = envelope.generate_reader_key()
    wrapped = keys.rewrap(name(1), reader.public, answered(store))
    assert envelope.unwrap(wrapped, reader, name(1)) == made


def test_no_key_without_a_permitting_receipt_that_is_in_the_log(store, keys):
    keys.create_many([(name(1), ANN)])
    reader, good = envelope.generate_reader_key().public, answered(store)
    for wrong in (
        answered(store, 2),
        answered(store, 1, permitted=False),
        replace(good, position=9),
        store.log.statement_at("records", 0),
    ):
        with pytest.raises(ReceiptRequired):
            keys.rewrap(name(1), reader, wrong)


def test_a_destroyed_key_stays_destroyed(store, keys):
    keys.create_many([(name(1), ANN)])
    assert keys.destroy(name(1)) == keys.destroy(name(1))
    with pytest.raises(KeyDestroyed):
        keys.rewrap(name(1), envelope.generate_reader_key().public, answered(store))


def test_the_clock_changes_only_when_it_is_set():
    clock = FixedClock(NOW)
    clock.passes(5)
    assert clock.now() == NOW + 5
