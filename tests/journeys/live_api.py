"""The server as it is served, over HTTP on a devnet, with a clock that can be put forward: what a life needs."""

import secrets
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import httpx
import uvicorn
from web3 import Web3

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.access import Incident
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.serve import build
from mydata_ledger.scripts.settings import Settings
from mydata_ledger.scripts.stack import Stack
from testing.ledger_fixture import ROLES, wallet
from tests.api.api_client import ApiClient

PATIENCE = 60


class Ahead:
    """This machine's clock, put forward."""

    def __init__(self):
        self.by = 0

    def now(self):
        return int(time.time()) + self.by


class Served:
    """One devnet and one server; `door()` gives it to a fresh person. The chain's clock goes with the server's."""

    def __init__(self, state, staff):
        self.stack, self.clock = Stack(state, say=lambda _: None), Ahead()
        self.parties = {role: wallet(number) for number, role in enumerate(ROLES, start=2)}
        self._staff = staff

    def __enter__(self):
        self.stack.state.mkdir(parents=True)
        self.stack.start_chain()
        self.stack.deploy()
        for role, who in self.parties.items():
            self.stack.register_party(who.address, f"The {role}", [ROLES[role]], envelope.generate_reader_key().public)
        for who, (name, role) in self._staff.items():
            self.stack.register_party(who.address, name, [role], b"")
        self._chain = Web3(Web3.HTTPProvider(self.stack.rpc_url))
        settings = replace(Settings.read(self.stack.state, self.stack.rpc_url, self.stack.port), pace=10_000)
        server = uvicorn.Config(build(settings, self.clock), host="127.0.0.1", port=self.stack.port, log_level="error")
        self._server = uvicorn.Server(server)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        self.http = httpx.Client(base_url=self.stack.url, timeout=60)
        everyone = len(self.parties) + len(self._staff)
        self._until(lambda: self._server.started and len(self.http.get("/parties").json()) > everyone)
        return self

    def __exit__(self, *_):
        self._server.should_exit = True
        self._thread.join(30)
        self.stack.stop()

    def door(self):
        """A door as the twins have it, for a person nobody knows yet."""
        return LiveDoor(self, Wallet(secrets.token_bytes(32)))

    def passes(self, seconds):
        """Time, for the server and for the chain."""
        self.clock.by += seconds
        if seconds:
            self._chain.provider.make_request("evm_increaseTime", [seconds])
            self._chain.provider.make_request("evm_mine", [])

    def settled(self):
        """Wait until everything accepted is on chain, the chain was heard of lately, and everyone was told."""
        self._until(self._is_settled)

    def _is_settled(self):
        health = self.http.get("/health").json()
        return health["status"] == "ok" and all(log["accepted"] == log["anchored"] for log in health["logs"].values())

    @staticmethod
    def _until(so):
        deadline = time.monotonic() + PATIENCE
        while not so():
            assert time.monotonic() < deadline
            time.sleep(0.05)


class LiveDoor(ApiClient):
    """The same helpers, over the wire."""

    def __init__(self, served, person):
        kernel = served._server.config.app.state.context.kernel
        clock = SimpleNamespace(now=served.clock.now, passes=served.passes)
        told = SimpleNamespace(log_consumer=kernel.log_consumer)
        parts = {"clock": clock, "anchor": served.settled, "kernel": told, "declares": self._declares}
        self.fixture = SimpleNamespace(ann=person, **served.parties, **parts)
        self.http = served.http

    def issued(self, *record):
        """A record that is on chain before anybody asks for it."""
        made = super().issued(*record)
        self.fixture.anchor()
        return made

    def _declares(self, responder):
        form = {"data_subject": "0x" + self.fixture.ann.signer.hex(), "incident_number": "119-2026-7", "reason": "fell"}
        typed = self.http.post("/emergency/incidents/drafts", json=form, headers=self.as_(responder)).json()
        signed = self.signed(responder, Incident, typed["typed_data"])
        answer = self.http.post("/emergency/incidents", json=signed, headers=self.as_(responder)).json()
        return bytes.fromhex(answer["entry"][2:])
