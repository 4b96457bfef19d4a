"""Two checkouts of this repository: the current one, and one of another commit in a temporary folder."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from bench.decide import load
from bench.decide.counters import Counter

ROOT = Path(__file__).parents[2]
SIDE = Path(__file__).with_name("side.py")
CONNECTIONS = 8
START_SECONDS = 900.0
"""Seconds that a server may take to start; under valgrind this is minutes on a busy machine."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A checkout: `name` is "old" or "new", `root` its top folder, `commit` its commit."""

    name: str
    root: Path
    commit: str

    def run(self, *words: str, launch: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        """Start `side.py` with the packages of this checkout first on the path; installed packages are shared."""
        environment = os.environ | {"PYTHONPATH": str(self.root), "PYTHONHASHSEED": "0"}
        command = [*launch, sys.executable, "-P", str(SIDE), *words]
        return subprocess.Popen(command, cwd=self.root, env=environment)

    def fill(self, folder: Path, people: int) -> Path:
        """Make a new folder with a database of `people` people; return the path of the database."""
        folder.mkdir()
        if code := self.run("fill", str(folder), str(people)).wait():
            raise RuntimeError(f"the {self.name} checkout could not fill a database: exit code {code}")
        return folder / f"{people}.db"


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"git {words[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def this_checkout() -> Checkout:
    """The current checkout, including uncommitted changes."""
    commit = _git(ROOT, "rev-parse", "HEAD")
    changed = " and changes" if _git(ROOT, "status", "--porcelain", "--untracked-files=no") else ""
    return Checkout("new", ROOT, commit + changed)


def other_checkout(commit: str, folder: Path) -> Checkout:
    """Clone another commit, sharing the objects of this repository.

    Raises SystemExit with the message of git if there is no such commit.
    """
    name = _git(ROOT, "rev-parse", "--verify", "--end-of-options", f"{commit}^{{commit}}")
    _git(ROOT, "clone", "--quiet", "--shared", "--no-checkout", str(ROOT), str(folder))
    _git(folder, "checkout", "--quiet", "--detach", name)
    return Checkout("old", folder, name)


class Server:
    """The server of a checkout over its own database; a context manager that stops the process it started."""

    def __init__(self, checkout: Checkout, database: Path, counter: Counter) -> None:
        self.checkout, self._counter, self._database = checkout, counter, database
        self._port_file, self._sources = database.with_suffix(".port"), database.with_suffix(".sources")
        self._port_file.unlink(missing_ok=True)
        words = ("serve", f"sqlite:///{database}", str(self._port_file), str(self._sources))
        self._process = checkout.run(*words, launch=counter.launch)

    def __enter__(self) -> Server:
        deadline = time.monotonic() + START_SECONDS
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._end()
                raise RuntimeError(f"the {self.checkout.name} server did not start")
            time.sleep(0.05)
        return self

    def _listens(self) -> bool:
        """True if it accepts connections; the port is written before that."""
        written = self._port_file.read_text() if self._port_file.exists() else ""
        if not written:
            return False
        self._port = int(written)
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()

    def sources(self) -> list[str]:
        """Files of the checkout that were loaded when the server started, relative to the checkout."""
        files: list[str] = json.loads(self._sources.read_text(encoding="utf-8"))
        return files

    def answer(self, requests: Sequence[bytes]) -> None:
        """Send each request once; wait for the answers and until the receipts are indexed."""
        load.once(self._port, CONNECTIONS, requests)
        with sqlite3.connect(self._database, timeout=60) as connection:
            while connection.execute("SELECT count(*) FROM pending").fetchone()[0]:
                time.sleep(0.02)

    def warm_up(self, batches: Sequence[Sequence[bytes]]) -> None:
        """Answer requests that are not measured, then tell the counter."""
        for requests in batches:
            self.answer(requests)
        self._counter.warmed_up(self._process.pid)

    def cost(self, requests: Sequence[bytes]) -> float:
        """Cost of one of these requests in the unit of the counter."""
        return self._counter.count(self._process.pid, lambda: self.answer(requests)) / len(requests)
