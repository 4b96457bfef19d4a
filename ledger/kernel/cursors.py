"""Cursors: where a search goes on, readable by nobody but us, since a position tells how much lies hidden before it."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.access import AccessRequest
from ledger.errors import MalformedInput

NONCE_SIZE, POSITION_SIZE = 12, 8
LONGEST = 100
"""Characters of a cursor at most; ours have 48."""
START = -1


class Cursors:
    """Seals positions for one ledger; `key` has 32 bytes and is the same in all its processes."""

    def __init__(self, key: bytes) -> None:
        self._sealed = AESGCM(key)

    def seal(self, question: AccessRequest, position: int) -> str:
        """The cursor behind the record, or item, at `position`, good for this question only."""
        nonce = secrets.token_bytes(NONCE_SIZE)
        place = position.to_bytes(POSITION_SIZE, "big", signed=True)
        return urlsafe_b64encode(nonce + self._sealed.encrypt(nonce, place, _bound_to(question))).decode()

    def open(self, question: AccessRequest, cursor: str) -> int:
        """The position in a cursor, `START` for an empty one. Raises MalformedInput for one of another ledger, of
        another question, or of no one.
        """
        if not cursor:
            return START
        try:
            raw = urlsafe_b64decode(cursor[:LONGEST].encode())
            place = self._sealed.decrypt(raw[:NONCE_SIZE], raw[NONCE_SIZE:], _bound_to(question))
        except (ValueError, InvalidTag) as error:
            raise MalformedInput("the cursor was not given out for this question here; start without one") from error
        return int.from_bytes(place, "big", signed=True)


def _bound_to(question: AccessRequest) -> bytes:
    words = (
        *(question.requester, question.category, *question.purposes, question.action),
        *(question.record_id.hex(), question.incident.hex()),
    )
    return sha256("\n".join(words).encode()).digest()
