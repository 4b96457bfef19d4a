"""Due times of a periodic job, under a clock that may jump: none is used twice, and the next one is at most about a
period away.
"""

from __future__ import annotations

from collections.abc import Sequence

MOST_RANGES = 64
"""How many ranges of used due times are kept, the newest. A new one begins after a gap, or when the clock went back."""
UsedRange = Sequence[int]
"""First and last due time, and the step between them (at least 1)."""


def due_after(last: int, every: int, now: int) -> int:
    """The due time after `now`, in steps of `every` from the last one; what was missed meanwhile is left out."""
    return last + every * (max(0, now - last) // every + 1)


def unused_from(at_time: int, ranges: Sequence[UsedRange]) -> int:
    """The first due time at `at_time` or later that was not used."""
    while used := next((one for one in ranges if _contains(one, at_time)), None):
        _, last, step = used
        at_time = last + 1 if step == 1 else at_time + 1
    return at_time


def _contains(one: UsedRange, at_time: int) -> bool:
    first, last, step = one
    return first <= at_time <= last and (at_time - first) % step == 0


def with_used(at_time: int, every: int, ranges: Sequence[UsedRange]) -> list[list[int]]:
    """The ranges with one more used due time: it continues the last range, or begins a new one."""
    continued = [list(one) for one in ranges]
    if continued and continued[-1][2] == every and at_time == continued[-1][1] + every:
        continued[-1][1] = at_time
    else:
        continued.append([at_time, at_time, every])
    return continued[-MOST_RANGES:]
