"""What a process spends on a task: instructions, where valgrind can count them, and processor time."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Callable
from typing import Protocol

Task = Callable[[], object]


class Counter(Protocol):
    """`launch` comes before the command of a process that is to be counted; `work` is how many calls of a thousand
    are made for one figure, since some counters slow the process down.
    """

    name: str
    unit: str
    launch: tuple[str, ...]
    work: int

    def warmed_up(self, pid: int) -> None:
        """Called once, before the first task that counts."""

    def count(self, pid: int, task: Task) -> float:
        """What the process spends while the task runs, in `unit`."""


class ProcessorTime:
    """User and system time of all of its threads, by the clock that the kernel keeps for the process."""

    name, unit, work = "processor time", "µs", 1_000
    launch: tuple[str, ...] = ()

    def warmed_up(self, pid: int) -> None:
        """Nothing to switch on."""

    def count(self, pid: int, task: Task) -> float:
        """Microseconds."""
        clock = ~pid << 3 | 2  # MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED), which Python has no name for
        before = time.clock_gettime(clock)
        task()
        return (time.clock_gettime(clock) - before) * 1e6


NO_FILE = "--callgrind-out-file=/dev/null"


class Callgrind:
    """Every instruction, counted by valgrind, under which a process runs some fifty times slower."""

    name, unit, work = "instructions by callgrind", "instructions", 100
    launch: tuple[str, ...] = ("valgrind", "-q", "--tool=callgrind", "--instr-atstart=no", NO_FILE)

    def works(self) -> bool:
        """Whether it is installed."""
        return shutil.which("valgrind") is not None and shutil.which("callgrind_control") is not None

    def warmed_up(self, pid: int) -> None:
        """Until here nothing was counted, so that the start took seconds instead of minutes."""
        _control(pid, "-i", "on")

    def count(self, pid: int, task: Task) -> float:
        """Instructions of all of its threads."""
        _control(pid, "-z")
        task()
        told = _control(pid, "-e")
        return sum(int(found.replace(",", "")) for found in re.findall(r"^\s*Th\s+\d+\s+([\d,]+)", told, re.MULTILINE))


def _control(pid: int, *words: str) -> str:
    command = ["callgrind_control", *words, str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def counters() -> list[Counter]:
    """Those that this machine has: instructions if valgrind counts them, and always the processor's time."""
    callgrind = Callgrind()
    return [callgrind, ProcessorTime()] if callgrind.works() else [ProcessorTime()]
