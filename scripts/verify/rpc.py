"""Bare JSON-RPC 2.0 over HTTP, one question or many in one request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx

from mydata_ledger.ledger.errors import SourceUnavailable

TIMEOUT, MAX_BATCH, MAX_ANSWER = 10, 100, 32 * 1024 * 1024
REVERTED = frozenset({3, -32015})
"""Error codes for a contract that reverted: go-ethereum's and Anvil's, Nethermind's."""
SILENT = "the chain does not answer; check the RPC URL"
Asked = tuple[str, list[Any]]
"""A method with its parameters."""


class VerifierRpc:
    """One endpoint. Raises SourceUnavailable for whatever does not answer as JSON-RPC does."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = httpx.Client(timeout=TIMEOUT)

    def ask(self, method: str, *params: Any) -> Any:
        """The result of one call."""
        result, _ = self._one((method, list(params)))
        if result is None:
            raise SourceUnavailable(SILENT)
        return result

    def ask_or_revert(self, method: str, *params: Any) -> Any:
        """The result of one call; None when the contract itself refused to answer."""
        result, error = self._one((method, list(params)))
        reverted = error.get("code") in REVERTED or "revert" in str(error.get("message"))
        if result is None and not reverted:
            raise SourceUnavailable(SILENT)
        return result

    def ask_many(self, many: Sequence[Asked]) -> list[Any]:
        """The results, in order; None where one call failed. An endpoint that takes no batches is asked one by one."""
        found: list[Any] = []
        for start in range(0, len(many), MAX_BATCH):
            found += self._batch(many[start : start + MAX_BATCH])
        return found

    def _one(self, asked: Asked) -> tuple[Any, dict[str, Any]]:
        answer = self._post(_call(0, asked))
        if not isinstance(answer, dict):
            raise SourceUnavailable(SILENT)
        error = answer.get("error")
        return answer.get("result"), error if isinstance(error, dict) else {}

    def _batch(self, many: Sequence[Asked]) -> list[Any]:
        answers = self._post([_call(number, asked) for number, asked in enumerate(many)])
        if not isinstance(answers, list):
            return [self._one(asked)[0] for asked in many]
        told = [one for one in answers if isinstance(one, dict) and isinstance(one.get("id"), int)]
        by_number = {one["id"]: one.get("result") for one in told}
        return [by_number.get(number) for number in range(len(many))]

    def _post(self, body: Any) -> Any:
        try:
            answer = self._http.post(self._url, json=body)
            if len(answer.content) > MAX_ANSWER:
                raise SourceUnavailable("the chain answers more than was asked; check the RPC URL")
            return answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, TypeError, RecursionError) as error:
            raise SourceUnavailable(SILENT) from error


def _call(number: int, asked: Asked) -> dict[str, Any]:
    method, params = asked
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
