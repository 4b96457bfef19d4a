"""Server and load generator in two processes, and their comparison: in turns, by the median."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Any, Protocol

import orjson
from sqlalchemy import create_engine, func, select

from bench.decide.population import NOW, TRIAL, fill
from mydata_ledger.anchors.store.schema import PENDING
from testing.stores import open_store

Result = dict[str, Any]
TOKEN = "token"  # noqa: S105 - of a session that exists in the bench's own database only


class Filled(Protocol):
    """A database that a worker can serve."""

    @property
    def people(self) -> int:
        """Number of people in it."""

    @property
    def url(self) -> str:
        """SQLAlchemy URL."""


class Population:
    """A database of `people` people, with the seconds and bytes of its rebuild."""

    def __init__(self, folder: Path, people: int, on_status: Callable[[str], None]) -> None:
        self.people, self.url = people, f"sqlite:///{folder / f'{people}.db'}"
        self.taken, self.bytes = fill(self.url, people, on_status)
        store = open_store(self.url)
        store.sessions.open(sha256(TOKEN.encode()).digest(), TRIAL.signer, NOW + 10**7)
        store.dispose()


class Served:
    """One worker over a population; a context manager that stops the process it started."""

    def __init__(self, population: Filled, folder: Path) -> None:
        self.people, self._database = population.people, create_engine(population.url)
        self._port_file = folder / f"{population.people}.port"
        self._port_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "bench.decide.serve", population.url, str(self._port_file)]
        self._process = subprocess.Popen(command)

    def __enter__(self) -> Served:
        while not (self._port_file.exists() and self._port_file.read_text()):
            if self._process.poll() is not None:
                raise RuntimeError("the server did not start")
            time.sleep(0.05)
        self.port = int(self._port_file.read_text())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._database.dispose()

    def load(self, requests: list[str], connections: int, seconds: float) -> Result:
        """Run the load; the result has the worker's processor time per answer in µs.

        This includes the work after the last answer: the call returns after all receipts are indexed.
        """
        parameters = {"port": self.port, "connections": connections, "seconds": seconds, "requests": requests}
        before = self._processor_seconds()
        command = [sys.executable, "-m", "bench.decide.load"]
        done = subprocess.run(command, input=orjson.dumps(parameters), capture_output=True, check=True)
        result: Result = orjson.loads(done.stdout)
        self._wait_for_index()
        result["cpu"] = (self._processor_seconds() - before) / result["answers"] * 1e6
        return result

    def _wait_for_index(self) -> None:
        while self._waiting():
            time.sleep(0.05)

    def _waiting(self) -> int:
        with self._database.connect() as connection:
            return connection.execute(select(func.count()).select_from(PENDING)).scalar_one()

    def _processor_seconds(self) -> float:
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")")[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Private memory of the worker in MB, without the mapped pages of the database."""
        lines = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon"))


def in_turns(tasks: Mapping[str, Callable[[], Result]], rounds: int) -> dict[str, Result]:
    """Median of each figure of each task over `rounds` turns, after one turn that is not measured."""
    by_task: dict[str, list[Result]] = {name: [] for name in tasks}
    for turn in range(rounds + 1):
        for name, task in tasks.items():
            result = task()
            if turn:
                by_task[name].append(result)
    figures = ("rate", "p50", "p99", "cpu")
    return {
        name: {figure: median(result[figure] for result in results) for figure in figures}
        for name, results in by_task.items()
    }
