"""The follower on a real devnet: depth, reorganisations, a chain that restarts empty."""

import time

import pytest
from eth_abi.abi import encode

from mydata_ledger.anchors.chain.abi import PARTY_TYPES, Function
from mydata_ledger.anchors.chain.events import OVERLAP
from mydata_ledger.anchors.follower import Follower
from mydata_ledger.anchors.memory import FixedClock, MemoryStore
from mydata_ledger.anchors.notary import Notary
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.merkle import EMPTY_ROOT, Head
from mydata_ledger.ledger.party import checksum, keccak
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, LOGS, RECORDS
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.devnet import Devnet
from tests.anchors.conftest import ADMIN, Site
from tests.anchors.sample_statements import ANN, EVE, NOW, TRIAL, consent, incident, issue, request, revocation

HOSPITAL = checksum(b"\x0a" * 20)


class Pair:
    """A notary and a follower of one store on one chain."""

    def __init__(self, store, site, depth=0):
        self.store, self.site, self.chain = store, site, site.chain()
        self.clock = FixedClock(NOW)
        self.notary = Notary(store, self.chain)
        self.follower = Follower(store, self.chain, self.clock, depth)

    def append(self, *signed):
        return self.store.log.append(signed, NOW)

    def anchor_all(self):
        for _ in range(9):
            if not self.notary.once():
                return self.follower.once()
        pytest.fail("the notary does not finish")

    def anchored(self):
        return {log: self.store.log.anchored(log).head for log in LOGS}

    def accepted(self):
        return {log: self.store.log.head(log) for log in LOGS}


@pytest.fixture
def pair(store, site):
    pair = Pair(store, site)
    yield pair
    pair.chain.close()


def as_admin(pair, data):
    """The registry's administrator sends this calldata to it."""
    admin, rpc = Wallet(ADMIN).address, pair.chain.rpc
    rpc.call("anvil_impersonateAccount", admin)
    call = {"from": admin, "to": pair.site.deployment.parties, "data": data, "gas": hex(10**6)}
    rpc.call("eth_sendTransaction", call)
    rpc.call("evm_mine")


@pytest.fixture
def alone(ledger_db, lonely):
    """A notary and a follower on a separate devnet, with a database."""
    return Pair(ledger_db, lonely)


def test_what_the_chain_holds_is_anchored_and_says_in_which_block(pair):
    pair.append(consent(ANN, TRIAL), issue(1), incident())
    assert pair.anchored() == dict.fromkeys(LOGS, Head(0, EMPTY_ROOT))
    tip = pair.anchor_all()
    assert pair.anchored() == pair.accepted()
    assert {pair.store.log.anchored(log).block for log in LOGS} == {tip.number}
    assert pair.store.log.anchored(ACCESS).followed_at == NOW
    assert pair.store.index.consents_of(ANN)[0].anchored
    assert pair.store.index.record(issue(1).statement.record_id).anchored


def test_what_came_later_is_not_anchored_yet(pair):
    pair.append(issue(1))
    pair.anchor_all()
    pair.append(issue(2))
    pair.follower.once()
    assert [record.anchored for record in pair.store.index.records_of(ANN)] == [True, False]


def test_a_grant_counts_only_as_deep_as_configured(store, site):
    deep = Pair(store, site, depth=3)
    deep.append(consent(ANN, TRIAL))
    deep.anchor_all()
    for _ in range(2):
        deep.chain.rpc.call("evm_mine")
        deep.follower.once()
        assert not store.index.consents_of(ANN)[0].anchored
    deep.chain.rpc.call("evm_mine")
    deep.follower.once()
    assert store.index.consents_of(ANN)[0].anchored


def test_following_again_changes_only_the_time(pair):
    pair.append(consent(ANN, TRIAL))
    first = pair.anchor_all()
    before = pair.anchored(), pair.store.anchoring.noted_blocks()
    pair.clock.passes(5)
    assert pair.follower.once() == first
    assert (pair.anchored(), pair.store.anchoring.noted_blocks()) == before
    assert pair.store.log.anchored(CONSENTS).followed_at == NOW + 5


