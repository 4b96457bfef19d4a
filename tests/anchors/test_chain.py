"""`Chain` and `Rpc` on a real devnet: reading, appending, reverts, and servers that do not answer."""

import socket
from dataclasses import replace

import pytest

from mydata_ledger.anchors.artifacts import artifact, names
from mydata_ledger.anchors.chain import GAS_CAP, REVERTS, Chain, Rpc
from mydata_ledger.anchors.chain.reverts import error_of
from mydata_ledger.ledger import merkle
from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, ProofInvalid, SourceUnavailable
from mydata_ledger.ledger.merkle import EMPTY_ROOT, Head
from mydata_ledger.ledger.party import checksum, keccak
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, LOGS, RECORDS
from tests.anchors.conftest import ADMIN
from tests.anchors.sample_statements import name
from tests.anchors.serving import answering

LEAVES = [name(n) for n in range(5)]


def tree(leaves):
    peaks, _ = merkle.grow(0, [], leaves)
    return Head(len(leaves), merkle.bag(peaks)), peaks


@pytest.fixture
def chain(site):
    connection = site.chain()
    yield connection
    connection.close()


def signature(entry):
    return f"{entry['name']}({','.join(i['type'] for i in entry['inputs'])})"


def test_every_custom_error_of_every_contract_has_an_error_class():
    errors = {signature(entry) for contract in names() for entry in artifact(contract).abi if entry["type"] == "error"}
    assert len(errors) > 15
    assert errors - set(REVERTS) == set()


def test_a_fresh_log_has_the_empty_head(chain):
    assert chain.heads() == dict.fromkeys(LOGS, Head(0, EMPTY_ROOT))
    assert chain.head(ACCESS) == Head(0, EMPTY_ROOT)


def test_appended_leaves_make_the_same_head_as_our_own_tree(chain):
    head, peaks = tree(LEAVES[:3])
    chain.send([chain.appending(CONSENTS, LEAVES[:3], [])])
    assert chain.head(CONSENTS) == head
    chain.send([chain.appending(CONSENTS, LEAVES[3:], peaks)])
    assert chain.head(CONSENTS) == tree(LEAVES)[0]


def test_calls_to_several_contracts_go_at_once(chain):
    head, _ = tree(LEAVES)
    calls = [chain.appending(log, LEAVES, []) for log in (CONSENTS, RECORDS)]
    mined = chain.send([*calls, chain.advancing(ACCESS, head, [])])
    assert chain.heads() == dict.fromkeys(LOGS, head)
    assert all(transaction.gas < GAS_CAP for transaction in mined)


@pytest.mark.parametrize(
    ("call", "error", "word"),
    [
        (lambda c: c.appending(CONSENTS, [], []), InvalidStatement, "NoLeaves"),
        (lambda c: c.appending(CONSENTS, LEAVES, [name("wrong")]), ProofInvalid, "StalePeaks"),
        (lambda c: c.advancing(ACCESS, Head(0, EMPTY_ROOT), []), ProofInvalid, "NotAhead"),
    ],
)
def test_a_revert_keeps_its_name(chain, call, error, word):
    with pytest.raises(error, match=word):
        chain.send([call(chain)])


def test_a_head_that_does_not_continue_the_log_is_refused_by_the_contract(chain):
    chain.send([chain.advancing(ACCESS, tree(LEAVES[:2])[0], [])])
    with pytest.raises(ProofInvalid, match="Inconsistent"):
        chain.send([chain.advancing(ACCESS, Head(3, name("root")), [name("proof")])])


def test_only_the_sequencer_appends(site):
    stranger = site.chain(key=ADMIN)
    with pytest.raises(NotEntitled, match="AccessControlUnauthorizedAccount"):
        stranger.send([stranger.appending(CONSENTS, LEAVES, [])])


def test_a_reader_cannot_write(site):
    with pytest.raises(NotEntitled):
        site.chain(key=None).send([])


def test_a_block_has_a_number_and_a_hash(chain):
    tip = chain.tip()
    assert chain.hashes([tip.number, tip.number + 99]) == [tip.hash, b""]
    assert chain.tip(depth=2).number == tip.number - 2
    assert chain.tip(depth=10**6).number == 0
    assert chain.tip("finalized").number <= tip.number


def test_a_chain_without_our_contracts_has_no_heads(lonely):
    chain = lonely.chain()
    chain.rpc.call("anvil_setCode", lonely.deployment.access, "0x")
    assert chain.heads() is None
    with pytest.raises(SourceUnavailable, match="deploy them first"):
        chain.head(ACCESS)


