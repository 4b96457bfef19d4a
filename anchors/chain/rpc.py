"""JSON-RPC over one kept-alive connection: a bare call costs a tenth of web3.py's contract call."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

import httpx
import orjson

from mydata_ledger.anchors.chain.reverts import refusal
from mydata_ledger.ledger.errors import SourceUnavailable

Call = tuple[str, list[Any]]
REVERTED = frozenset({3, -32015})
"""Error codes for a contract that reverted: go-ethereum's and Anvil's, Nethermind's."""
UNREACHABLE = "the chain does not answer; check that it runs and that the RPC URL is right"


class Rpc:
    """One chain's JSON-RPC server; safe to share between threads. Raises SourceUnavailable when it does not answer."""

    def __init__(self, url: str, timeout: float = 10) -> None:
        self._client = httpx.Client(base_url=url, timeout=timeout, headers={"content-type": "application/json"})
        self._ids = count(1)

    def call(self, method: str, *params: Any) -> Any:
        """The result. Raises what a revert means in our words."""
        return self.batch([(method, list(params))])[0]

    def call_or_revert(self, method: str, *params: Any) -> Any:
        """The result; None when the contract asked refused to answer, whatever it said."""
        [answer] = self._post([_request(next(self._ids), (method, list(params)))])
        error = answer.get("error")
        if isinstance(error, dict) and (error.get("code") in REVERTED or "revert" in str(error.get("message"))):
            return None
        return _result(answer)

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        """The results in the order asked, in one round trip."""
        if not calls:
            return []
        ids = [next(self._ids) for _ in calls]
        body = [_request(number, call) for number, call in zip(ids, calls, strict=True)]
        answers = {answer["id"]: answer for answer in self._post(body)}
        return [_result(answers.get(number)) for number in ids]

    def _post(self, body: list[dict[str, Any]]) -> list[dict[str, Any]]:
        try:
            response = self._client.post("", content=orjson.dumps(body))
            response.raise_for_status()
            answers = orjson.loads(response.content)
        except (httpx.HTTPError, httpx.InvalidURL, orjson.JSONDecodeError) as error:
            raise SourceUnavailable(UNREACHABLE) from error
        if not isinstance(answers, list) or not all(isinstance(answer, dict) and "id" in answer for answer in answers):
            raise SourceUnavailable("what answers at the RPC URL is not a chain")
        return answers

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()


def _request(number: int, call: Call) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": call[0], "params": call[1]}


def _result(answer: dict[str, Any] | None) -> Any:
    if answer is None:
        raise SourceUnavailable("the chain left a question unanswered; try again later")
    if error := answer.get("error"):
        raise refusal(error)
    return answer.get("result")
