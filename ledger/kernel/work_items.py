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
BINDING = "binding"
"""A holder's patient number for a person."""
BINDING_CODE = "binding-code"
BINDING_TRIES = "binding-tries"
"""How many wrong codes a holder gave lately."""
CONTACT = "contact"
"""A message of a party to people whose consents permit it (ADR 67)."""
COPY = "copy"
"""What a reader (in `party`) was handed under a consent, and must delete by a deadline."""
DELIVERY = "delivery"
DERIVED = "derived"
DERIVED_DUE = "derived-due"
"""A person whose derived record must be looked at: its sources, or what permits it, changed."""
DERIVED_RECORD = "derived-record"
"""The present derived record of a person and kind, with its sources."""
DERIVED_SOURCES = "derived-sources"
"""The sources of a derived record that is gone; receipts name it by its id, which commits to them."""
ERASURE = "erasure"
FIGURE = "figure"
"""A table of figures that a party received, or one figure in the earlier form."""
FIGURE_SET = "figure-set"
"""Whom the figures of a table are about, as keyed tokens."""
INCIDENT_NOTICE = "break-glass-notice"
INVITATION = "invitation"
"""A request that came from an offer: visible to the person, never to the requester."""
JOB = "job"
"""The periodic job of a name: when it is due, which process runs it, and what became of it."""
LINK = "link"
LINK_USE = "link_use"
MESSAGE = "message"
OFFER = "offer"
PARTY_CARD = "party-card"
"""What a party states about itself; the id is a digest of its account."""
PATIENT_NUMBER = "patient-number"
"""The newest binding of a holder's patient number; the id is a digest of both."""
QUESTION = "question"
"""A request that was created from a refused question: visible to the person, never to the requester."""
READ_TO = "read-to"
REISSUE = "reissue"
"""A record that its holder withdrew from one person and issued to another."""
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
