"""A JSON-RPC node that lies: a proxy on loopback before a real chain, which changes answers by a seeded plan."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import orjson

from testing.lies import Ask, Lie, Refused, truthful

Plan = Callable[[random.Random, Ask], Lie]


class LyingNode:
    """Forwards requests to the chain at `url`. `lie` is applied to each answer."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=30)
        self.url = ""
        self.lie: Lie = truthful

    def tell(self, plan: Plan, rng: random.Random) -> None:
        """Lie by this plan from now on."""
        self.lie = plan(rng, self.ask)

    def ask(self, method: str, *params: Any) -> Any:
        """The true result of one call."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return self._http.post("", content=orjson.dumps(body), headers={"content-type": "application/json"}).json()[
            "result"
        ]

    def answer(self, body: bytes) -> bytes:
        """The body of the response to a request or a batch."""
        sent = self._http.post("", content=body, headers={"content-type": "application/json"}).content
        requests, answers = orjson.loads(body), orjson.loads(sent)
        if isinstance(requests, dict):
            return orjson.dumps(self._changed(requests, answers))
        by_id = {answer["id"]: answer for answer in answers}
        return orjson.dumps([self._changed(request, by_id[request["id"]]) for request in requests])

    def _changed(self, request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if "error" in answer:
            return answer
        try:
            result = self.lie(request["method"], request["params"], answer["result"])
        except Refused as refusal:
            return {"jsonrpc": "2.0", "id": request["id"], "error": {"code": refusal.code, "message": str(refusal)}}
        return {"jsonrpc": "2.0", "id": request["id"], "result": result}


@contextmanager
def lying_node(url: str) -> Iterator[LyingNode]:
    """Start such a node before the chain at `url`, and stop it afterwards."""
    node = LyingNode(url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version, wbufsize, disable_nagle_algorithm = "HTTP/1.1", -1, True

        def do_POST(self) -> None:
            sent = node.answer(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    node.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield node
    finally:
        server.shutdown()
        server.server_close()
