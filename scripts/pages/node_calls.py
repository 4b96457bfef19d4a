"""Which calls of our pages are passed on to the chain's node, and in which form.

The five reads that the pages make are passed on, in the demo also those of the personas' wallet, and nothing else. Each
is written anew from its checked parts, so that it costs the node little: an `eth_call` has a contract, calldata, a
block and a limit of gas; `eth_getLogs` looks for the events of one contract with one first argument, in MOST_BLOCKS
blocks at most.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from mydata_ledger.ledger.errors import MalformedInput

ADDRESS, QUANTITY = re.compile(r"0x[0-9a-fA-F]{40}"), re.compile(r"0x[0-9a-f]{1,16}")
CALLDATA = re.compile(r"0x(?:[0-9a-f]{2}){4,8192}")
RAW, HASH = re.compile(r"0x02(?:[0-9a-f]{2}){1,20000}"), re.compile(r"0x[0-9a-f]{64}")
Methods = Mapping[str, Callable[[object], list[Any] | None]]
"""A check for each method that is passed on: the parameters as they are sent, None for others."""
GAS = hex(5_000_000)
TOPIC = re.compile(r"0x[0-9a-f]{64}")
MOST_CALLS, MOST_DIGITS = 100, 18
"""Calls of one request, and digits of the id of one."""
MOST_BLOCKS, MOST_EVENTS, MOST_LOGS = 1_000, 2, 10
"""Blocks and kinds of event of one `eth_getLogs`, and logs of its answer."""
REVERTED = (3, -32015)
"""Error codes of a contract that reverted: go-ethereum and Anvil, Nethermind."""
MEMBERS = ("number", "timestamp", "status")
"""Of a block, and of the receipt of a transaction."""
WORD_DIGITS = 2 + 64
"""Characters of the first word of a log's data; what comes after it is not returned."""
LONGEST_RESULT = 128 * 1024
"""Characters of a result; the code of a contract has 48 KiB of digits at most."""


def passed_on(calls: object, methods: Methods | None = None) -> list[dict[str, Any]]:
    """The JSON-RPC calls of a request as they are sent to the node, numbered from 0. Raises MalformedInput for a method
    that is not in `methods` (METHODS if it is None).
    """
    many = calls if isinstance(calls, list) else [calls]
    if not 0 < len(many) <= MOST_CALLS:
        raise MalformedInput(f"a request has 1 to {MOST_CALLS} calls")
    return [_call(number, call, METHODS if methods is None else methods) for number, call in enumerate(many)]


def _call(number: int, call: object, methods: Methods) -> dict[str, Any]:
    if not isinstance(call, dict) or not _is_id(call.get("id")):
        raise MalformedInput("a call is an object with a whole number as its `id`, `method` and `params`")
    method = call.get("method")
    check = methods.get(method) if isinstance(method, str) else None
    params = check(call.get("params")) if check else None
    if params is None:
        raise MalformedInput(f"only these calls of our pages are passed on: {', '.join(methods)}")
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def _is_id(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and len(str(number)) <= MOST_DIGITS


def _no_params(params: object) -> list[Any] | None:
    return [] if params == [] else None


def _newest_block(params: object) -> list[Any] | None:
    return ["latest", False] if params == ["latest", False] else None


def _code(params: object) -> list[Any] | None:
    match params:
        case [str(account), str(block)] if ADDRESS.fullmatch(account) and QUANTITY.fullmatch(block):
            return [account, block]
    return None


def _view(params: object) -> list[Any] | None:
    match params:
        case [{"to": str(to), "data": str(data), **more}, str(block)] if not more:
            if ADDRESS.fullmatch(to) and CALLDATA.fullmatch(data) and QUANTITY.fullmatch(block):
                return [{"to": to, "data": data, "gas": GAS}, block]
    return None


def _events(params: object) -> list[Any] | None:
    match params:
        case [
            {
                "address": str(to),
                "topics": [list(events), str(value)],
                "fromBlock": str(first),
                "toBlock": str(last),
                **more,
            }
        ]:
            topics = [*events, value]
            if not more and 0 < len(events) <= MOST_EVENTS and ADDRESS.fullmatch(to) and all(map(_is_topic, topics)):
                bounds = {"fromBlock": first, "toBlock": last}
                return [{"address": to, "topics": [events, value], **bounds}] if _is_short(first, last) else None
    return None


def _is_topic(topic: object) -> bool:
    return isinstance(topic, str) and bool(TOPIC.fullmatch(topic))


def _is_short(first: str, last: str) -> bool:
    if not QUANTITY.fullmatch(first) or not QUANTITY.fullmatch(last):
        return False
    return 0 <= int(last, 16) - int(first, 16) < MOST_BLOCKS


def _count(params: object) -> list[Any] | None:
    match params:
        case [str(account), "pending"] if ADDRESS.fullmatch(account):
            return [account, "pending"]
    return None


def _raw(params: object) -> list[Any] | None:
    match params:
        case [str(raw)] if RAW.fullmatch(raw):
            return [raw]
    return None


def _receipt(params: object) -> list[Any] | None:
    match params:
        case [str(name)] if HASH.fullmatch(name):
            return [name]
    return None


METHODS: Methods = {
    "eth_chainId": _no_params,
    "eth_getBlockByNumber": _newest_block,
    "eth_getCode": _code,
    "eth_call": _view,
    "eth_getLogs": _events,
}
"""What the verifier page and the workspaces read."""
WALLET_METHODS: Methods = {
    "eth_getTransactionCount": _count,
    "eth_sendRawTransaction": _raw,
    "eth_getTransactionReceipt": _receipt,
}
"""What the wallet of the demo's personas needs, on the development chain alone."""


def returned(calls: Any, answers: object) -> Any:
    """The node's answers with the ids of the calls, which `passed_on` checked. Text of the node is not repeated, since
    it may name an account at its provider.
    """
    ids = [call["id"] for call in (calls if isinstance(calls, list) else [calls])]
    found = {one["id"]: one for one in answers if _is_answer(one)} if isinstance(answers, list) else {}
    many = [{"jsonrpc": "2.0", "id": own, **_outcome(found.get(number, {}))} for number, own in enumerate(ids)]
    return many if isinstance(calls, list) else many[0]


def _is_answer(answer: object) -> bool:
    return isinstance(answer, dict) and _is_id(answer.get("id"))


def _event(log: Mapping[str, Any]) -> dict[str, Any]:
    """Block and transaction of a log, and the first word of its data."""
    return {name: str(log.get(name))[:WORD_DIGITS] for name in ("blockNumber", "transactionHash", "data")}


def _outcome(answer: Mapping[str, Any]) -> dict[str, Any]:
    match answer.get("result"):
        case str(text) if len(text) <= LONGEST_RESULT:
            return {"result": text}
        case dict(block):
            return {"result": {name: block[name] for name in MEMBERS if name in block}}
        case list(logs) if all(isinstance(log, dict) for log in logs):
            return {"result": [_event(log) for log in logs[:MOST_LOGS]]}
        case None if "result" in answer:
            return {"result": None}
    error = answer.get("error")
    if isinstance(error, dict) and (error.get("code") in REVERTED or "revert" in str(error.get("message"))):
        return {"error": {"code": REVERTED[0], "message": "execution reverted"}}
    return {"error": {"code": -32000, "message": "the node did not answer this call"}}
