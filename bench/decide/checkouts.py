"""Two checkouts of this repository: the one that lies here, and another commit's in a temporary folder."""

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

HERE = Path(__file__).parents[2]
SIDE = Path(__file__).with_name("side.py")
CONNECTIONS = 8
PATIENCE = 900.0
"""Seconds in which a server has to start; under valgrind it takes minutes on a busy machine."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """`name` is "old" or "new", `root` its top folder, `commit` what is checked out there."""

    name: str
    root: Path
    commit: str

    def run(self, *words: str, launch: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        """Start `side.py` with this checkout's packages before all others, the installed ones being shared."""
        environment = os.environ | {"PYTHONPATH": str(self.root), "PYTHONHASHSEED": "0"}
        command = [*launch, sys.executable, "-P", str(SIDE), *words]
        return subprocess.Popen(command, cwd=self.root, env=environment)

    def fill(self, folder: Path, people: int) -> Path:
        """A database of so many people in a folder of its own."""
        folder.mkdir()
        if code := self.run("fill", str(folder), str(people)).wait():
            raise RuntimeError(f"the {self.name} checkout could not fill a database: exit code {code}")
        return folder / f"{people}.db"


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"git {words[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def here() -> Checkout:
    """What lies here, changes that are not committed included."""
    commit = _git(HERE, "rev-parse", "HEAD")
    changed = " and changes" if _git(HERE, "status", "--porcelain", "--untracked-files=no") else ""
    return Checkout("new", HERE, commit + changed)


def other(commit: str, folder: Path) -> Checkout:
    """Another commit, in a clone that borrows this one's objects. Ends the program with git's own words when there is
    no such commit.
    """
    name = _git(HERE, "rev-parse", "--verify", "--end-of-options", f"{commit}^{{commit}}")
    _git(HERE, "clone", "--quiet", "--shared", "--no-checkout", str(HERE), str(folder))
    _git(folder, "checkout", "--quiet", "--detach", name)
    return Checkout("old", folder, name)


class Server:
    """A checkout's server over its own database; a context manager that ends the process it started."""

    def __init__(self, checkout: Checkout, database: Path, counter: Counter) -> None:
        self.checkout, self._counter, self._database = checkout, counter, database
        self._port_file, self._sources = database.with_suffix(".port"), database.with_suffix(".sources")
        self._port_file.unlink(missing_ok=True)
        words = ("serve", f"sqlite:///{database}", str(self._port_file), str(self._sources))
        self._process = checkout.run(*words, launch=counter.launch)

    def __enter__(self) -> Server:
        until = time.monotonic() + PATIENCE
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > until:
                self._end()
                raise RuntimeError(f"the {self.checkout.name} server did not start")
            time.sleep(0.05)
        return self

    def _listens(self) -> bool:
        """Whether it accepts connections: the port is written before it does."""
        written = self._port_file.read_text() if self._port_file.exists() else ""
        if not written:
            return False
        self._port = int(written)
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()

    def sources(self) -> list[str]:
        """The files of its checkout that it had loaded when it began to serve, relative to the checkout."""
        found: list[str] = json.loads(self._sources.read_text(encoding="utf-8"))
        return found

    def answer(self, requests: Sequence[bytes]) -> None:
        """Send each request once and wait for the answers and for the index of the receipts."""
        load.once(self._port, CONNECTIONS, requests)
        with sqlite3.connect(self._database, timeout=60) as connection:
            while connection.execute("SELECT count(*) FROM pending").fetchone()[0]:
                time.sleep(0.02)

    def warm_up(self, batches: Sequence[Sequence[bytes]]) -> None:
        """Answer what does not count."""
        for requests in batches:
            self.answer(requests)
        self._counter.warmed_up(self._process.pid)

    def spent(self, requests: Sequence[bytes]) -> float:
        """What one of these requests takes, in the counter's unit."""
        return self._counter.count(self._process.pid, lambda: self.answer(requests)) / len(requests)
