"""Interleaved rounds: what is compared runs in turns, so that drift of the machine hits both."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median

Task = Callable[[], object]


def interleaved(tasks: Mapping[str, Task], rounds: int) -> dict[str, float]:
    """Median seconds of each task over `rounds` turns, after one turn that does not count."""
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    for turn in range(rounds + 1):
        for name, task in tasks.items():
            started = time.perf_counter()
            task()
            if turn:
                taken[name].append(time.perf_counter() - started)
    return {name: median(seconds) for name, seconds in taken.items()}


def each(task: Task, times: int) -> float:
    """Median processor seconds of one of `times` calls: what a core does, whoever else is on the machine."""
    taken = []
    for _ in range(times + 1):
        started = time.thread_time()
        task()
        taken.append(time.thread_time() - started)
    return median(taken[1:])
