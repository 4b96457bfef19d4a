"""A live API for the journey of one person: the real server over HTTP on a devnet, with an adjustable clock."""

import secrets
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import httpx
import uvicorn
from web3 import Web3

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.emergency import Incident
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.listening import bound
from mydata_ledger.scripts.serve import build
from mydata_ledger.scripts.settings import Settings
from mydata_ledger.scripts.stack import Stack
from testing.ledger_fixture import ROLES, wallet
from tests.api.api_client import ApiClient

WAIT_SECONDS = 60


class AdjustableClock:
    """The system clock plus an offset in seconds."""

    def __init__(self):
        self.offset = 0

    def now(self):
        return int(time.time()) + self.offset


class LiveApi:
    """One devnet and one server; `door()` makes an API helper for a new person. Both clocks advance together."""

    def __init__(self, state, staff):
        self.stack, self.clock = Stack(state, on_status=lambda _: None), AdjustableClock()
        self.parties = {role: wallet(number) for number, role in enumerate(ROLES, start=2)}
        self._staff = staff

    def __enter__(self):
        self.stack.state.mkdir(parents=True)
        self.stack.start_chain()
        self.stack.deploy()
        for role, party in self.parties.items():
            self.stack.register_party(
                party.address, f"The {role}", [ROLES[role]], envelope.generate_reader_key().public
            )
        for party, (name, role) in self._staff.items():
            self.stack.register_party(party.address, name, [role], b"")
        sockets = bound(0)
        self.stack.port = sockets[0].getsockname()[1]
        self._chain = Web3(Web3.HTTPProvider(self.stack.rpc_url))
        settings = replace(Settings.read(self.stack.state, self.stack.rpc_url, self.stack.port), pace=10_000)
        self._server = uvicorn.Server(uvicorn.Config(build(settings, self.clock), log_level="error"))
        self._thread = threading.Thread(target=self._server.run, args=(sockets,), daemon=True)
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
        """An API helper like that of the in-memory tests, for a new person."""
        return LiveDoor(self, Wallet(secrets.token_bytes(32)))

    def passes(self, seconds):
        """Advance the clocks of server and chain."""
        self.clock.offset += seconds
        if seconds:
            self._chain.provider.make_request("evm_increaseTime", [seconds])
            self._chain.provider.make_request("evm_mine", [])

    def settled(self):
        """Wait until everything accepted is on chain, and the follower has a recent block."""
        self._until(self._is_settled)

    def _is_settled(self):
        health = self.http.get("/health").json()
        return health["status"] == "ok" and all(log["accepted"] == log["anchored"] for log in health["logs"].values())

    @staticmethod
    def _until(condition):
        deadline = time.monotonic() + WAIT_SECONDS
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.05)


class LiveDoor(ApiClient):
    """The API helpers of `ApiClient`, over HTTP."""

    def __init__(self, api, person):
        kernel = api._server.config.app.state.context.kernel
        clock = SimpleNamespace(now=api.clock.now, passes=api.passes)
        live_kernel = SimpleNamespace(log_consumer=kernel.log_consumer, people=kernel.people)
        parts = {"clock": clock, "anchor": api.settled, "kernel": live_kernel, "declares": self._declares}
        self.fixture = SimpleNamespace(ann=person, **api.parties, **parts)
        self.http = api.http

    def issued(self, *record):
        """Issue a record and wait until it is on chain."""
        record_id = super().issued(*record)
        self.fixture.anchor()
        return record_id

    def _declares(self, responder):
        form = {"data_subject": "0x" + self.fixture.ann.signer.hex(), "incident_number": "119-2026-7", "reason": "fell"}
        typed = self.http.post("/emergency/incidents/drafts", json=form, headers=self.as_(responder)).json()
        signed = self.signed(responder, Incident, typed["typed_data"])
        answer = self.http.post("/emergency/incidents", json=signed, headers=self.as_(responder)).json()
        return bytes.fromhex(answer["entry"][2:])