def test_a_chain_with_another_id_is_refused(site):
    wrong = Chain(site.url, replace(site.deployment, chain_id=1))
    with pytest.raises(SourceUnavailable, match="leads to chain 31337, not 1"):
        wrong.tip()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_i8_an_unreachable_chain_is_unavailable():
    with pytest.raises(SourceUnavailable, match="check that it runs"):
        Rpc(f"http://127.0.0.1:{free_port()}").call("eth_blockNumber")


@pytest.mark.parametrize("url", ["not a url", "http://", "ftp://127.0.0.1/"])
def test_an_address_that_is_none_is_unavailable(url):
    with pytest.raises(SourceUnavailable):
        Rpc(url).call("eth_blockNumber")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>hello</html>",
        b'{"jsonrpc":"2.0","id":1,"result":"0x1"}',
        b"[1,2]",
        b"[]",
        b'[{"id":99}]',
        b'[{"no":1}]',
        b'[{"id":[],"result":"0x1"}]',
        b'[{"id":1,"error":"busy"}]',
        b'[{"id":1,"error":{"code":[],"message":{}}}]',
    ],
)
def test_something_that_is_no_chain_is_unavailable(body):
    with answering(body) as url:
        with pytest.raises(SourceUnavailable):
            Rpc(url).call("eth_blockNumber")
        with pytest.raises(SourceUnavailable):
            Rpc(url).call_or_revert("eth_call")


def test_a_server_in_trouble_is_unavailable():
    with answering(b"[]", status=502) as url, pytest.raises(SourceUnavailable):
        Rpc(url).call("eth_blockNumber")


def test_an_answer_of_the_wrong_shape_is_unavailable(site):
    reader = Chain(site.url, site.deployment)
    reader.rpc.call("anvil_setCode", site.deployment.records, "0x60015ff3")
    with pytest.raises(SourceUnavailable):
        reader.heads()


def test_an_unknown_error_is_reported_without_control_characters():
    error = error_of({"code": -32000, "message": "nonce\x1b[31m too low\n"})
    assert isinstance(error, SourceUnavailable)
    assert str(error) == "the chain refused: nonce [31m too low "


@pytest.mark.parametrize("nest", [lambda d: d, lambda d: {"data": d}, lambda d: {"result": {"data": d}}])
def test_the_data_of_a_revert_is_found_in_every_nesting(nest):
    data = "0x" + merkle.HASH_SIZE * "00"
    revert = "0x" + selector("TransparencyLog_NoLeaves()")
    assert isinstance(error_of({"data": nest(revert)}), InvalidStatement)
    assert isinstance(error_of({"data": nest(data)}), SourceUnavailable)


def selector(text):
    return keccak(text.encode())[:4].hex()


def test_a_transaction_that_is_not_mined_in_time_is_unavailable(lonely):
    chain = lonely.chain(confirm_seconds=0.3)
    chain.rpc.call("evm_setAutomine", False)
    with pytest.raises(SourceUnavailable, match="not mined"):
        chain.send([chain.appending(CONSENTS, LEAVES, [])])
    assert chain.has_pending()
    chain.rpc.call("evm_mine")
    assert not chain.has_pending()


def test_a_transaction_that_waits_too_long_is_replaced(lonely):
    short_wait, chain = lonely.chain(confirm_seconds=0.2), lonely.chain()
    chain.rpc.call("evm_setAutomine", False)
    with pytest.raises(SourceUnavailable):
        short_wait.send([short_wait.appending(CONSENTS, LEAVES[:1], [])])
    with pytest.raises(SourceUnavailable):
        short_wait.send([short_wait.appending(CONSENTS, LEAVES, [])], urgency=2)
    chain.rpc.call("evm_mine")
    assert chain.head(CONSENTS) == tree(LEAVES)[0]


def test_the_directory_is_rebuilt_from_events(site, chain):
    registrar = site.registrar()
    hospital, trial = checksum(b"\x01" * 20), checksum(b"\x02" * 20)
    registrar.register(hospital, "Seoul Hospital", ["holder"], b"\x01" + b"k" * 1_216)
    registrar.register(trial, "Trial", ["trial", "researcher"], b"")
    registrar.register(hospital, "Seoul National Hospital", ["holder", "responder"], b"new key")
    first, last = site.deployment.block, chain.tip().number
    parties = {party.account: party for party in chain.parties(first, last)}
    assert parties[hospital].name == "Seoul National Hospital"
    assert parties[hospital].roles == {"holder", "responder"}
    assert parties[hospital].encryption_key == b"new key"
    assert parties[trial].accredited(chain.tip().time)
    assert chain.parties(first, last - 1) != list(parties.values())
