"""JSON-RPC over a connection that is kept open. A plain call costs a tenth of a contract call by web3.py."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

import httpx
import orjson

from mydata_ledger.anchors.chain.reverts import error_of
from mydata_ledger.ledger.errors import SourceUnavailable

Call = tuple[str, list[Any]]
REVERTED = (3, -32015)
"""JSON-RPC error codes for a call that reverted: 3 from go-ethereum and Anvil, -32015 from Nethermind."""
BATCH = 100
"""Most calls of one request: nodes limit batches."""
UNREACHABLE = "the chain does not answer; check that it runs and that the RPC URL is right"


class Rpc:
    """The JSON-RPC server of one chain. Threads may share it. Methods raise SourceUnavailable without an answer."""

    def __init__(self, url: str, timeout: float = 10) -> None:
        self._client = httpx.Client(base_url=url, timeout=timeout, headers={"content-type": "application/json"})
        self._ids = count(1)

    def call(self, method: str, *params: Any) -> Any:
        """Return the result of one call. Raises the error that a revert stands for (`reverts.error_of`)."""
        return self.batch([(method, list(params))])[0]

    def call_or_revert(self, method: str, *params: Any) -> Any:
        """Return the result of one call, or None when the contract reverted, for whatever reason."""
        number = next(self._ids)
        answer = self._post([_request(number, (method, list(params)))]).get(number, {})
        error = answer.get("error")
        if isinstance(error, dict) and (error.get("code") in REVERTED or "revert" in str(error.get("message"))):
            return None
        return _result(answer)

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        """Return the results in the order of the calls, one round trip for each `BATCH` of them."""
        found: list[Any] = []
        for start in range(0, len(calls), BATCH):
            numbered = {next(self._ids): call for call in calls[start : start + BATCH]}
            answers = self._post([_request(number, call) for number, call in numbered.items()])
            found += [_result(answers.get(number)) for number in numbered]
        return found

    def _post(self, body: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
        """Send a batch, and return the answers by the id of their request."""
        try:
            response = self._client.post("", content=orjson.dumps(body))
            response.raise_for_status()
            answers = orjson.loads(response.content)
        except (httpx.HTTPError, httpx.InvalidURL, orjson.JSONDecodeError) as error:
            raise SourceUnavailable(UNREACHABLE) from error
        if not isinstance(answers, list) or not all(isinstance(answer, dict) for answer in answers):
            raise SourceUnavailable("what answers at the RPC URL is not a chain")
        return {answer["id"]: answer for answer in answers if isinstance(answer.get("id"), int)}

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


def _request(number: int, call: Call) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": call[0], "params": call[1]}


def _result(answer: dict[str, Any] | None) -> Any:
    if not answer:
        raise SourceUnavailable("the chain left a request unanswered; try again later")
    if error := answer.get("error"):
        raise error_of(error if isinstance(error, dict) else {"message": error})
    return answer.get("result")
