"""The whole stack on one machine: devnet, contracts and API of a state folder, started and stopped together."""

from __future__ import annotations

import shutil
import signal
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from mydata_ledger.anchors.artifacts import Deployment
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts import npm
from mydata_ledger.scripts.api_process import ApiProcess
from mydata_ledger.scripts.chain_file import LOCK_SUFFIX, lock_chain
from mydata_ledger.scripts.deploy import deploy
from mydata_ledger.scripts.devnet import Devnet
from mydata_ledger.scripts.file_lock import FileLock, Holder
from mydata_ledger.scripts.listening import local, reserved
from mydata_ledger.scripts.parties import Registrar
from mydata_ledger.scripts.settings import secret
from mydata_ledger.scripts.state_lock import IGNORED, STATE_LOCK, lock_state

CHAIN = "devnet.json"
DEPLOYMENTS = "deployments"
OPERATOR_ROLES = ("operator", "holder", "collector")
"""The gateway decides and computes; it is the holder of self-declared records, and collects for holders."""


class Stack:
    """Devnet, contracts and API of one state folder; a context manager that stops what it started.

    It holds the lock of the folder from its first step until it stops. Port 0 selects a free port, which `port` names
    once the stack listens.

    Args:
        state: The state folder; it is made if it is missing.
        port: Port of the API on localhost.
        on_status: Called with a line of text before each step.
        rpc_url: A chain to use; without it a devnet is started.
        fresh: Delete what is in the folder first.
        command: What others read about who uses the folder.
        demo: Let the API give away the keys of the demonstration's personas.
    """

    def __init__(
        self,
        state: Path,
        port: int = 0,
        on_status: Callable[[str], None] = print,
        rpc_url: str = "",
        *,
        fresh: bool = False,
        command: str = "`mydata up`",
        demo: bool = False,
    ) -> None:
        self.state, self.port = state.resolve(), port
        self._on_status, self._external, self._fresh, self._command = on_status, rpc_url, fresh, command
        self._demo = demo
        self._lock: FileLock | None = None
        self._sockets: list[socket.socket] = []
        self._devnet: Devnet | None = None
        self._api: ApiProcess | None = None
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
        """Start devnet, contracts and API.

        Raises SourceUnavailable if the folder or the port is in use, or the API ends; Failure.
        """
        self._take()
        if self._fresh:
            _clear(self.state)
        Deployment.require_current(self.state / DEPLOYMENTS)
        if not self._external:
            npm.install(self._on_status)
            self._on_status("starting the devnet")
            self.start_chain()
        self._on_status("contracts: deploying those that are missing")
        self.deploy()
        self._on_status(f"starting the API on {self.url}")
        self.start_api()

    def start_chain(self) -> None:
        """Start the devnet with its state file, on its earlier port if it had one."""
        self._devnet = self._devnet or Devnet(self.state / CHAIN)
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
        self.register_party(gateway.address, "MyData Ledger gateway", OPERATOR_ROLES, b"")

    def register_party(self, account: str, name: str, roles: Sequence[str], encryption_key: bytes) -> None:
        """Accredit an organisation on chain, or update its entry; does nothing if the entry is up to date."""
        registrar = Registrar(self.rpc_url, self.deployment.parties, secret(self.state, "admin"))
        registrar.register(account, name, roles, encryption_key)

    def start_api(self) -> None:
        """Start the API process and wait until it answers. Raises SourceUnavailable, with its reason."""
        lock, sockets = self._take()
        self._sockets = []
        self._api = ApiProcess(self.state, self.rpc_url, lock, sockets, demo=self._demo)
        self._api.wait()

    def kill_api(self) -> None:
        """Kill the API process, as in a power failure."""
        self._end_api(signal.SIGKILL)

    def restart_api(self) -> None:
        """Kill the API and start it again."""
        self.kill_api()
        self.start_api()

    def release_lock(self) -> None:
        """Release the folder, for a command that needs the API stopped; `start_api` takes it again."""
        if self._lock:
            self._lock.release()
        self._lock = None

    def stop(self) -> None:
        """Stop what this stack started, in reverse order, and release the folder."""
        self._end_api(signal.SIGTERM)
        self.stop_chain()
        for one in self._sockets:
            one.close()
        self._sockets = []
        self.release_lock()

    def _take(self) -> tuple[FileLock, list[socket.socket]]:
        """Lock the folder and listen, unless that is done. Raises SourceUnavailable if one of them is in use."""
        if self._lock is None:
            self.state.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = lock_state(self.state, self._command)
        self._sockets = self._sockets or reserved(self.port)
        self.port = self._sockets[0].getsockname()[1]
        self._lock.describe(Holder.of_this_process(self._command, self.url))
        return self._lock, self._sockets

    def _end_api(self, signal_number: signal.Signals) -> None:
        if self._api:
            self._api.end(signal_number)
        self._api = None


def _clear(state: Path) -> None:
    """Delete all that is in a state folder, except lock files and the mark for git. The caller holds its lock."""
    with lock_chain(state / CHAIN):
        for path in state.iterdir():
            if path.name not in {STATE_LOCK, IGNORED, CHAIN + LOCK_SUFFIX}:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
