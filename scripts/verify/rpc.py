"""Minimal JSON-RPC 2.0 client over HTTP, for single calls and batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx

from mydata_ledger.ledger.errors import SourceUnavailable

TIMEOUT, MAX_BATCH, MAX_ANSWER = 10, 100, 32 * 1024 * 1024
REVERTED = (3, -32015)
"""Error codes of a contract revert: go-ethereum and Anvil, Nethermind."""
SILENT = "the chain does not answer; check the RPC URL"
RpcCall = tuple[str, list[Any]]
"""A method with its parameters."""


class VerifierRpc:
    """One endpoint. Calls raise SourceUnavailable if it does not answer as a JSON-RPC server does."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = httpx.Client(timeout=TIMEOUT)

    def ask(self, method: str, *params: Any) -> Any:
        """The result of one call."""
        result, _ = self._single((method, list(params)))
        if result is None:
            raise SourceUnavailable(SILENT)
        return result

    def ask_or_revert(self, method: str, *params: Any) -> Any:
        """The result of one call; None if the contract reverted."""
        result, error = self._single((method, list(params)))
        reverted = error.get("code") in REVERTED or "revert" in str(error.get("message"))
        if result is None and not reverted:
            raise SourceUnavailable(SILENT)
        return result

    def ask_many(self, calls: Sequence[RpcCall]) -> list[Any]:
        """The results in order, None for a failed call; without batch support the calls are made one by one."""
        results: list[Any] = []
        for start in range(0, len(calls), MAX_BATCH):
            results += self._batch(calls[start : start + MAX_BATCH])
        return results

    def _single(self, call: RpcCall) -> tuple[Any, dict[str, Any]]:
        answer = self._post(_request_body(0, call))
        if not isinstance(answer, dict):
            raise SourceUnavailable(SILENT)
        error = answer.get("error")
        return answer.get("result"), error if isinstance(error, dict) else {}

    def _batch(self, calls: Sequence[RpcCall]) -> list[Any]:
        answers = self._post([_request_body(number, call) for number, call in enumerate(calls)])
        if not isinstance(answers, list):
            return [self._single(call)[0] for call in calls]
        valid = [answer for answer in answers if isinstance(answer, dict) and isinstance(answer.get("id"), int)]
        by_number = {answer["id"]: answer.get("result") for answer in valid}
        return [by_number.get(number) for number in range(len(calls))]

    def _post(self, body: Any) -> Any:
        try:
            answer = self._http.post(self._url, json=body)
            if len(answer.content) > MAX_ANSWER:
                raise SourceUnavailable("the chain answers more than was asked; check the RPC URL")
            return answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, TypeError, RecursionError) as error:
            raise SourceUnavailable(SILENT) from error


def _request_body(number: int, call: RpcCall) -> dict[str, Any]:
    method, params = call
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
