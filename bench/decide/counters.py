"""Counters for the cost of a task in a process: instructions if valgrind is installed, and processor time."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Callable
from typing import Protocol

Task = Callable[[], object]


class Counter(Protocol):
    """A counter of the cost of tasks.

    `launch` is put before the command of the counted process. `work` is the number of calls for one figure; it is lower
    for counters that slow the process down.
    """

    name: str
    unit: str
    launch: tuple[str, ...]
    work: int

    def warmed_up(self, pid: int) -> None:
        """Start counting; called once, before the first measured task."""

    def count(self, pid: int, task: Task) -> float:
        """Cost of the process while the task runs, in `unit`."""


class ProcessorTime:
    """User and system time of all threads, from the process clock of the kernel."""

    name, unit, work = "processor time", "µs", 1_000
    launch: tuple[str, ...] = ()

    def warmed_up(self, pid: int) -> None:
        """Do nothing: the clock always runs."""

    def count(self, pid: int, task: Task) -> float:
        """Microseconds of processor time while the task runs."""
        clock = ~pid << 3 | 2  # MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED), which Python has no name for
        before = time.clock_gettime(clock)
        task()
        return (time.clock_gettime(clock) - before) * 1e6


NO_FILE = "--callgrind-out-file=/dev/null"


class Callgrind:
    """Instructions counted by valgrind; the process runs about fifty times slower."""

    name, unit, work = "instructions by callgrind", "instructions", 100
    launch: tuple[str, ...] = ("valgrind", "-q", "--tool=callgrind", "--instr-atstart=no", NO_FILE)

    def is_installed(self) -> bool:
        """True if valgrind is installed."""
        return shutil.which("valgrind") is not None and shutil.which("callgrind_control") is not None

    def warmed_up(self, pid: int) -> None:
        """Switch counting on; without it the start takes seconds instead of minutes."""
        _control(pid, "-i", "on")

    def count(self, pid: int, task: Task) -> float:
        """Instructions of all threads while the task runs."""
        _control(pid, "-z")
        task()
        output = _control(pid, "-e")
        return sum(
            int(count.replace(",", "")) for count in re.findall(r"^\s*Th\s+\d+\s+([\d,]+)", output, re.MULTILINE)
        )


def _control(pid: int, *words: str) -> str:
    command = ["callgrind_control", *words, str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def counters() -> list[Counter]:
    """Counters of this machine: instructions if valgrind is installed, and processor time."""
    callgrind = Callgrind()
    return [callgrind, ProcessorTime()] if callgrind.is_installed() else [ProcessorTime()]
