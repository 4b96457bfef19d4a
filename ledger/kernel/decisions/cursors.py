"""Cursors: the encrypted position at which a search continues. They are encrypted because a position reveals how many
hidden records precede it.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mydata_ledger.ledger.access import AccessRequest, SearchPosition
from mydata_ledger.ledger.errors import MalformedInput

NONCE_SIZE, NUMBER_SIZE = 12, 8
LONGEST = 100
"""The maximum number of characters of a cursor; ours have 60."""
START: SearchPosition = (-1, -1)


class Cursors:
    """Encrypts positions for one ledger; `key` has 32 bytes and is equal in all its processes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, question: AccessRequest, last: SearchPosition) -> str:
        """The cursor after a record, or after an item of a list (given as 0 and its index); it is valid for this
        question only.
        """
        nonce = secrets.token_bytes(NONCE_SIZE)
        position_bytes = b"".join(number.to_bytes(NUMBER_SIZE, "big", signed=True) for number in last)
        return urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, position_bytes, _bound_to(question))).decode()

    def open(self, question: AccessRequest, cursor: str) -> SearchPosition:
        """The position in a cursor, `START` for an empty cursor. Raises MalformedInput for a cursor of another ledger,
        of another question, or of neither.
        """
        if not cursor:
            return START
        try:
            raw = urlsafe_b64decode(cursor[:LONGEST].encode())
            position_bytes = self._cipher.decrypt(raw[:NONCE_SIZE], raw[NONCE_SIZE:], _bound_to(question))
        except (ValueError, InvalidTag) as error:
            raise MalformedInput("the cursor was not given out for this question here; start without one") from error
        person, position = position_bytes[:NUMBER_SIZE], position_bytes[NUMBER_SIZE:]
        return int.from_bytes(person, "big", signed=True), int.from_bytes(position, "big", signed=True)


def _bound_to(question: AccessRequest) -> bytes:
    words = (
        *(question.requester, question.category, *question.purposes, question.action),
        *(question.record_id.hex(), question.incident.hex()),
    )
    return sha256("\n".join(words).encode()).digest()
