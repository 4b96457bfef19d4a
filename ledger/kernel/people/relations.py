"""What a party had to do with a person: how often it asked for consent, read, and was refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mydata_ledger.ledger.access import Reason
from mydata_ledger.ledger.kernel.consents.acting import Covers
from mydata_ledger.ledger.kernel.people.request_counts import RequestCounts, RequestHistory
from mydata_ledger.ledger.kernel.people.timeline import PageStart, TimelinePages
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import AccessReceipt, LoggedStatement, category_of_access
from mydata_ledger.ledger.timeline import TimelineFilter

NEWEST, PAGES, LINES = 2**62, 5, 1_000
"""At most `PAGES` pages of the timeline are examined, of at most `LINES` lines."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Requests of a party to a person, and its questions: how many were permitted, refused, and searches, which release
    nothing; the first and the last (UTC seconds, 0 for never). `is_complete` is false if older lines were not examined.
    """

    requests: RequestHistory
    permitted: int
    refused: int
    searched: int
    first: int
    last: int
    is_complete: bool


class Relations:
    """Read from the person's own timeline and requests; the work for one answer is bounded."""

    def __init__(self, world: World, requests: RequestCounts, timeline: TimelinePages) -> None:
        self._world, self._requests, self._timeline = world, requests, timeline

    def of(self, person: bytes, party: str, covers: Covers) -> Relation:
        """The relation of a party (its account) to a person, as far as `covers` takes its categories."""
        lines, is_complete = self._lines(person, party, covers)
        receipts = [s for line in lines if isinstance(s := line.signed.statement, AccessReceipt)]
        times = [receipt.decided_at for receipt in receipts]
        searched = sum(receipt.permitted and receipt.reason == Reason.SEARCHED for receipt in receipts)
        return Relation(
            requests=self._requests.of_party(person, party, covers),
            permitted=sum(receipt.permitted for receipt in receipts) - searched,
            refused=sum(not receipt.permitted for receipt in receipts),
            searched=searched,
            first=min(times, default=0),
            last=max(times, default=0),
            is_complete=is_complete,
        )

    def _lines(self, person: bytes, party: str, covers: Covers) -> tuple[Sequence[LoggedStatement], bool]:
        found: list[LoggedStatement] = []
        position = NEWEST
        for _ in range(PAGES):
            start = PageStart(position, newest_first=True)
            page = self._timeline.page(
                person, TimelineFilter(party), start, LINES, lambda one: covers((category_of_access(one),))
            )
            found += page.lines
            if page.next is None:
                return found, True
            position = page.next
        return found, False
