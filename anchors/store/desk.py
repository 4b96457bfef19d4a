"""Where the receipts of one group of questions lie until they are written together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from sqlalchemy.engine import Connection

from anchors.store.accepting import accept
from anchors.store.codec import encode
from anchors.store.indexing import Uses, uses_of
from ledger.errors import SourceUnavailable
from ledger.receipt import Logged, Signed


@dataclass
class Place:
    """A receipt's place in the log, known once its group is written."""

    signed: Signed
    at: int
    found: Logged | None = None

    def logged(self) -> Logged:
        """The receipt as logged. Raises SourceUnavailable before it is."""
        if self.found is None:
            raise SourceUnavailable("the receipt was not written; ask again")
        return self.found


class Desk:
    """Used by the writing thread only. What lies here counts already: `uses` are what its receipts use up."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self.uses: Uses = Uses()

    def clear(self) -> None:
        """A new group begins."""
        self._places, self.uses = [], Uses()

    def leave(self, receipt: Signed, at: int) -> Place:
        """Put a receipt down. Raises what keeps it from being stored, so that only its own question fails."""
        encode(receipt.statement)
        self.uses += uses_of(receipt.statement)
        self._places.append(Place(receipt, at))
        return self._places[-1]

    def write(self, connection: Connection) -> None:
        """Accept all receipts in the order they were left."""
        for at, places_ in groupby(self._places, key=lambda place: place.at):
            places = list(places_)
            for place, logged in zip(places, accept(connection, [p.signed for p in places], at), strict=True):
                place.found = logged
