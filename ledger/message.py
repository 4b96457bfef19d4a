"""Messages: notifications to a person or a party about an event. They name what happened, never its content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256


class Event(StrEnum):
    """The event codes."""

    ASKED = "consent.asked"
    GRANTED = "consent.granted"
    WITHDRAWN = "consent.withdrawn"
    EXPIRING = "consent.expiring"
    USED = "data.used"
    BROKE_GLASS = "data.broke_glass"
    EXTENDED = "data.emergency_extended"
    NAMED = "delegation.named"
    RESULTS = "study.results"
    OPENED = "link.opened"
    LINK_MADE = "link.made"
    EXPORT_MADE = "export.made"
    BOUND = "binding.made"
    BINDING_ENDED = "binding.ended"
    BINDING_DISPUTED = "binding.disputed"
    RECORD_WITHDRAWN = "record.withdrawn"
    RECORD_REISSUED = "record.reissued"
    PASSCODE_WRONG = "link.passcode_wrong"
    TRANSFER_ASKED = "transfer.asked"
    TRANSFER_ENDED = "transfer.ended"
    COPIES_EXPIRING = "copies.expiring"
    COPIES_TO_DELETE = "copies.to_delete"
    RETENTION_ENDED = "retention.ended"
    CONTACTED = "contact.sent"


@dataclass(frozen=True, slots=True)
class Message:
    """One notification to one recipient: a person by signer bytes (0x-hex), or a party by its account.

    `subject` is what it is about (an entry, request id or receipt position, as text). `detail` has further names, for
    the inbox only: a webhook or e-mail carries the event and the subject and nothing else.
    """

    recipient: str
    event: Event
    subject: str
    occurred_at: int
    detail: Mapping[str, str]

    @property
    def message_id(self) -> bytes:
        """32 bytes, equal for the same event, subject and recipient, so that no message is sent twice. The ids sort by
        the second of the event.
        """
        digest = sha256("\n".join((self.recipient, self.event, self.subject)).encode()).digest()
        return self.occurred_at.to_bytes(8, "big") + digest[:24]


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """A text that parties may send, as one version of it was declared, in English and Korean. It is sent for `purpose`
    or one below it, so that no advertisement goes out as news of a study. A released version is never changed.
    """

    purpose: str
    text: str
    text_ko: str

    def in_language(self, language: str) -> str:
        """The text in a language (BCP 47): Korean, or English for any other one."""
        return self.text_ko if language.partition("-")[0].lower() == "ko" else self.text


TemplateName = tuple[str, int]
"""The id and the version of a template."""


def of_person(data_subject: bytes) -> str:
    """The recipient of a person's messages."""
    return "0x" + data_subject.hex()
