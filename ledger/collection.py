"""Questions before there is a record: whether a collector may fetch a person's data from a holder now, and whether a
party may send a person a message.

Each is decided as a question about the record that it would make (`planned`): a transfer of it, or a contact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import product

from mydata_ledger.ledger.consent import Grant
from mydata_ledger.ledger.party import ADDRESS_SIZE, checksum
from mydata_ledger.ledger.record import Issue, Record
from mydata_ledger.ledger.terms import ASSET, values

COLLECTOR, COLLECT = "collector", "transfer"
"""The role of a party that collects, and the action that a grant permits it by."""
CONTACT = "contact"
"""The action by which a grant permits a party to send messages."""
NOTHING = bytes(32)
Period = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PlannedRecord:
    """A record that a collection would make: the data subject (signer bytes), the holder (EIP-55 address), the
    category, the asset (empty for none), and the period of the data (UTC seconds, end exclusive, (0, 0) if unknown).

    With the action CONTACT it is a message; its holder is the sender, and it has neither asset nor period.
    """

    data_subject: bytes
    holder: str
    category: str
    asset: str = ""
    data_from: int = 0
    data_until: int = 0
    action: str = COLLECT

    @property
    def record_id(self) -> bytes:
        """32 bytes, equal for the same holder, category and asset: `once` and `every-days` count by it. They begin with
        the holder's address, so an auditor can tell them from the id of a record, which is random. All messages of a
        sender have one id, whatever their category.
        """
        if self.action == CONTACT:
            return contact_id(self.holder)
        return _id(self.holder, f"{self.category}\n{self.asset}")

    def record(self) -> Record:
        """The record as the rule sees it."""
        about = self.record_id, self.data_subject, self.holder, self.category, self.data_from, self.data_until
        return Record(Issue(*about, NOTHING, "", NOTHING, 0, NOTHING), 0, NOTHING, anchored=True)


def contact_id(sender: str) -> bytes:
    """The id of every message of this sender (EIP-55), as a record that is planned."""
    return _id(sender, CONTACT)


def is_contact(requester: str, record_id: bytes, action: str) -> bool:
    """Whether a question was whether the requester may send a message."""
    return action == CONTACT and holder_of(record_id) == requester and contact_id(requester) == record_id


def holder_of(record_id: bytes) -> str:
    """The holder in the id of a planned record (EIP-55)."""
    return checksum(record_id[:ADDRESS_SIZE])


def possible(record_id: bytes, data_subject: bytes, category: str, grants: Iterable[Grant]) -> list[PlannedRecord]:
    """What the id of a record that is collected may stand for, as far as these grants can tell it apart. The period of
    the data is not in the id.
    """
    every, holder = list(grants), holder_of(record_id)
    named = {asset for grant in every for asset in values(grant.terms(), ASSET)}
    periods: set[Period] = {(0, 0)} | {(grant.data_from, grant.data_until) for grant in every}
    planned = [
        PlannedRecord(data_subject, holder, category, asset, *period)
        for asset, period in product(sorted(named), sorted(periods))
    ]
    matching = [one for one in planned if one.record_id == record_id]
    return matching or [PlannedRecord(data_subject, holder, category, "", *period) for period in sorted(periods)]


def _id(holder: str, what: str) -> bytes:
    return bytes.fromhex(holder[2:]) + sha256(what.encode()).digest()[: 32 - ADDRESS_SIZE]
