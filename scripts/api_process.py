"""The API of a state folder as a child process. It holds the folder's lock too, and it ends when its parent ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.scripts.file_lock import FileLock
from mydata_ledger.scripts.inherited import Inherited
from mydata_ledger.scripts.listening import local
from mydata_ledger.scripts.paths import IS_CHECKOUT, ROOT
from mydata_ledger.scripts.settings import instance

START_SECONDS = 600
"""Seconds that a start may take: the database may have to be brought up to a new version first."""
STOP_SECONDS = 15
LAST_BYTES = 2_000


class ApiProcess:
    """One process of `scripts/serve.py`, on sockets that its parent listens on."""

    def __init__(
        self, state: Path, rpc_url: str, lock: FileLock, sockets: Sequence[socket.socket], *, demo: bool = False
    ) -> None:
        """Start it; the sockets are closed here, so that nobody listens on the port once it has ended."""
        self._state, self._port = state, sockets[0].getsockname()[1]
        self._log = state / "api.log"
        life, self._life = os.pipe()
        passed_on = Inherited(lock, life, sockets)
        # -P: the working folder may hold another copy of this package
        command = [sys.executable, "-P", "-m", "mydata_ledger.scripts.serve", "--state", str(state), "--rpc", rpc_url]
        command += ["--port", str(self._port), "--inherited", passed_on.as_text()]
        command += ["--demo"] if demo else []
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env=_environment(),
                pass_fds=passed_on.descriptors(),
            )
        os.close(life)
        for one in sockets:
            one.close()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def wait(self) -> None:
        """Wait until this ledger answers on the port.

        Raises SourceUnavailable if it ends first, with its reason; if another ledger or program answers; or if nobody
        answers in time.
        """
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None:
                raise SourceUnavailable(f"the API stopped while starting: {self._reason()}; see {self._log}")
            if time.monotonic() > deadline:
                raise SourceUnavailable(f"the API did not answer within {START_SECONDS} seconds; see {self._log}")
            time.sleep(0.1)

    def end(self, signal_number: signal.Signals) -> None:
        """Send the signal, and wait until the process has ended."""
        if self._process.poll() is None:
            self._process.send_signal(signal_number)
        try:
            self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._life)

    def _answers(self) -> bool:
        try:
            answer = httpx.get(local(self._port) + "/health", timeout=2)
        except httpx.HTTPError:
            return False
        if _instance_of(answer) != instance(self._state):
            raise SourceUnavailable(
                f"another program answers at {local(self._port)}: stop it, choose another port, or check that "
                "HTTP_PROXY does not cover localhost"
            )
        return True

    def _reason(self) -> str:
        """The last line of the log."""
        lines = self._log.read_bytes()[-LAST_BYTES:].decode(errors="replace").strip().splitlines()
        return lines[-1].removeprefix("error: ") if lines else "it gave no reason"


def _instance_of(answer: httpx.Response) -> object:
    try:
        found = answer.json()
    except ValueError:
        return None
    return found.get("instance") if isinstance(found, dict) else None


def _environment() -> dict[str, str]:
    """Environment of the API process; the root of a checkout is on the Python path, installed or not."""
    if not IS_CHECKOUT:
        return dict(os.environ)
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "PYTHONPATH": path}
