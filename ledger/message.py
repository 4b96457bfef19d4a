"""Messages: what a person or party is told of the moment it happens; they name things, never what the things say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256


class Event(StrEnum):
    """What may have happened."""

    ASKED = "consent.asked"
    GRANTED = "consent.granted"
    WITHDRAWN = "consent.withdrawn"
    EXPIRING = "consent.expiring"
    USED = "data.used"
    BROKE_GLASS = "data.broke_glass"
    NAMED = "delegation.named"
    RESULTS = "study.results"
    OPENED = "link.opened"
    LINK_MADE = "link.made"
    EXPORT_MADE = "export.made"
    PASSCODE_WRONG = "link.passcode_wrong"


@dataclass(frozen=True, slots=True)
class Message:
    """One thing told to one recipient: a person by signer bytes (0x-hex) or a party by its account.

    `subject` is what it is about (an entry, request id or receipt position, as text), `detail` further names for the
    inbox only; what leaves the house by webhook or e-mail carries the event and the subject and nothing else.
    """

    recipient: str
    event: Event
    subject: str
    occurred_at: int
    detail: Mapping[str, str]

    @property
    def message_id(self) -> bytes:
        """32 bytes, the same for the same thing told to the same recipient: so nothing is told twice. They sort by
        the second it happened in.
        """
        same = sha256("\n".join((self.recipient, self.event, self.subject)).encode()).digest()
        return self.occurred_at.to_bytes(8, "big") + same[:24]


def of_person(data_subject: bytes) -> str:
    """A person as a recipient."""
    return "0x" + data_subject.hex()
