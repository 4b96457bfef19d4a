"""Standing wishes of a person: never to be asked, to be asked each time, to be notified of offers."""

from __future__ import annotations

from collections.abc import Iterator

from mydata_ledger.ledger.consent_request import Wishes
from mydata_ledger.ledger.errors import StaleConsent
from mydata_ledger.ledger.kernel.people.request_items import read_wishes, wishes_item
from mydata_ledger.ledger.kernel.work_items import WISHES, every
from mydata_ledger.ledger.kernel.world import World


class StandingWishes:
    """One work item for each person."""

    def __init__(self, world: World) -> None:
        self._world = world

    def of(self, data_subject: bytes) -> Wishes:
        """A person's standing wishes; empty if there are none."""
        item = self._world.work_items.item(WISHES, data_subject)
        return read_wishes(item) if item else Wishes(data_subject)

    def all_wishes(self) -> Iterator[Wishes]:
        """The wishes of everyone who has any."""
        return map(read_wishes, every(self._world.work_items, WISHES))

    def replace(self, wishes: Wishes) -> None:
        """Replace a person's standing wishes. Raises UnknownTerm, StaleConsent for a concurrent change."""
        for wish in wishes.wishes:
            if wish.purpose != "*":
                self._world.vocabulary.path(wish.purpose)
            self._world.vocabulary.check_category(wish.category)
        present = self._world.work_items.item(WISHES, wishes.data_subject)
        if self._world.work_items.file(wishes_item(wishes, present.version if present else 0)) is None:
            raise StaleConsent("the wishes were changed elsewhere just now; read them again")
