"""The whole stack on one machine: devnet, contracts and API of a state folder, started and stopped together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import httpx

from mydata_ledger.anchors.artifacts import Deployment
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts import npm
from mydata_ledger.scripts.deploy import deploy
from mydata_ledger.scripts.devnet import Devnet, free_port
from mydata_ledger.scripts.listening import local
from mydata_ledger.scripts.parties import Registrar
from mydata_ledger.scripts.paths import IS_CHECKOUT, ROOT
from mydata_ledger.scripts.settings import secret

START_SECONDS = 60
DEPLOYMENTS = "deployments"


class Stack:
    """Devnet, contracts and API of one state folder; a context manager that stops what it started.

    Port 0 selects a free port. If `rpc_url` is given, no devnet is started and that chain is used.
    """

    def __init__(self, state: Path, port: int = 0, on_status: Callable[[str], None] = print, rpc_url: str = "") -> None:
        self.state, self.port = state.resolve(), free_port(port)
        self._on_status = on_status
        self._external = rpc_url
        self._devnet: Devnet | None = None
        self._api: subprocess.Popen[bytes] | None = None
        self.deployment: Deployment

    @property
    def url(self) -> str:
        """Base URL of the API."""
        return local(self.port)

    @property
    def rpc_url(self) -> str:
        """URL of the chain's JSON-RPC."""
        return self._devnet.url if self._devnet else self._external

    def __enter__(self) -> Stack:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start devnet, contracts and API. Raises Failure; SourceUnavailable, which names the log file of the API."""
        Deployment.require_current(self.state / DEPLOYMENTS)
        if not self._external:
            npm.install(self._on_status)
        self.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._external:
            self._on_status("starting the devnet")
            self.start_chain()
        self._on_status("contracts: deploying those that are missing")
        self.deploy()
        self._on_status(f"starting the API on {self.url}")
        self.start_api()

    def start_chain(self) -> None:
        """Start the devnet with its state file, on its earlier port if it had one."""
        self._devnet = self._devnet or Devnet(self.state / "devnet.json", port=free_port())
        self._devnet.start()

    def stop_chain(self) -> None:
        """Stop the devnet; its state file stays."""
        if self._devnet:
            self._devnet.stop()

    def deploy(self) -> None:
        """Deploy the contracts that are missing on the chain."""
        sequencer = Wallet(secret(self.state, "sequencer"))
        admin = secret(self.state, "admin")
        gateway = Wallet(secret(self.state, "gateway"))
        self.deployment = deploy(self.rpc_url, admin, sequencer.address, folder=self.state / DEPLOYMENTS)
        self.register_party(gateway.address, "MyData Ledger gateway", ["operator"], b"")

    def register_party(self, account: str, name: str, roles: Sequence[str], encryption_key: bytes) -> None:
        """Accredit an organisation on chain, or update its entry; does nothing if the entry is up to date."""
        registrar = Registrar(self.rpc_url, self.deployment.parties, secret(self.state, "admin"))
        registrar.register(account, name, roles, encryption_key)

    def start_api(self) -> None:
        """Start the API process and wait until it answers."""
        log = self.state / "api.log"
        # -P: the working folder may hold another copy of this package
        command = [sys.executable, "-P", "-m", "mydata_ledger.scripts.serve", "--state", str(self.state)]
        command += ["--rpc", self.rpc_url, "--port", str(self.port)]
        with log.open("ab") as output:
            self._api = subprocess.Popen(
                command, stdout=output, stderr=output, start_new_session=True, env=_environment()
            )
        self._wait_for_api(log)

    def _wait_for_api(self, log: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._api is None or self._api.poll() is not None:
                raise SourceUnavailable(f"the API stopped while starting; the reason is at the end of {log}")
            try:
                if httpx.get(self.url + "/health", timeout=2).status_code == httpx.codes.OK:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise SourceUnavailable(f"the API did not answer within {START_SECONDS} seconds; see {log}")

    def kill_api(self) -> None:
        """Kill the API process, as in a power failure."""
        self._end_api(signal.SIGKILL)

    def restart_api(self) -> None:
        """Kill the API and start it again."""
        self.kill_api()
        self.start_api()

    def stop(self) -> None:
        """Stop what this stack started, in reverse order."""
        self._end_api(signal.SIGTERM)
        self.stop_chain()

    def _end_api(self, signal_number: signal.Signals) -> None:
        if self._api is None:
            return
        if self._api.poll() is None:
            self._api.send_signal(signal_number)
        try:
            self._api.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._api.kill()
            self._api.wait()
        self._api = None


def _environment() -> dict[str, str]:
    """Environment of the API process; the root of a checkout is on the Python path, installed or not."""
    if not IS_CHECKOUT:
        return dict(os.environ)
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "PYTHONPATH": path}
