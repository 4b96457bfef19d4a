"""Reading the journal back into an empty database, every statement checked on its way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mydata_ledger.anchors.journal import contents, items
from mydata_ledger.anchors.journal.contents import Contents, Sheet
from mydata_ledger.anchors.journal.journal import NOTICES, PAPERS
from mydata_ledger.anchors.journal.safe import Place, Safe
from mydata_ledger.anchors.store import Store
from mydata_ledger.ledger.errors import IntegrityFailure, NotFound, PayloadMissing
from mydata_ledger.ledger.receipt import LOGS, Logged
from mydata_ledger.ledger.typed_data import Domain

Say = Callable[[str, int, int], None]
"""Hears what is restored, how many are done and of how many."""


@dataclass(slots=True)
class Restored:
    """How many statements came back, by log, and how many papers and notices."""

    statements: dict[str, int] = field(default_factory=dict)
    notices: int = 0
    papers: int = 0


class Restoring:
    """A journal, to be read into a database."""

    def __init__(self, safe: Safe, domains: Mapping[str, Domain]) -> None:
        """Raises NotFound when nothing was ever journalled."""
        self._safe, self._domains = safe, domains
        self._place, self._contents = _newest(safe)

    def was_replaced(self) -> bool:
        """Whether a writer has turned to a newer journal since, and so may have let go of what this one names."""
        return self._safe.newest() != self._place

    def size(self, log: str) -> int:
        """Statements of the log that can be restored."""
        return self._contents.size(log)

    def places(self) -> list[Place]:
        """Where its sheets lie, the table of contents among them."""
        return [self._place, *self._contents.places()]

    def into(self, store: Store, say: Say) -> Restored:
        """Restore everything; stopped and said again it goes on where it was.

        Raises PayloadMissing, PayloadAltered, IntegrityFailure, SourceUnavailable.
        """
        done = Restored()
        self._shelves(store, done)
        for log in LOGS:
            done.statements[log] = self._log(store, log, say)
        return done

    def _log(self, store: Store, log: str, say: Say) -> int:
        there, size = store.log.head(log).size, self.size(log)
        for sheet in self._contents.logs.get(log, ()):
            if sheet.end > there:
                store.rebuilding.restore(log, self._statements(sheet, log)[max(0, there - sheet.start) :])
            say(log, sheet.end, size)
        return size

    def _statements(self, sheet: Sheet, log: str) -> list[Logged]:
        said = items.read_statements(self._safe.get(sheet.place), sheet.start, self._domains[log])
        if len(said) != sheet.count:
            raise IntegrityFailure(items.BROKEN)
        return said

    def _shelves(self, store: Store, done: Restored) -> None:
        for name, sheet in self._contents.shelves.items():
            raw = self._safe.get(sheet.place)
            if name == NOTICES:
                for notice in items.read_notices(raw):
                    store.directory.publish(notice)
                done.notices = sheet.end
            elif name.startswith(PAPERS):
                store.rebuilding.restore_papers(items.read_papers(raw))
                done.papers += sheet.end


def _newest(safe: Safe) -> tuple[Place, Contents]:
    """The newest table of contents; looked for again when a writer replaced it in the meantime."""
    while place := safe.newest():
        try:
            return place, contents.decode(safe.get(place))
        except PayloadMissing:
            if safe.newest() == place:
                raise
    raise NotFound("the keystore's folder names no journal; give the folder of the ledger that was lost")
