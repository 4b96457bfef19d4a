"""The notary on a real devnet: each leaf is put on chain once, in order, also when a notary is killed in between."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest

from mydata_ledger.anchors.memory import MemoryStore
from mydata_ledger.anchors.notary import Notary
from mydata_ledger.ledger.commitment.entry import RevocationMark
from mydata_ledger.ledger.errors import NotEntitled, SourceUnavailable
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, LOGS, RECORDS
from tests.anchors.conftest import ADMIN, SEQUENCER
from tests.anchors.sample_statements import ANN, EVE, NOW, TRIAL, consent, incident, issue, name, revocation

ROOT = Path(__file__).parents[2]


@pytest.fixture
def chain(site):
    connection = site.chain()
    yield connection
    connection.close()


def heads(store):
    return {log: store.log.head(log) for log in LOGS}


def test_everything_accepted_is_put_on_chain_at_once(store, chain):
    store.log.append([consent(ANN, TRIAL), issue(1), issue(2), incident()], NOW)
    assert len(Notary(store, chain).once()) == 3
    assert chain.heads() == heads(store)


def test_what_is_on_chain_is_not_sent_again(store, chain):
    store.log.append([consent(ANN, TRIAL)], NOW)
    notary = Notary(store, chain)
    notary.once()
    assert notary.once() == []
    store.log.append([consent(EVE, TRIAL), issue(1)], NOW)
    assert len(notary.once()) == 2
    assert chain.heads() == heads(store)


def test_an_empty_log_costs_nothing(store, chain):
    assert Notary(store, chain).once() == []


def test_a_long_log_is_sent_in_batches(store, chain):
    store.log.append([issue(n) for n in range(10)], NOW)
    notary = Notary(store, chain, batch=4)
    sizes = []
    while notary.once():
        sizes.append(chain.head(RECORDS).size)
    assert sizes == [4, 8, 10]
    assert chain.head(RECORDS) == store.log.head(RECORDS)


def test_after_a_full_batch_it_does_not_wait(store, chain):
    store.log.append([issue(n) for n in range(5)], NOW)
    notary = Notary(store, chain, interval=7, batch=4)
    assert [notary._step(7) for _ in range(3)] == [0, 7, 7]
    assert chain.head(RECORDS) == store.log.head(RECORDS)


def test_the_access_log_advances_by_proof_and_shows_no_leaf(store, chain):
    for number in range(3):
        store.log.append([incident(number=f"119-{number}-{n}") for n in range(number + 1)], NOW)
        Notary(store, chain).once()
        assert chain.head(ACCESS) == store.log.head(ACCESS)


def test_a_revocation_opens_its_lock_on_chain(store, chain):
    first, other = store.log.append([consent(ANN, TRIAL), consent(EVE, TRIAL)], NOW)
    store.log.append([revocation(first), revocation(other, knows_secret=False)], NOW)
    notary = Notary(store, chain)
    notary.once()
    marks = chain.revoked(0, chain.tip().number)
    entry = first.signed.entry
    assert marks == [RevocationMark(entry.entry, entry.lock, chain.tip().number)]
    assert chain.revoked_at([entry.lock, name("another lock")])[1:] == [0]
    assert notary.once() == []
    store.anchoring.revealed(marks)
    assert notary.once() == []


def test_i9_another_notary_continues_after_a_transaction_that_was_sent(store, chain):
    store.log.append([consent(ANN, TRIAL), issue(1)], NOW)
    leaves, peaks = store.anchoring.leaves(CONSENTS, 0, 9), store.anchoring.peaks(CONSENTS, 0)
    chain.send([chain.appending(CONSENTS, leaves, peaks)])
    mined = Notary(store, chain).once()
    assert len(mined) == 1
    assert chain.heads() == heads(store)


def test_i10_a_transaction_that_still_waits_is_waited_for(lonely):
    store, chain, short_wait = MemoryStore(), lonely.chain(), lonely.chain(confirm_seconds=0.1)
    store.log.append([consent(ANN, TRIAL)], NOW)
    chain.rpc.call("evm_setAutomine", False)
    with pytest.raises(SourceUnavailable):
        Notary(store, short_wait).once()
    another = Notary(store, chain)
    assert another.once() == []
    chain.rpc.call("evm_mine")
    assert another.once() == []
    assert chain.head(CONSENTS) == store.log.head(CONSENTS)
    assert len(chain.appended(CONSENTS, 0, chain.tip().number)) == 1


def test_a_transaction_that_waits_too_long_is_replaced(lonely, monkeypatch):
    store, short_wait = MemoryStore(), lonely.chain(confirm_seconds=0.1)
    store.log.append([consent(ANN, TRIAL)], NOW)
    short_wait.rpc.call("evm_setAutomine", False)
    notary = Notary(store, short_wait)
    with pytest.raises(SourceUnavailable):
        notary.once()
    assert notary.once() == []
    monkeypatch.setattr("mydata_ledger.anchors.notary.STUCK_SECONDS", 0)
    with pytest.raises(SourceUnavailable, match="not mined"):
        notary.once()
    short_wait.rpc.call("evm_mine")
    assert short_wait.head(CONSENTS) == store.log.head(CONSENTS)


def test_i4_nothing_is_sent_to_a_chain_that_is_ahead_of_the_database(chain):
    full, empty = MemoryStore(), MemoryStore()
    full.log.append([issue(1), issue(2)], NOW)
    Notary(full, chain).once()
    empty.log.append([issue(3)], NOW)
    with pytest.raises(SourceUnavailable, match="holds another records log"):
        Notary(empty, chain).once()
    assert chain.head(RECORDS) == full.log.head(RECORDS)


def test_i12_no_more_is_put_on_chain_than_the_journal_has_kept(store, chain):
    store.log.append([consent(ANN, TRIAL), consent(EVE, TRIAL), issue(1), issue(2), incident(ANN), incident(EVE)], NOW)
    sizes = dict.fromkeys(LOGS, 1)
    notary = Notary(store, chain, kept=sizes.__getitem__)
    notary.once()
    assert chain.heads() == {log: store.log.head_at(log, 1) for log in LOGS}
    assert notary.once() == []
    sizes.update(dict.fromkeys(LOGS, 2))
    notary.once()
    assert chain.heads() == heads(store)


def test_what_cannot_be_kept_is_not_sent(store, chain):
    store.log.append([consent(ANN, TRIAL), issue(1), incident()], NOW)
    empty = chain.heads()

    def fail(_):
        raise SourceUnavailable("the payload store does not answer")

    with pytest.raises(SourceUnavailable, match="payload store"):
        Notary(store, chain, kept=fail).once()
    assert chain.heads() == empty


def test_a_journal_that_is_ahead_of_the_database_sends_nothing(store, chain):
    store.log.append([consent(ANN, TRIAL), issue(1), incident()], NOW)
    empty = chain.heads()
    with pytest.raises(SourceUnavailable, match="mydata recover"):
        Notary(store, chain, kept=lambda log: store.log.head(log).size + 1).once()
    assert chain.heads() == empty


def test_a_key_without_the_role_is_refused(store, site):
    store.log.append([issue(1)], NOW)
    with pytest.raises(NotEntitled):
        Notary(store, site.chain(key=ADMIN)).once()


def test_an_error_about_missing_contracts_names_the_next_step(store, lonely):
    chain = lonely.chain()
    chain.rpc.call("anvil_setCode", lonely.deployment.consents, "0x")
    with pytest.raises(SourceUnavailable, match=r"run scripts\.deploy"):
        Notary(store, chain).once()


def until(condition, seconds=15):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not become true in time"
        time.sleep(0.05)


def test_in_its_thread_the_notary_keeps_up_and_a_nudge_wakes_it(ledger_db, site, chain):
    notary = Notary(ledger_db, site.chain(), interval=60)
    notary.start()
    try:
        until(lambda: not chain.has_pending())
        for number in range(3):
            ledger_db.log.append([issue(number)], NOW)
            notary.nudge()
            until(lambda: chain.head(RECORDS) == ledger_db.log.head(RECORDS))
    finally:
        notary.stop()


def test_i8_the_notary_survives_a_chain_that_stops_answering(ledger_db, lonely, caplog):
    notary = Notary(ledger_db, lonely.chain(), interval=0.05)
    lonely.devnet.kill()
    ledger_db.log.append([issue(1)], NOW)
    notary.start()
    try:
        until(lambda: "the chain does not answer" in caplog.text)
    finally:
        notary.stop()
    assert ledger_db.log.head(RECORDS).size == 1


def test_the_logged_messages_contain_no_personal_data(store, chain, caplog):
    caplog.set_level("DEBUG", logger="mydata")
    store.log.append([consent(ANN, TRIAL), issue(1), incident()], NOW)
    notary = Notary(store, chain)
    assert notary._step(1) == 1
    assert "anchored in block" in caplog.text
    private = (ANN.hex(), TRIAL, incident().statement.incident_number, "unconscious")
    assert not [word for word in private if word in caplog.text]


WORKER = """
import sys, orjson
from mydata_ledger.anchors.chain import Chain, Deployment
from mydata_ledger.anchors.notary import Notary
from mydata_ledger.anchors.store import Store
database, url, key, deployment = sys.argv[1:]
notary = Notary(Store(database), Chain(url, Deployment(**orjson.loads(deployment)), bytes.fromhex(key)), batch=3)
print("ready", flush=True)
while True:
    notary.once()
