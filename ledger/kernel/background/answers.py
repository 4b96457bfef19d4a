"""Background questions, the side of the job: any process takes a question by compare-and-set, and answers it."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from mydata_ledger.ledger.kernel.background.lease import QuestionLease
from mydata_ledger.ledger.kernel.background.questions import (
    ANSWERED,
    ENDED,
    FAILED,
    KEPT_SECONDS,
    RUNNING,
    WAITING,
    BackgroundQuestion,
    item_kind,
    question_of,
)
from mydata_ledger.ledger.kernel.jobs.lease_watch import LEASE, LeaseWatch
from mydata_ledger.ledger.kernel.tries import INTERRUPTED, begin_try, has_tries, next_try, reason_of
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.work_item import WorkItem

ANSWER_DELAYS = (5, 30, 120, 600, 3_600)
"""Seconds before each retry of a question whose answer failed. After the last one the question has failed."""
AT_ONCE = 200
"""How many questions are looked at in one run, the longest due."""
ALWAYS = 1 << 53
"""A due time (UTC seconds) after every other."""
ComputeAnswer = Callable[[BackgroundQuestion], Any]
"""Computes the answer, a JSON value that names nobody. It is called again after a failure."""


class BackgroundAnswers:
    """A process that ends while it works on a question is noticed by the others, as with jobs (ADR 58)."""

    def __init__(self, world: World, monotonic: Callable[[], float] = time.monotonic, lease: float = LEASE) -> None:
        self._world, self._lease = world, lease
        self._watch = LeaseWatch(monotonic, lease)

    def work(self, kind: str, answer: ComputeAnswer, most: int) -> int:
        """Try up to `most` questions of a kind that wait, or whose process ended; returns how many were tried. Each
        party's first question comes before any party's second. Raises SourceUnavailable.
        """
        self._remove_old(kind)
        worked = 0
        for item in self._in_turns(self._free(kind)):
            if worked == most:
                break
            worked += self._try(item, answer)
        return worked

    def _remove_old(self, kind: str) -> None:
        now, items = self._world.clock.now(), self._world.work_items
        for state in ENDED:
            for item in items.due(item_kind(kind), state, now, AT_ONCE):
                items.discard(item.kind, item.id)

    def _free(self, kind: str) -> Iterator[WorkItem]:
        """The questions that nobody works on, those of ended processes first."""
        items, now = self._world.work_items, self._world.clock.now()
        running = items.due(item_kind(kind), RUNNING, ALWAYS, AT_ONCE)
        self._watch.forget_others({item.id.hex() for item in running})
        yield from (item for item in running if self._watch.is_silent(item.id.hex(), item.version))
        yield from (item for item in items.due(item_kind(kind), WAITING, ALWAYS, AT_ONCE) if _is_due(item, now))

    @staticmethod
    def _in_turns(items: Iterator[WorkItem]) -> list[WorkItem]:
        """The items with each party's first one before any party's second."""
        numbers, numbered = Counter[str](), []
        for item in items:
            numbered.append((numbers[item.party], item))
            numbers[item.party] += 1
        return [item for _, item in sorted(numbered, key=lambda pair: pair[0])]

    def _try(self, item: WorkItem, answer: ComputeAnswer) -> bool:
        """Try once; False if another process took the question."""
        if not has_tries(item, ANSWER_DELAYS):
            failed = self._ended(item, FAILED, why=item.body["why"] or INTERRUPTED)
            return self._world.work_items.file(failed) is not None
        taken = begin_try(self._world.work_items, item, state=RUNNING, due=self._world.clock.now())
        if taken is None:
            return False
        with QuestionLease(self._world.work_items, taken, self._lease) as lease:
            outcome = self._outcome(taken, answer)
        if lease.item:
            self._world.work_items.file(replace(outcome, version=lease.item.version))
        return True

    def _outcome(self, item: WorkItem, answer: ComputeAnswer) -> WorkItem:
        try:
            found = answer(question_of(item))
            json.dumps(found)  # raises for what cannot be stored
        except Exception as error:  # a fault in one answer must not stop the others
            return self._failed(item, reason_of(error))
        return self._ended(item, ANSWERED, why="", answer=found)

    def _failed(self, item: WorkItem, why: str) -> WorkItem:
        due = next_try(item, self._world.clock.now(), ANSWER_DELAYS)
        if due is None:
            return self._ended(item, FAILED, why=why)
        return replace(item, state=WAITING, due=due, body={**item.body, "why": why})

    def _ended(self, item: WorkItem, state: str, **body: Any) -> WorkItem:
        due = self._world.clock.now() + KEPT_SECONDS
        return replace(item, state=state, due=due, body={**item.body, **body})


def _is_due(item: WorkItem, now: int) -> bool:
    """Whether a question that waits is tried now; one that is due later than any retry is too: the clock went back."""
    latest = next_try(item, now, ANSWER_DELAYS) if item.body["attempts"] else now
    return item.due <= now or item.due > (latest or now)
