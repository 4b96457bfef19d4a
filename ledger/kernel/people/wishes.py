"""Standing wishes of a person: never to be asked, to be asked each time, to be notified of offers."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from mydata_ledger.ledger.consent_request import Wishes, WishKind, normal_topic
from mydata_ledger.ledger.errors import StaleConsent
from mydata_ledger.ledger.kernel.people.request_items import read_wishes, wishes_item
from mydata_ledger.ledger.kernel.work_items import WISH_TOPIC, WISHES, every
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.work_item import WorkItem


class StandingWishes:
    """One work item for each person, and an index of topics for those who want offers."""

    def __init__(self, world: World) -> None:
        self._world = world

    def of(self, data_subject: bytes) -> Wishes:
        """A person's standing wishes; empty if there are none."""
        item = self._world.work_items.item(WISHES, data_subject)
        return read_wishes(item) if item else Wishes(data_subject)

    def interested(self, topic: str, after: bytes, limit: int) -> list[WorkItem]:
        """Index entries of people whose wishes may match offers with this topic (`""`: any offer), by id above
        `after`. An entry may be outdated: read the person's wishes.
        """
        return self._world.work_items.items(WISH_TOPIC, party=topic, after=after, limit=limit)

    def replace(self, wishes: Wishes) -> None:
        """Replace a person's standing wishes. Raises UnknownTerm, StaleConsent for a concurrent change."""
        for wish in wishes.wishes:
            if wish.purpose != "*":
                self._world.vocabulary.path(wish.purpose)
            self._world.vocabulary.check_category(wish.category)
        present = self._world.work_items.item(WISHES, wishes.data_subject)
        before = index_topics(read_wishes(present)) if present else set()
        self._add_topics(wishes.data_subject, index_topics(wishes))
        if self._world.work_items.file(wishes_item(wishes, present.version if present else 0)) is None:
            raise StaleConsent("the wishes were changed elsewhere just now; read them again")
        for topic in before - index_topics(wishes):
            self._world.work_items.discard(WISH_TOPIC, _entry_id(wishes.data_subject, topic))
        # another change may have needed an entry that was just discarded
        self._add_topics(wishes.data_subject, index_topics(self.of(wishes.data_subject)))

    def index_all(self) -> None:
        """Add the index entries that are missing: for wishes of an earlier version, and after a recovery."""
        for item in every(self._world.work_items, WISHES):
            self._add_topics(item.person, index_topics(read_wishes(item)))

    def _add_topics(self, person: bytes, topics: Iterable[str]) -> None:
        for topic in topics:
            name = _entry_id(person, topic)
            if self._world.work_items.item(WISH_TOPIC, name) is None:
                self._world.work_items.file(WorkItem(WISH_TOPIC, name, person, topic))


def index_topics(wishes: Wishes) -> set[str]:
    """One topic of each wish for offers, since an offer must have all of them; `""` for a wish without topics."""
    return {min(map(normal_topic, wish.topics), default="") for wish in wishes.wishes if wish.kind is WishKind.TELL}


def _entry_id(person: bytes, topic: str) -> bytes:
    return sha256(len(person).to_bytes(2, "big") + person + topic.encode("utf-8", "surrogatepass")).digest()