"""


@pytest.mark.slow
def test_i9_killed_at_any_line_the_next_one_finishes(database, ledger_db, lonely):
    chain = lonely.chain()
    chain.rpc.call("evm_setAutomine", False)
    chain.rpc.call("evm_setIntervalMining", 1)
    fields = {slot: getattr(lonely.deployment, slot) for slot in lonely.deployment.__slots__}
    command = [sys.executable, "-c", WORKER, str(ledger_db.database._reads.url), lonely.url, SEQUENCER.hex()]
    ledger_db.log.append([issue(n) for n in range(12)] + [consent(ANN, TRIAL), incident()], NOW)
    for delay in (0.0, 0.05, 0.6, 1.1):
        process = subprocess.Popen([*command, orjson.dumps(fields)], cwd=ROOT, stdout=subprocess.PIPE)
        process.stdout.readline()
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    notary = Notary(ledger_db, chain)
    until(lambda: notary.once() == [] and chain.heads() == heads(ledger_db))
    appends = [append for log in (CONSENTS, RECORDS) for append in chain.appended(log, 0, chain.tip().number)]
    assert [leaf for append in appends for leaf in append.leaves] == [
        *ledger_db.anchoring.leaves(CONSENTS, 0, 99),
        *ledger_db.anchoring.leaves(RECORDS, 0, 99),
    ]
