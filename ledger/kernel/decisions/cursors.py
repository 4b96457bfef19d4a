"""Cursors: where a search goes on, readable by nobody but us, since a place tells how much may lie hidden before it."""

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
"""Characters of a cursor at most; ours have 60."""
START: SearchPosition = (-1, -1)


class Cursors:
    """Seals places for one ledger; `key` has 32 bytes and is the same in all its processes."""

    def __init__(self, key: bytes) -> None:
        self._sealed = AESGCM(key)

    def seal(self, question: AccessRequest, behind: SearchPosition) -> str:
        """The cursor behind a record, or an item of a list (by 0 and its index), good for this question only."""
        nonce = secrets.token_bytes(NONCE_SIZE)
        place = b"".join(number.to_bytes(NUMBER_SIZE, "big", signed=True) for number in behind)
        return urlsafe_b64encode(nonce + self._sealed.encrypt(nonce, place, _bound_to(question))).decode()

    def open(self, question: AccessRequest, cursor: str) -> SearchPosition:
        """The place in a cursor, `START` for an empty one. Raises MalformedInput for one of another ledger, of
        another question, or of no one.
        """
        if not cursor:
            return START
        try:
            raw = urlsafe_b64decode(cursor[:LONGEST].encode())
            place = self._sealed.decrypt(raw[:NONCE_SIZE], raw[NONCE_SIZE:], _bound_to(question))
        except (ValueError, InvalidTag) as error:
            raise MalformedInput("the cursor was not given out for this question here; start without one") from error
        person, position = place[:NUMBER_SIZE], place[NUMBER_SIZE:]
        return int.from_bytes(person, "big", signed=True), int.from_bytes(position, "big", signed=True)


def _bound_to(question: AccessRequest) -> bytes:
    words = (
        *(question.requester, question.category, *question.purposes, question.action),
        *(question.record_id.hex(), question.incident.hex()),
    )
    return sha256("\n".join(words).encode()).digest()
