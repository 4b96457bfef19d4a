"""Wraps keys under other keys by AES-256-GCM, with the name of the wrapped key as associated data."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mydata_ledger.ledger.errors import SourceUnavailable

NONCE, KEY = 12, 32


def new_key() -> bytes:
    """Return 32 random bytes."""
    return secrets.token_bytes(KEY)


def wrap(under: bytes, key: bytes, name: bytes) -> bytes:
    """Wrap a key under another one. It can be unwrapped under that key and that name only."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(under).encrypt(nonce, key, name)


def unwrap(under: bytes, wrapped: bytes, name: bytes) -> bytes:
    """Unwrap a key. Raises SourceUnavailable if it was altered, or wrapped under another key or name."""
    try:
        return AESGCM(under).decrypt(wrapped[:NONCE], wrapped[NONCE:], name)
    except (InvalidTag, ValueError) as error:
        raise SourceUnavailable("a key in the keystore does not open; restore the keystore from its backup") from error


def rewrap(wrapped: bytes, name: bytes, old: bytes, new: bytes) -> bytes:
    """Unwrap a key under `old` and wrap it under `new`. A key that `new` wraps already is returned unchanged.

    Raises SourceUnavailable if the key can be unwrapped under neither.
    """
    try:
        unwrap(new, wrapped, name)
    except SourceUnavailable:
        return wrap(new, unwrap(old, wrapped, name), name)
    return wrapped
