"""Background questions, the side of the party that asks: each question is one work item (ADR 70)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mydata_ledger.ledger.errors import NotFound, TooManyRequests
from mydata_ledger.ledger.kernel.work_items import BACKGROUND_QUESTION, every
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.work_item import WorkItem, new_id

WAITING, RUNNING, ANSWERED, FAILED = "waiting", "running", "answered", "failed"
ENDED = (ANSWERED, FAILED)
MOST_OPEN = 5
"""Questions of one kind that a party may have waiting or running at the same time."""
MOST_KEPT, KEPT_SECONDS = 100, 7 * 86_400
"""How many questions of one kind and party are kept, the newest, and for how long after their end."""
TOO_MANY = f"{MOST_OPEN} questions of yours wait for their answers already; ask again when one has ended"


@dataclass(frozen=True, slots=True)
class BackgroundQuestion:
    """A question of a party.

    `state` is waiting, running, answered or failed. `asked_at` and `kept_until` are UTC seconds; the latter is 0 until
    the question ends. `answer` is a JSON value, None until it is there. `why` is the reason why the last try failed; it
    names nobody.
    """

    question_id: bytes
    requester: str
    form: Mapping[str, Any]
    state: str
    asked_at: int
    kept_until: int
    answer: Any
    why: str


class BackgroundQuestions:
    """A party sees its own questions alone; those of another one are as if they were not there."""

    def __init__(self, world: World) -> None:
        self._world = world

    def ask(self, kind: str, requester: str, form: Mapping[str, Any]) -> BackgroundQuestion:
        """Leave a question, a form in JSON values, to the job that answers this kind; check the form before.

        Raises TooManyRequests while MOST_OPEN questions of the party wait or run.
        """
        self._make_room(kind, requester)
        now, body = self._world.clock.now(), {"form": dict(form), "attempts": 0, "why": "", "answer": None}
        item = WorkItem(item_kind(kind), new_id(now), b"", requester, WAITING, now, {**body, "asked_at": now})
        self._world.work_items.file(item)
        if self._open(self._items(kind, requester)) > MOST_OPEN:  # others were asked at the same time
            self._world.work_items.discard(item.kind, item.id)
            raise TooManyRequests(TOO_MANY)
        return question_of(item)

    def of(self, kind: str, requester: str) -> list[BackgroundQuestion]:
        """The questions of a party that are kept, oldest first; at most MOST_KEPT."""
        return [question_of(item) for item in self._items(kind, requester) if not self._is_over(item)]

    def question(self, kind: str, requester: str, question_id: bytes) -> BackgroundQuestion:
        """One question of the party. Raises NotFound."""
        item = self._world.work_items.item(item_kind(kind), question_id)
        if item is None or item.party != requester or self._is_over(item):
            raise NotFound
        return question_of(item)

    def _make_room(self, kind: str, requester: str) -> None:
        """Remove the oldest that have ended, so that with one more there are MOST_KEPT."""
        items = self._items(kind, requester)
        if self._open(items) >= MOST_OPEN:
            raise TooManyRequests(TOO_MANY)
        ended = [item for item in items if item.state in ENDED]
        for item in ended[: max(0, len(items) + 1 - MOST_KEPT)]:
            self._world.work_items.discard(item.kind, item.id)

    def _items(self, kind: str, requester: str) -> list[WorkItem]:
        return list(every(self._world.work_items, item_kind(kind), party=requester))

    @staticmethod
    def _open(items: list[WorkItem]) -> int:
        return sum(item.state not in ENDED for item in items)

    def _is_over(self, item: WorkItem) -> bool:
        return item.state in ENDED and item.due <= self._world.clock.now()


def item_kind(kind: str) -> str:
    """The kind of the work items for questions of a kind."""
    return f"{BACKGROUND_QUESTION}:{kind}"


def question_of(item: WorkItem) -> BackgroundQuestion:
    """The question of a work item."""
    body: Mapping[str, Any] = item.body
    kept_until = item.due if item.state in ENDED else 0
    stored = body["form"], item.state, body["asked_at"], kept_until, body["answer"], body["why"]
    return BackgroundQuestion(item.id, item.party, *stored)
