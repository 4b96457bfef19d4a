"""Logs read from a node: what it withholds is found out, and whatever it returns is the truth or an error."""

import random
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mydata_ledger.anchors.chain import LogReader, Rpc, logs, results
from mydata_ledger.anchors.chain.abi import APPENDED, REVOKED
from mydata_ledger.anchors.chain.bloom import bloom_of, may_have
from mydata_ledger.anchors.chain.ranges import Ranges
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.receipt import CONSENTS
from testing.lies import FOUND_OUT, LOGS, RECEIPTS, TRANSACTION_RECEIPT, Refused
from testing.lying_node import lying_node
from testing.sizes import sized
from tests.anchors.sample_statements import name

JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.sampled_from(["", "0x", "0x1", "0xzz", "0x" + "00" * 32]),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(some.sampled_from(["number", "hash", "topics", "data", "address", "timestamp"]), inner)
    ),
)
OPENINGS = [(name(f"core {n}"), name(f"secret {n}")) for n in range(6)]


@pytest.fixture
def chain(site):
    """A chain with revocations: in blocks of their own, in one block with other events, and blocks without."""
    connection = site.chain()
    connection.rpc.call("evm_setAutomine", False)
    sender = connection._sender
    calls = [connection.revoking(OPENINGS[:1]), connection.appending(CONSENTS, [name("leaf")], [])]
    fields = {**sender._fees(1), "gas": 10**6}
    for nonce, (to, data) in enumerate(calls, sender._nonces()[0]):
        raw = sender._sign({**fields, "to": to, "data": data, "nonce": nonce})
        connection.rpc.call("eth_sendRawTransaction", raw)
    connection.rpc.call("evm_mine")
    connection.rpc.call("evm_setAutomine", True)
    connection.send([connection.revoking(OPENINGS[1:3])])
    connection.rpc.call("anvil_mine", "0x3")
    connection.send([connection.revoking(OPENINGS[3:])])
    yield connection
    connection.close()


@pytest.fixture
def node(chain):
    with lying_node(str(chain.rpc._client.base_url)) as lying:
        yield lying


def reader(chain, url):
    return LogReader(Rpc(url), {chain.deployment.consents: [REVOKED]})


def entries(reading):
    return [log.topics[1] for log in reading.logs]


def test_every_revocation_is_read_once_and_in_order(chain, node):
    tip = chain.tip()
    reading = reader(chain, node.url).read(0, tip, {})
    assert len(entries(reading)) == len(set(entries(reading))) == len(OPENINGS)
    assert [log.position for log in reading.logs] == sorted(log.position for log in reading.logs)
    assert reading.hashes[tip.number] == tip.hash
    assert sorted(reading.hashes) == list(range(tip.number + 1))


@pytest.mark.parametrize("plan", FOUND_OUT, ids=lambda plan: plan.__name__)
def test_i8_a_lie_changes_nothing_or_is_an_error(chain, node, plan):
    tip, seeds = chain.tip(), range(sized(20))
    right = reader(chain, node.url).read(tip.number - 4, tip, {}).logs
    for seed in seeds:
        node.tell(plan, random.Random(seed))
        try:
            assert reader(chain, node.url).read(tip.number - 4, tip, {}).logs == right
        except SourceUnavailable:
            continue


def test_a_withheld_log_is_taken_from_the_receipts(chain, node):
    node.lie = lambda method, _, result: [] if method == LOGS else result
    assert len(entries(reader(chain, node.url).read(0, chain.tip(), {}))) == len(OPENINGS)


def without(*methods):
    def lie(method, _, result):
        if method in methods:
            raise Refused(-32601, "the method does not exist")
        return [] if method == LOGS else result

    return lie


def test_a_node_without_receipts_of_a_block_has_those_of_its_transactions(chain, node):
    node.lie = without(RECEIPTS)
    assert len(entries(reader(chain, node.url).read(0, chain.tip(), {}))) == len(OPENINGS)
    node.lie = without(RECEIPTS, TRANSACTION_RECEIPT)
    with pytest.raises(SourceUnavailable):
        reader(chain, node.url).read(0, chain.tip(), {})


