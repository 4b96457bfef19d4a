"""Timing in interleaved rounds: compared tasks run in turns, so that drift of the machine affects all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median

Task = Callable[[], object]


def interleaved(tasks: Mapping[str, Task], rounds: int) -> dict[str, float]:
    """Median seconds of each task over `rounds` turns, after one turn that is not measured."""
    durations: dict[str, list[float]] = {name: [] for name in tasks}
    for turn in range(rounds + 1):
        for name, task in tasks.items():
            started = time.perf_counter()
            task()
            if turn:
                durations[name].append(time.perf_counter() - started)
    return {name: median(seconds) for name, seconds in durations.items()}


def median_cpu(task: Task, times: int) -> float:
    """Median processor seconds of one call, over `times` calls; other load on the machine has little effect."""
    durations = []
    for _ in range(times + 1):
        started = time.thread_time()
        task()
        durations.append(time.thread_time() - started)
    return median(durations[1:])
