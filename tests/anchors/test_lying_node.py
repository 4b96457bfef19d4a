"""Follower, notary and auditor behind a node that lags, limits or forgets: nothing is missed, and nothing is written
twice.
"""

import sqlite3
import threading
import time

import pytest

from mydata_ledger.anchors.chain import Chain, ChainWallets, Rpc
from mydata_ledger.anchors.follower import STEADY_POLLS, Follower
from mydata_ledger.anchors.memory import FixedClock
from mydata_ledger.anchors.notary import Notary
from mydata_ledger.anchors.store.schema import PAST
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.party import checksum
from mydata_ledger.ledger.receipt import CONSENTS
from mydata_ledger.scripts.audit import History
from testing.lies import CALL, HEADER, Refused, truthful, without_filters
from testing.lies import LOGS as GET_LOGS
from testing.lying_node import lying_node
from tests.anchors.conftest import SEQUENCER
from tests.anchors.sample_statements import ANN, EVE, NOW, TRIAL, consent, incident, issue, name, revocation

HOSPITAL = checksum(b"\x0a" * 20)


class ProxiedLedger:
    """A ledger behind a lying node; the notary reads the chain itself."""

    def __init__(self, site, node, store):
        self.site, self.node, self.store = site, node, store
        self.direct = site.chain()
        self.notary = Notary(store, self.direct)
        self.start()

    def start(self):
        """Start a follower as a new process does."""
        self.follower = Follower(self.store, Chain(self.node.url, self.site.deployment), FixedClock(NOW))

    def anchor(self):
        while self.notary.once():
            pass

    def accept(self, *signed):
        logged = self.store.log.append(signed, NOW)
        self.anchor()
        return logged

    def revoke_on_chain(self, logged):
        secret = revocation(logged).statement.secret
        self.direct.send([self.direct.revoking([(logged.signed.entry.core, secret)])])

    def parties(self):
        return [party.name for party in self.store.directory.parties()]

    def is_revoked(self, logged):
        return self.store.index.consent(logged.signed.entry.entry).revoked


@pytest.fixture
def ledger(lonely, ledger_db):
    with lying_node(lonely.url) as node:
        yield ProxiedLedger(lonely, node, ledger_db)


def lag(blocks, ask):
    """Answer as a node does that lacks the newest blocks."""
    newest = int(ask("eth_blockNumber"), 16) - blocks

    def lie(method, params, result):
        if method == HEADER:
            return ask(HEADER, hex(newest), False) if params[0] == "latest" else result
        return result

    return lie


def test_i3_a_node_that_lags_takes_nothing_back_and_is_reported_when_it_stays(ledger):
    registrar = ledger.site.registrar()
    (logged,) = ledger.accept(consent(ANN, TRIAL))
    registrar.register(HOSPITAL, "Seoul Hospital", ["holder"], b"key")
    ledger.revoke_on_chain(logged)
    tip = ledger.follower.once()
    before = ledger.store.anchoring.noted_blocks(), ledger.store.log.anchored(CONSENTS).head
    ledger.node.lie = lag(4, ledger.node.ask)
    assert [ledger.follower.once() for _ in range(STEADY_POLLS)] == [tip] * STEADY_POLLS
    with pytest.raises(SourceUnavailable, match=f"lags behind block {tip.number}"):
        ledger.follower.once()
    assert (ledger.store.anchoring.noted_blocks(), ledger.store.log.anchored(CONSENTS).head) == before
    assert ledger.is_revoked(logged)
    assert ledger.parties() == ["Seoul Hospital"]
    ledger.node.lie = truthful
    assert ledger.follower.once() == tip


def test_a_follower_that_starts_behind_a_lagging_node_waits(ledger):
    ledger.accept(consent(ANN, TRIAL))
    ledger.follower.once()
    ledger.start()
    ledger.node.lie = lag(2, ledger.node.ask)
    with pytest.raises(SourceUnavailable, match="lags"):
        ledger.follower.once()
    assert ledger.store.log.anchored(CONSENTS).head.size == 1


