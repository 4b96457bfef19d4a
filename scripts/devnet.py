"""A local development chain: Anvil from npm, on a loopback port, with a state file that outlives the process.

The native binary is started, not the npm wrapper: ending the wrapper would leave the chain running. Blocks have a fixed
interval, since with automining a burst of transactions stalls in the pool (docs/adr/0005-compiler-route.md).
"""

from __future__ import annotations

import platform
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import httpx

from mydata_ledger.scripts.chain_file import COMMAND, STOP_SECONDS, keep_or_restore, lock_chain
from mydata_ledger.scripts.chain_file import DevnetFailed as DevnetFailed  # noqa: PLC0414 - told on to callers
from mydata_ledger.scripts.file_lock import FileLock, Holder
from mydata_ledger.scripts.listening import bound
from mydata_ledger.scripts.npm import ToolMissing, node_modules
from mydata_ledger.scripts.paths import IS_CHECKOUT

CHAIN_ID = 31337
READY_SECONDS = 30.0
PORT_TRIES = 5
IN_USE = "Address already in use"
"""What Anvil says of a port that another program has."""
MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def anvil() -> Path:
    """Path of the native Anvil binary. Raises ToolMissing."""
    machine = MACHINES.get(platform.machine().lower(), platform.machine())
    path = node_modules() / "@foundry-rs" / f"anvil-{platform.system().lower()}-{machine}" / "bin" / "anvil"
    if not path.is_file():
        remedy = "run `npm ci` in the project's folder" if IS_CHECKOUT else "name another chain with --rpc URL"
        raise ToolMissing(f"the development chain is missing in {node_modules()}: {remedy}")
    return path


class PortTaken(DevnetFailed):
    """Another program took the port before the chain listened on it."""


class Devnet:
    """One Anvil process.

    Args:
        state: File that keeps the chain; without it the chain ends with the process. It is locked by the process.
        port: Loopback port; 0 selects a free one, which later starts keep.
        block_time: Seconds between blocks; 0 mines each transaction at once, for benches and sequential tests.
        chain_id: Chain id.
        hardfork: Name of the hardfork, or None for the default of Anvil.
    """

    def __init__(
        self,
        state: Path | None = None,
        *,
        port: int = 0,
        block_time: float = 1,
        chain_id: int = CHAIN_ID,
        hardfork: str | None = None,
    ) -> None:
        self._state = state
        self._port = port
        self._block_time = block_time
        self._chain_id = chain_id
        self._hardfork = hardfork
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: FileLock | None = None

    @property
    def url(self) -> str:
        """URL of the JSON-RPC server, once started."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int | None:
        """Process id while started."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start and wait until it answers. Raises DevnetFailed or ToolMissing."""
        if self._process is not None:
            raise DevnetFailed("the development chain is started already")
        binary = anvil()
        if self._state is not None:
            self._state.parent.mkdir(parents=True, exist_ok=True)
            self._lock = lock_chain(self._state)
            keep_or_restore(self._state)
        try:
            self._start_on_a_port(binary)
        except BaseException:
            self.kill()
            raise

    def _start_on_a_port(self, binary: Path) -> None:
        """Start on the wanted port; where any will do, on another one if somebody took it meanwhile."""
        wanted = self._port
        for tries_left in reversed(range(PORT_TRIES)):
            self._port = free_port(wanted)
            try:
                self._start(binary)
            except PortTaken:
                self._port = wanted
                if wanted or not tries_left:
                    raise
            else:
                return

    def _start(self, binary: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            listens = Path(folder) / "listens.json"
            self._process = subprocess.Popen(
                [*self._command(binary), "--config-out", str(listens)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
                pass_fds=[self._lock.fileno()] if self._lock else [],
            )
            if self._lock:
                self._lock.describe(replace(Holder.of_this_process(COMMAND), child=self._process.pid))
            self._wait(listens)

    def stop(self) -> None:
        """Stop the process; it saves its state first. Does nothing if it is not running."""
        self._end(gently=True)

    def kill(self) -> None:
        """Kill the process, as in a crash; the state file is at most about one second old."""
        self._end(gently=False)

    def __enter__(self) -> Devnet:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _command(self, binary: Path) -> list[str]:
        command = [str(binary), "--quiet", "--host", "127.0.0.1", "--port", str(self._port)]
        command += ["--chain-id", str(self._chain_id)]
        if self._block_time:
            command += ["--block-time", str(self._block_time)]
        if self._state is not None:
            command += ["--state", str(self._state), "--state-interval", "1"]
        return command + (["--hardfork", self._hardfork] if self._hardfork else [])

    def _wait(self, listens: Path) -> None:
        """Wait for an answer of this very process: Anvil writes `listens` once the port is its own."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            self._raise_if_ended()
            if listens.exists() and _chain_id(self.url) == self._chain_id:
                return
            time.sleep(0.05)
        self.kill()
        raise DevnetFailed(f"the development chain did not answer on port {self._port} in {READY_SECONDS:.0f} seconds")

    def _raise_if_ended(self) -> None:
        process = self._process
        if process is not None and process.poll() is not None:
            output = process.stderr.read().decode(errors="replace").strip() if process.stderr else ""
            self._end_process(gently=False)
            if IN_USE in output:
                raise PortTaken(f"port {self._port} is taken: end what listens there, or choose another port")
            raise DevnetFailed(f"the development chain ended at once: {output[-400:] or 'it gave no reason'}")

    def _end(self, *, gently: bool) -> None:
        self._end_process(gently=gently)
        if self._lock is not None:
            self._lock.release()
        self._lock = None

    def _end_process(self, *, gently: bool) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if gently:
            process.terminate()
        else:
            process.kill()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stderr is not None:
            process.stderr.close()


def free_port(wanted: int = 0) -> int:
    """A loopback port that is free now: `wanted`, or any if 0. Raises DevnetFailed when it is taken."""
    try:
        probes = bound(wanted)
    except OSError as error:
        raise DevnetFailed(f"port {wanted} is taken: end what listens there, or choose another port") from error
    found = int(probes[0].getsockname()[1])
    for probe in probes:
        probe.close()
    return found


def _chain_id(url: str) -> int | None:
    try:
        answer = httpx.post(url, json={"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}, timeout=2)
        return int(answer.json()["result"], 16)
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return None
