"""Keys under keys: AES-256-GCM with the wrapped key's name as associated data."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mydata_ledger.ledger.errors import SourceUnavailable

NONCE, KEY = 12, 32


def new_key() -> bytes:
    """32 fresh random bytes."""
    return secrets.token_bytes(KEY)


def wrap(under: bytes, key: bytes, name: bytes) -> bytes:
    """A key under another; it opens under that key and that name only."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(under).encrypt(nonce, key, name)


def unwrap(under: bytes, wrapped: bytes, name: bytes) -> bytes:
    """The key again. Raises SourceUnavailable when it was changed, or wrapped under another key or name."""
    try:
        return AESGCM(under).decrypt(wrapped[:NONCE], wrapped[NONCE:], name)
    except (InvalidTag, ValueError) as error:
        raise SourceUnavailable("a key in the keystore does not open; restore the keystore from its backup") from error


def rewrap(wrapped: bytes, name: bytes, old: bytes, new: bytes) -> bytes:
    """A key that lies under `old`, put under `new`; what lies under `new` already is returned as it is.

    Raises SourceUnavailable when it opens under neither.
    """
    try:
        unwrap(new, wrapped, name)
    except SourceUnavailable:
        return wrap(new, unwrap(old, wrapped, name), name)
    return wrapped