def test_several_nodes_behind_one_address_are_no_news(ledger, caplog):
    ledger.accept(consent(ANN, TRIAL))
    late = lag(2, ledger.node.ask)
    for _ in range(9):
        for ledger.node.lie in (truthful, late):
            ledger.follower._step()
    assert [record.message for record in caplog.records if record.name == "mydata.follower"] == []


def test_a_problem_that_comes_and_goes_is_reported_once(ledger, caplog):
    ledger.follower.once()
    for poll in range(6):
        ledger.node.lie = (lambda *_: None) if poll % 2 else truthful
        ledger.follower._step()
    ledger.node.lie = truthful
    for _ in range(STEADY_POLLS):
        ledger.follower._step()
    messages = [record.message for record in caplog.records if record.name == "mydata.follower"]
    assert len(messages) == 2
    assert messages[1] == "the chain answers again"


def test_a_reorganisation_that_drops_a_registration_drops_the_party(ledger):
    registrar = ledger.site.registrar()
    registrar.register(HOSPITAL, "Seoul Hospital", ["holder"], b"key")
    ledger.follower.once()
    registrar.register(TRIAL, "Trial", ["trial"], b"key")
    ledger.follower.once()
    assert ledger.parties() == ["Seoul Hospital", "Trial"]
    ledger.direct.rpc.call("anvil_reorg", 1, [])
    ledger.follower.once()
    assert ledger.parties() == ["Seoul Hospital"]


def test_a_directory_that_could_not_be_written_is_read_anew_by_the_next_poll(ledger):
    registrar = ledger.site.registrar()
    registrar.register(HOSPITAL, "Seoul Hospital", ["holder"], b"key")
    ledger.follower.once()
    ledger.direct.rpc.call("anvil_reorg", 1, [])

    def refuse(method, _params, result):
        if method == CALL:
            raise Refused(-32000, "too many requests")
        return result

    ledger.node.lie = refuse
    with pytest.raises(SourceUnavailable):
        ledger.follower.once()
    ledger.start()
    ledger.node.lie = truthful
    ledger.follower.once()
    assert ledger.parties() == []


def test_a_revocation_counts_before_the_grant_of_its_block(ledger):
    (logged,) = ledger.accept(consent(ANN, TRIAL))
    ledger.revoke_on_chain(logged)
    ledger.node.lie = lambda method, _, result: None if method == GET_LOGS else result
    with pytest.raises(SourceUnavailable):
        ledger.follower.once()
    assert ledger.store.log.anchored(CONSENTS).head.size == 0
    ledger.node.lie = truthful
    ledger.follower.once()
    assert ledger.is_revoked(logged)


def test_what_a_node_hid_in_header_and_logs_is_found_when_the_blocks_are_read_again(ledger):
    (logged,) = ledger.accept(consent(ANN, TRIAL))
    ledger.revoke_on_chain(logged)
    ledger.node.tell(without_filters, None)
    ledger.follower.once()
    assert not ledger.is_revoked(logged)
    ledger.node.lie = truthful
    ledger.follower.once()
    assert ledger.is_revoked(logged)


def test_a_poll_without_news_writes_nothing(ledger):
    (logged,) = ledger.accept(consent(ANN, TRIAL), issue(1), incident())[:1]
    ledger.revoke_on_chain(logged)
    ledger.site.registrar().register(HOSPITAL, "Seoul Hospital", ["holder"], b"key")
    ledger.follower.once()
    with sqlite3.connect(ledger.store.database._reads.url.database) as connection:
        versions = set()
        for _ in range(4):
            ledger.follower.once()
            versions.add(connection.execute("PRAGMA data_version").fetchone())
    assert len(versions) == 1