def test_another_follower_continues_after_one_was_killed(pair):
    pair.append(consent(ANN, TRIAL))
    pair.anchor_all()
    pair.append(consent(EVE, TRIAL))
    pair.notary.once()
    Follower(pair.store, pair.site.chain(), pair.clock).once()
    assert pair.anchored() == pair.accepted()


def test_a_consent_revoked_on_chain_by_anyone_is_revoked(pair):
    first = pair.append(consent(ANN, TRIAL))[0]
    pair.anchor_all()
    core, opened = first.signed.entry.core, revocation(first).statement.secret
    pair.chain.send([pair.chain.revoking([(core, opened)])])
    pair.follower.once()
    assert pair.store.index.consent(first.signed.entry.entry).revoked


def test_a_revocation_is_sent_once(pair):
    first = pair.append(consent(ANN, TRIAL))[0]
    pair.append(revocation(first))
    pair.anchor_all()
    assert pair.store.anchoring.pending_secrets(9) == []
    assert pair.notary.once() == []


def test_the_directory_follows_the_registry(pair):
    registrar = pair.site.registrar()
    registrar.register(HOSPITAL, "Seoul Hospital", ["holder"], b"\x01" + b"k" * 1_216)
    pair.follower.once()
    assert [party.name for party in pair.store.directory.parties()] == ["Seoul Hospital"]
    registrar.register(HOSPITAL, "Busan Hospital", ["holder", "responder"], b"key")
    pair.follower.once()
    (party,) = pair.store.directory.parties()
    assert (party.name, party.roles, party.encryption_key) == ("Busan Hospital", {"holder", "responder"}, b"key")
    assert pair.store.directory.party(HOSPITAL) == party


def test_a_name_that_is_no_text_does_not_stop_the_follower(pair):
    types = ("address", "bytes", *PARTY_TYPES[1:])
    selector = keccak(f"register(address,{','.join(PARTY_TYPES)})".encode())[:4]
    data = selector + encode(types, (HOSPITAL, b"Seoul \xff\xfe", [b"holder".ljust(32, b"\0")], b"", 0, NOW))
    as_admin(pair, "0x" + data.hex())
    pair.follower.once()
    assert pair.store.directory.party(HOSPITAL).name == "Seoul \ufffd\ufffd"


def test_i3_a_reorganisation_takes_grants_and_leaves_withdrawals(alone):
    ended = alone.append(consent(ANN, TRIAL), issue(1))[0]
    alone.anchor_all()
    alone.append(revocation(ended), consent(EVE, TRIAL), issue(2))
    alone.anchor_all()
    assert alone.anchored() == alone.accepted()
    alone.chain.rpc.call("anvil_reorg", 4, [])
    alone.follower.once()
    fresh, old = alone.store.index.consents_of(EVE)[0], alone.store.index.consents_of(ANN)[0]
    assert (fresh.anchored, fresh.revoked) == (False, False)
    assert old.revoked
    assert alone.anchored()[CONSENTS].size < alone.accepted()[CONSENTS].size


def test_a_leader_that_returns_knows_what_another_one_removed(alone):
    alone.site.registrar().register(HOSPITAL, "Seoul Hospital", ["holder"], b"key")
    alone.follower.once()
    another = Follower(alone.store, alone.site.chain(), alone.clock)
    another.once()
    as_admin(alone, Function("remove", ("address",)).data(HOSPITAL))
    for _ in range(2):
        alone.chain.rpc.call("anvil_mine", hex(OVERLAP))
        another.once()
    alone.chain.rpc.call("anvil_mine", hex(OVERLAP))
    alone.site.registrar().register(checksum(b"\x0b" * 20), "Busan Hospital", ["holder"], b"key")
    alone.follower.once()
    assert [party.name for party in alone.store.directory.parties()] == ["Busan Hospital"]
    alone.chain.rpc.call("anvil_reorg", 3, [])
    alone.follower.once()
    assert alone.store.directory.parties() == []


