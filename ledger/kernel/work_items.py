"""The kinds of work items that the kernel stores beside the logs (their names are on disk), and an iterator over one
kind.
"""

from __future__ import annotations

from collections.abc import Iterator

from mydata_ledger.ledger.ports import WorkItems
from mydata_ledger.ledger.work_item import WorkItem

ACKNOWLEDGED = "acknowledged"
ANSWERED_INVITATION = "answered-invitation"
"""The requester's copy of an invitation that a consent answered."""
COPY = "copy"
"""What a reader (in `party`) was handed under a consent, and must delete by a deadline."""
DELIVERY = "delivery"
DERIVED = "derived"
ERASURE = "erasure"
FIGURE = "figure"
INCIDENT_NOTICE = "break-glass-notice"
INVITATION = "invitation"
"""A request that came from an offer: visible to the person, never to the requester."""
JOB = "job"
"""The periodic job of a name: when it is due, which process runs it, and what became of it."""
LINK = "link"
LINK_USE = "link_use"
MESSAGE = "message"
OFFER = "offer"
QUESTION = "question"
"""A request that was created from a refused question: visible to the person, never to the requester."""
READ_TO = "read-to"
REMINDER = "reminder"
REQUEST = "request"
RESULTS = "results"
RETENTION = "retention"
"""A deadline of a consent, by which what rests on it is deleted."""
SUBSCRIPTION = "subscription"
TRANSFER = "transfer"
"""A consent that asks a data holder (in `party`) to send data."""
WISH_TOPIC = "wish-topic"
"""A person whose standing wish has this topic (in `party`): the index that offers are sent by."""
WISHES = "wishes"
PAGE = 200


def every(
    items: WorkItems, kind: str, *, person: bytes | None = None, party: str | None = None, after: bytes = b""
) -> Iterator[WorkItem]:
    """All work items of a kind, about that person and with that party if given, by id above `after`, in pages."""
    while page := items.items(kind, person=person, party=party, after=after, limit=PAGE):
        yield from page
        after = page[-1].id
