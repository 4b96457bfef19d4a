"""Sealing of work items: what a database file shows of them is their kind, state, times and keyed hashes."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.kernel.work_items import (
    ANSWERED_INVITATION,
    BINDING_CODE,
    BINDING_TRIES,
    DELIVERY,
    DERIVED_DUE,
    DERIVED_RECORD,
    INVITATION,
    MESSAGE,
    PATIENT_NUMBER,
    WISH_TOPIC,
    WISHES,
)
from mydata_ledger.ledger.work_item import TIME

SEALED = b"\x01"
"""The first byte of a sealed body. A body in clear begins with a brace."""
NONCE, NUMBER = 12, 8
NAMES_PEOPLE = {
    MESSAGE: TIME,
    DELIVERY: TIME,
    INVITATION: TIME,
    ANSWERED_INVITATION: TIME,
    WISHES: 0,
    WISH_TOPIC: 0,
    DERIVED_RECORD: 0,
    DERIVED_DUE: 0,
}
NAMES_PEOPLE |= dict.fromkeys((BINDING_CODE, BINDING_TRIES, PATIENT_NUMBER), 0)
"""Kinds whose ids are made of somebody's name, with the number of bytes at the beginning (a time) that are not."""
WRONG_KEY = "the work items do not open: put back the keystore folder that belongs to this database"


class ItemSeal:
    """Seals bodies by AES-256-GCM, and hashes names by HMAC-SHA-256, under keys derived from one key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._bodies = AESGCM(hmac.digest(key, b"work item bodies", sha256))
        self._names = hmac.digest(key, b"work item names", sha256)

    def seal(self, body: bytes, kind: str, stored_id: bytes, version: int) -> bytes:
        """Seal a body. It opens only as this version of this item."""
        nonce = secrets.token_bytes(NONCE)
        return SEALED + nonce + self._bodies.encrypt(nonce, body, _context(kind, stored_id, version))

    def open(self, sealed: bytes, kind: str, stored_id: bytes, version: int) -> bytes:
        """Open a body. Raises SourceUnavailable if it was altered, or sealed under another key."""
        nonce, rest = sealed[len(SEALED) : len(SEALED) + NONCE], sealed[len(SEALED) + NONCE :]
        try:
            return self._bodies.decrypt(nonce, rest, _context(kind, stored_id, version))
        except (InvalidTag, ValueError) as error:
            raise SourceUnavailable(WRONG_KEY) from error

    def key(self, name: bytes | str) -> int:
        """A 63-bit keyed hash of a person or party, to find their items by."""
        raw = name.encode("utf-8", "surrogatepass") if isinstance(name, str) else name
        return int.from_bytes(hmac.digest(self._names, b"side\n" + raw, sha256)[:NUMBER], "big") >> 1

    def stored_id(self, kind: str, item_id: bytes) -> bytes:
        """The id as it is stored: that of a kind in NAMES_PEOPLE is hashed behind its time, which keeps the order."""
        if kind not in NAMES_PEOPLE or not item_id:
            return item_id
        kept = NAMES_PEOPLE[kind]
        digest = hmac.digest(self._names, kind.encode() + b"\n" + item_id, sha256)
        return item_id[:kept] + digest[kept:]


def _context(kind: str, stored_id: bytes, version: int) -> bytes:
    return b"\n".join((kind.encode(), version.to_bytes(NUMBER, "big"), stored_id))