def test_receipts_that_do_not_account_for_the_header_are_not_believed(chain, node):
    node.lie = lambda method, _, result: [] if method in {LOGS, RECEIPTS} else result
    with pytest.raises(SourceUnavailable, match="withholds"):
        reader(chain, node.url).read(0, chain.tip(), {})


def test_headers_of_two_forks_are_not_believed(chain, node):
    tip = chain.tip()
    with pytest.raises(SourceUnavailable, match="two forks"):
        reader(chain, node.url).read(0, tip, {tip.number - 1: name("another block")})
    chain.rpc.call("anvil_reorg", 1, [])
    with pytest.raises(SourceUnavailable, match="two forks"):
        reader(chain, node.url).read(0, tip, {})


def test_old_blocks_need_two_equal_answers(chain, node, monkeypatch):
    monkeypatch.setattr(logs, "PROVEN", 1)
    assert len(entries(reader(chain, node.url).read(0, chain.tip(), {}))) == len(OPENINGS)
    answers = iter([[]])
    node.lie = lambda method, _, result: next(answers, result) if method == LOGS else result
    reading = reader(chain, node.url).read(0, chain.tip(), {})
    assert len(entries(reading)) == len(OPENINGS)
    assert list(reading.hashes) == [chain.tip().number]


def test_a_limited_node_is_asked_for_less(chain, node):
    spans = []

    def lie(method, params, result):
        if method == LOGS:
            span = int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16) + 1
            if span > 2:
                raise Refused(-32005, "query returned more than 10000 results")
            spans.append(span)
        return result

    node.lie = lie
    assert len(entries(reader(chain, node.url).read(0, chain.tip(), {}))) == len(OPENINGS)
    assert max(spans) == 2


def test_a_refusal_of_one_block_is_unavailable(chain, node):
    def lie(method, _params, result):
        if method == LOGS:
            raise Refused(-32000, "too many requests")
        return result

    node.lie = lie
    with pytest.raises(SourceUnavailable, match="too many requests"):
        reader(chain, node.url).read(0, chain.tip(), {})


@given(some.integers(1, 50), some.integers(0, 20), some.integers(0, 200), some.lists(some.integers(1, 60), max_size=12))
def test_ranges_cover_every_block_once_and_grow_again(most, first, length, limits):
    """`limits` are the most blocks that the node accepts, one a request; afterwards it accepts all."""
    ranges, requested, limited = Ranges(most), [], iter(limits)

    def ask(low, high):
        if high > low and high - low + 1 > next(limited, most):
            raise SourceUnavailable("too many")
        requested.append((low, high))
        return range(low, high + 1)

    assert [n for part in ranges.each(first, first + length, ask) for n in part] == list(
        range(first, first + length + 1)
    )
    list(ranges.each(0, 100 * most, ask))
    assert requested[-2][1] - requested[-2][0] + 1 == most


@settings(max_examples=sized(300))
@given(JSON, some.sampled_from([results.quantity, results.octets, results.items, results.block, results.events]))
def test_a_result_of_any_shape_is_read_or_is_unavailable(value, read):
    with suppress(SourceUnavailable):
        assert read(value) is not None


ITEMS = some.lists(some.binary(min_size=32, max_size=32), max_size=4)


@given(some.lists(some.tuples(some.binary(min_size=20, max_size=20), ITEMS), max_size=5))
def test_a_filter_never_denies_what_a_block_has(found):
    made = [results.EventLog(address, tuple(topics), b"", 1, b"", n) for n, (address, topics) in enumerate(found)]
    assert all(may_have(bloom_of(made), log.address, log.topics[:1]) for log in made if log.topics)


def test_our_filter_of_a_block_is_the_one_in_its_header(chain):
    deployment = chain.deployment
    wanted = {deployment.consents: [REVOKED, APPENDED]}
    tip = chain.tip()
    read = LogReader(chain.rpc, wanted).read(tip.number - 5, tip, {}).logs
    for number in {log.block for log in read}:
        header = results.block(chain.rpc.call("eth_getBlockByNumber", hex(number), False))
        assert bloom_of(log for log in read if log.block == number) == header.bloom