def test_after_a_reorganisation_everything_is_sent_again(alone):
    ended = alone.append(consent(ANN, TRIAL), issue(1), incident())[0]
    alone.append(revocation(ended), consent(EVE, TRIAL))
    alone.anchor_all()
    tip = alone.chain.tip().number
    alone.chain.rpc.call("anvil_reorg", min(6, tip - 6), [])
    alone.follower.once()
    assert len(alone.store.anchoring.pending_secrets(9)) == 1
    alone.anchor_all()
    assert alone.anchored() == alone.accepted()
    assert alone.store.anchoring.pending_secrets(9) == []
    assert alone.store.index.consents_of(EVE)[0].anchored


def test_i9_a_chain_that_restarted_empty_gets_everything_again_at_the_same_addresses(ledger_db):
    with Devnet(block_time=0) as devnet:
        first = Pair(ledger_db, Site(devnet))
        ended = first.append(consent(ANN, TRIAL), issue(1), incident())[0]
        first.append(revocation(ended), consent(EVE, TRIAL))
        first.site.registrar().register(HOSPITAL, "Seoul Hospital", ["holder"], b"key")
        first.anchor_all()
        assert first.anchored() == first.accepted()
    time.sleep(1)  # the time of the first block, in seconds, makes the new chain another one
    with Devnet(block_time=0, port=int(devnet.url.rpartition(":")[2])):
        with pytest.raises(SourceUnavailable, match=r"run scripts\.deploy"):
            first.follower.once()
        with pytest.raises(SourceUnavailable, match=r"run scripts\.deploy"):
            first.store.index.facts(request(1), NOW)
        assert first.store.log.last_anchored(CONSENTS).head.size == 3, "what was last seen stays known"
        assert ledger_db.index.consents_of(ANN)[0].revoked
        assert ledger_db.directory.party(HOSPITAL)
        before = first.site.deployment
        first.site.deploy()
        assert first.site.deployment.consents == before.consents
        first.site.registrar().register(HOSPITAL, "Seoul Hospital again", ["holder"], b"key")
        first.follower.once()
        first.anchor_all()
        assert first.anchored() == first.accepted()
        assert first.store.anchoring.pending_secrets(9) == []
        assert [party.name for party in first.store.directory.parties()] == ["Seoul Hospital again"]


def test_i8_a_chain_that_holds_another_log_makes_every_answer_unknown(pair):
    other = MemoryStore()
    other.log.append([issue(7)], NOW)
    Notary(other, pair.chain).once()
    pair.append(issue(1))
    with pytest.raises(SourceUnavailable, match="holds another records log"):
        pair.follower.once()
    with pytest.raises(SourceUnavailable):
        pair.store.index.facts(request(1), NOW)
    with pytest.raises(SourceUnavailable):
        pair.store.log.anchored(CONSENTS)


def test_trust_comes_back_with_the_log(alone):
    other = MemoryStore()
    other.log.append([issue(7)], NOW)
    clean = alone.chain.rpc.call("evm_snapshot")
    Notary(other, alone.chain).once()
    with pytest.raises(SourceUnavailable):
        alone.follower.once()
    alone.chain.rpc.call("evm_revert", clean)
    alone.follower.once()
    assert alone.store.log.anchored(RECORDS).head.size == 0


def test_i8_while_the_chain_does_not_answer_nothing_changes(alone):
    alone.append(consent(ANN, TRIAL))
    alone.anchor_all()
    before = alone.anchored()
    alone.site.devnet.kill()
    alone.clock.passes(60)
    with pytest.raises(SourceUnavailable, match="does not answer"):
        alone.follower.once()
    assert alone.anchored() == before
    assert alone.store.log.anchored(CONSENTS).followed_at == NOW


def test_in_their_threads_a_consent_is_anchored_within_seconds(alone, caplog):
    alone.notary.start()
    alone.follower.start()
    try:
        alone.append(consent(ANN, TRIAL), issue(1))
        alone.notary.nudge()
        deadline = time.monotonic() + 15
        while alone.anchored() != alone.accepted():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        alone.site.devnet.kill()
        while not any(record.name == "mydata.follower" for record in caplog.records):
            assert time.monotonic() < deadline + 15
            time.sleep(0.05)
    finally:
        alone.notary.stop()
        alone.follower.stop()
    (report,) = [record.message for record in caplog.records if record.name == "mydata.follower"]
    assert report.startswith("the chain does not answer")