def test_what_a_new_process_reads_again_is_not_written_into_the_history_again(ledger):
    (logged,) = ledger.accept(consent(ANN, TRIAL))
    ledger.revoke_on_chain(logged)
    ledger.site.registrar().register(HOSPITAL, "Seoul Hospital", ["holder"], b"key")
    ledger.follower.once()
    kinds = [kind for (kind,) in history(ledger.store)]
    ledger.start()
    ledger.follower.once()
    assert [kind for (kind,) in history(ledger.store)] == kinds
    assert (kinds.count("party"), kinds.count("reveal")) == (1, 1)


def history(store):
    with store.database.session() as connection:
        return connection.execute(PAST.select().with_only_columns(PAST.c.kind)).all()


WRONG = [None, "0xzz", {}, [], 7, True, ["0x"], {"number": "0x1"}]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_malformed_result_is_unavailable_whatever_was_asked(ledger, wrong):
    logged = ledger.accept(consent(ANN, TRIAL))[0]
    tip, entry = ledger.direct.tip(), logged.signed.entry.entry
    chain = Chain(ledger.node.url, ledger.site.deployment, SEQUENCER, confirm_seconds=0)
    ledger.node.lie = lambda *_: wrong
    questions = [
        chain.tip,
        lambda: chain.heads(tip),
        chain.heads,
        lambda: chain.revoked_at([entry]),
        lambda: chain.revoked(0, tip.number),
        chain.has_pending,
        lambda: chain.send([chain.appending(CONSENTS, [name("leaf")], [])]),
        lambda: ChainWallets(Rpc(ledger.node.url)).agrees(b"\x01" * 20, bytes(32), b""),
        lambda: History(ledger.node.url).chain_id(),
        lambda: History(ledger.node.url).revoked(ledger.site.deployment.consents),
        ledger.follower.once,
        Notary(ledger.store, chain).once,
    ]
    for question in questions:
        with pytest.raises(SourceUnavailable):
            question()


def test_an_empty_result_of_a_deployed_contract_is_unavailable_and_takes_nothing_back(ledger):
    ledger.accept(consent(ANN, TRIAL))
    ledger.follower.once()
    ledger.accept(consent(EVE, TRIAL))
    ledger.node.lie = lambda method, _, result: "0x" if method == CALL else result
    with pytest.raises(SourceUnavailable):
        ledger.follower.once()
    assert ledger.store.log.anchored(CONSENTS).head.size == 1


def test_a_dropped_transaction_is_found_out_by_asking_for_it(lonely):
    chain = lonely.chain(confirm_seconds=600)
    chain.rpc.call("evm_setAutomine", False)
    errors = []

    def send():
        try:
            chain.send([chain.appending(CONSENTS, [name("leaf")], [])])
        except SourceUnavailable as error:
            errors.append(str(error))

    sending = threading.Thread(target=send)
    sending.start()
    while not chain.has_pending():
        time.sleep(0.01)
    for pending in chain.rpc.call("txpool_content")["pending"].values():
        for transaction in pending.values():
            chain.rpc.call("anvil_dropTransaction", transaction["hash"])
    sending.join(60)
    assert errors == ["a transaction was dropped; the next attempt looks at the chain again"]


def test_an_auditor_does_not_miss_a_revocation_that_the_node_withholds(ledger):
    (logged,) = ledger.accept(consent(ANN, TRIAL))
    ledger.revoke_on_chain(logged)
    contract = ledger.site.deployment.consents
    for lie in (lambda method, _, result: [] if method == GET_LOGS else result, truthful):
        ledger.node.lie = lie
        assert list(History(ledger.node.url).revoked(contract)) == [logged.signed.entry.lock]
        assert [anchor.head for anchor in History(ledger.node.url).anchors(contract)] == [ledger.direct.head(CONSENTS)]
    ledger.node.lie = lambda method, _, result: None if method == GET_LOGS else result
    with pytest.raises(SourceUnavailable):
        History(ledger.node.url).revoked(contract)
