"""Lies of a node: each plan, made for one poll, changes what the node answers."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

Ask = Callable[..., Any]
Lie = Callable[[str, list[Any], Any], Any]
"""Takes method, parameters and true result; returns what is answered, or raises Refused."""
LOGS, HEADER, RECEIPTS, CALL = "eth_getLogs", "eth_getBlockByNumber", "eth_getBlockReceipts", "eth_call"
TRANSACTION_RECEIPT = "eth_getTransactionReceipt"
NO_BLOOM = "0x" + "00" * 256


class Refused(Exception):
    """The node answers with a JSON-RPC error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def truthful(_method: str, _params: list[Any], result: Any) -> Any:
    return result


def _of_logs(change: Callable[[list[Any]], list[Any]]) -> Lie:
    return lambda method, _, result: change(result) if method == LOGS else result


def empty(_rng: random.Random, _ask: Ask) -> Lie:
    return _of_logs(lambda logs: [])


def some(rng: random.Random, _ask: Ask) -> Lie:
    return _of_logs(lambda logs: [log for log in logs if rng.random() < 0.5])


def truncated(rng: random.Random, _ask: Ask) -> Lie:
    most = rng.randrange(3)
    return _of_logs(lambda logs: logs[:most])


def reordered(rng: random.Random, _ask: Ask) -> Lie:
    return _of_logs(lambda logs: rng.sample(logs, len(logs)))


def duplicated(_rng: random.Random, _ask: Ask) -> Lie:
    return _of_logs(lambda logs: logs + logs)


def removed(_rng: random.Random, _ask: Ask) -> Lie:
    return _of_logs(
        lambda logs: [{**log, "removed": True, "logIndex": hex(99 + n)} for n, log in enumerate(logs)] + logs
    )


def of_another_fork(_rng: random.Random, _ask: Ask) -> Lie:
    return _of_logs(lambda logs: [{**log, "blockHash": "0x" + "f0" * 32} for log in logs])


def null(rng: random.Random, _ask: Ask) -> Lie:
    silent = rng.choice([LOGS, HEADER, RECEIPTS, CALL])
    return lambda method, _, result: None if method == silent and rng.random() < 0.7 else result


def of_nothing(rng: random.Random, _ask: Ask) -> Lie:
    """Empty results of calls, as from an address without a contract."""
    return lambda method, _, result: "0x" if method == CALL and rng.random() < 0.5 else result


def without_a_member(rng: random.Random, _ask: Ask) -> Lie:
    def strip(value: Any) -> Any:
        if isinstance(value, list):
            return [strip(each) for each in value]
        lost = rng.choice(sorted(value)) if isinstance(value, dict) else None
        return {name: each for name, each in value.items() if name != lost} if lost else value

    return lambda _method, _params, result: strip(result)


def limited(rng: random.Random, _ask: Ask) -> Lie:
    most = rng.choice([1, 2, 5, 20])

    def lie(method: str, params: list[Any], result: Any) -> Any:
        if method == LOGS and int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16) >= most:
            raise Refused(-32005, "query returned more than 10000 results")
        return result

    return lie


def refusing(rng: random.Random, _ask: Ask) -> Lie:
    refused = rng.choice([LOGS, HEADER, CALL])

    def lie(method: str, _params: list[Any], result: Any) -> Any:
        if method == refused:
            raise Refused(-32000, "too many requests")
        return result

    return lie


def without_calls(_rng: random.Random, _ask: Ask) -> Lie:
    """A node that gives the events and refuses to call contracts: a poll ends after it has read the events."""

    def lie(method: str, _params: list[Any], result: Any) -> Any:
        if method == CALL:
            raise Refused(-32000, "out of capacity")
        return result

    return lie


def without_receipts(_rng: random.Random, _ask: Ask) -> Lie:
    """A node without eth_getBlockReceipts that also withholds the logs."""

    def lie(method: str, _params: list[Any], result: Any) -> Any:
        if method == RECEIPTS:
            raise Refused(-32601, "the method does not exist")
        return [] if method == LOGS else result

    return lie


def delayed(rng: random.Random, ask: Ask) -> Lie:
    """A node whose index of logs is behind its blocks."""
    return _logs_up_to(int(ask("eth_blockNumber"), 16) - rng.randrange(4))


def _logs_up_to(newest: int) -> Lie:
    def lie(method: str, params: list[Any], result: Any) -> Any:
        if method == RECEIPTS and int(params[0], 16) > newest:
            return None
        if method == TRANSACTION_RECEIPT and result and int(result["blockNumber"], 16) > newest:
            return None
        return [log for log in result if int(log["blockNumber"], 16) <= newest] if method == LOGS else result

    return lie


def lagging(rng: random.Random, ask: Ask) -> Lie:
    """A node that does not have the newest blocks."""
    newest = max(1, int(ask("eth_blockNumber"), 16) - rng.randrange(1, 5))
    late = _logs_up_to(newest)

    def lie(method: str, params: list[Any], result: Any) -> Any:
        if method == HEADER and params[0] == "latest":
            return ask(HEADER, hex(newest), False)
        if method == HEADER and params[0].startswith("0x") and int(params[0], 16) > newest:
            return None
        if method == CALL and isinstance(params[1], dict):
            block = ask("eth_getBlockByHash", params[1]["blockHash"], False)
            if block is None or int(block["number"], 16) > newest:
                raise Refused(-32000, "header not found")
        return late(method, params, result)

    return lie


def without_filters(_rng: random.Random, _ask: Ask) -> Lie:
    """Empty logs, and headers that say that there are none: nothing in this poll can show it."""

    def lie(method: str, _params: list[Any], result: Any) -> Any:
        if method == HEADER and result:
            return {**result, "logsBloom": NO_BLOOM}
        return [] if method == LOGS else result

    return lie


FOUND_OUT = (
    empty,
    some,
    truncated,
    reordered,
    duplicated,
    removed,
    of_another_fork,
    null,
    of_nothing,
    without_a_member,
    limited,
    refusing,
    without_calls,
    without_receipts,
    delayed,
    lagging,
)
"""Plans of lies that a poll sees through: it finds the truth, or ends in an error."""
