"""Which of a person's records are wanted in a list: by category, holder and time."""

from __future__ import annotations

from dataclasses import dataclass

from mydata_ledger.ledger.consent import category_covers
from mydata_ledger.ledger.record import Issue


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Records of a category and those below it, of one holder (its account, empty for every holder), and of the time
    from `since` (inclusive) to `until` (exclusive), both in UTC seconds; None sets no bound.
    """

    category: str = "*"
    holder: str = ""
    since: int | None = None
    until: int | None = None

    def wants(self, issue: Issue) -> bool:
        """Whether a record is wanted. Its time is the period of its data, or the second of its issue if that period is
        unknown; a record whose time overlaps with the bounds is wanted.
        """
        if not category_covers(self.category, issue.category) or self.holder not in {"", issue.holder}:
            return False
        start, end = _time_of(issue)
        first = start if self.since is None else max(start, self.since)
        return first < (end if self.until is None else min(end, self.until))


def _time_of(issue: Issue) -> tuple[int, int]:
    if issue.data_until:
        return issue.data_from, issue.data_until
    return issue.issued_at, issue.issued_at + 1
