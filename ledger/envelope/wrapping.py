"""Wrapping of a data key for one reader: HPKE (RFC 9180), by default ML-KEM-768 with X25519, so that the key stays
secret for decades.

A public key is encoded as the tag byte of its suite and its raw bytes; a wrapped key likewise.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from mydata_ledger.ledger.errors import IntegrityFailure, MalformedInput

HYBRID, PLAIN = 1, 2
SUITES = {
    HYBRID: Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
    PLAIN: Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
}
GROUP = b" group"
"""Used instead of a record id for the key of a group; a record id has 32 bytes."""
MLKEM_PUBLIC, MLKEM_SEED, X25519_SIZE = 1_184, 64, 32
PRIVATE_SIZE = {HYBRID: 1 + MLKEM_SEED + X25519_SIZE, PLAIN: 1 + X25519_SIZE}
GROUP_KEY_SIZE, NONCE_SIZE = 32, 12
PUBLIC_SIZE = {HYBRID: 1 + MLKEM_PUBLIC + X25519_SIZE, PLAIN: 1 + X25519_SIZE}


@dataclass(frozen=True)
class ReaderKey:
    """A reader's private key as bytes: tag ‖ ML-KEM seed (64, hybrid only) ‖ X25519 key (32).

    Raises MalformedInput for any other bytes.
    """

    raw: bytes

    def __post_init__(self) -> None:
        if not self.raw or PRIVATE_SIZE.get(self.raw[0]) != len(self.raw):
            raise MalformedInput("a reader's private key is 01 with 96 bytes or 02 with 32 bytes")

    def __repr__(self) -> str:
        return "ReaderKey(…)"

    @cached_property
    def public(self) -> bytes:
        """Tag ‖ public key: 1,217 bytes hybrid, 33 plain; what PartyRegistry holds."""
        curve = X25519PrivateKey.from_private_bytes(self.raw[-X25519_SIZE:]).public_key().public_bytes_raw()
        if self.raw[0] == PLAIN:
            return bytes([PLAIN]) + curve
        lattice = MLKEM768PrivateKey.from_seed_bytes(self.raw[1:-X25519_SIZE]).public_key().public_bytes_raw()
        return bytes([HYBRID]) + lattice + curve

    @cached_property
    def handle(self) -> Any:
        """The key object of `cryptography`."""
        curve = X25519PrivateKey.from_private_bytes(self.raw[-X25519_SIZE:])
        if self.raw[0] == PLAIN:
            return curve
        return MLKEM768X25519PrivateKey(MLKEM768PrivateKey.from_seed_bytes(self.raw[1:-X25519_SIZE]), curve)


def generate_reader_key(*, post_quantum: bool = True) -> ReaderKey:
    """A fresh reader key; plain X25519 for readers without post-quantum support."""
    curve = X25519PrivateKey.generate().private_bytes_raw()
    if not post_quantum:
        return ReaderKey(bytes([PLAIN]) + curve)
    return ReaderKey(bytes([HYBRID]) + MLKEM768PrivateKey.generate().private_bytes_raw() + curve)


def check_public(public: bytes) -> None:
    """Raise MalformedInput unless `public` is a reader's public key."""
    if not public or PUBLIC_SIZE.get(public[0]) != len(public):
        raise MalformedInput("a reader key is 01 with 1,216 bytes (ML-KEM-768 and X25519) or 02 with 32 bytes (X25519)")


def wrap(data_key: bytes, public: bytes, record_id: bytes) -> bytes:
    """The data key wrapped for the owner of `public` and bound to the record. Raises MalformedInput."""
    check_public(public)
    try:
        key = _public_handle(public)
        return public[:1] + SUITES[public[0]].encrypt(data_key, key, _info(record_id))
    except ValueError as error:
        raise MalformedInput("the reader key is not a point of its curve or lattice") from error


def unwrap(wrapped: bytes, reader: ReaderKey, record_id: bytes) -> bytes:
    """The data key. Raises IntegrityFailure unless it was wrapped for this reader and this record."""
    try:
        if wrapped[:1] != reader.raw[:1]:
            raise ValueError
        return SUITES[wrapped[0]].decrypt(wrapped[1:], reader.handle, _info(record_id))
    except (InvalidTag, ValueError) as error:
        raise IntegrityFailure("the key was not wrapped for this reader and record") from error


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """Data keys wrapped together for one reader: a fresh group key under the reader's HPKE key, and under the group key
    each data key in its place; None in the place of a key that no longer exists.
    """

    group_key: bytes
    wrapped: tuple[bytes | None, ...]


def wrap_group(data_keys: Sequence[tuple[bytes, bytes | None]], public: bytes) -> KeyGroup:
    """The (record id, data key) pairs wrapped for the owner of `public`, each key bound to its record and its place.

    One HPKE encapsulation serves them all: it costs as much as some dozen AES-GCM wrappings. Raises MalformedInput.
    """
    group_key = secrets.token_bytes(GROUP_KEY_SIZE)
    cipher = AESGCM(group_key)
    wrapped = (
        None if key is None else cipher.encrypt(_nonce(place), key, _info(record_id))
        for place, (record_id, key) in enumerate(data_keys)
    )
    return KeyGroup(wrap(group_key, public, GROUP), tuple(wrapped))


def unwrap_group(group: KeyGroup, reader: ReaderKey, record_ids: Sequence[bytes]) -> list[bytes | None]:
    """The data keys, each in its place. Raises IntegrityFailure unless they were wrapped for this reader, and for these
    records in this order.
    """
    cipher = AESGCM(unwrap(group.group_key, reader, GROUP))
    try:
        return [
            None if wrapped is None else cipher.decrypt(_nonce(place), wrapped, _info(record_id))
            for place, (record_id, wrapped) in enumerate(zip(record_ids, group.wrapped, strict=True))
        ]
    except (InvalidTag, ValueError) as error:
        raise IntegrityFailure("the keys were not wrapped for this reader and these records") from error


def _nonce(place: int) -> bytes:
    return place.to_bytes(NONCE_SIZE, "big")


def _public_handle(public: bytes) -> Any:
    curve = X25519PublicKey.from_public_bytes(public[-X25519_SIZE:])
    if public[0] == PLAIN:
        return curve
    return MLKEM768X25519PublicKey(MLKEM768PublicKey.from_public_bytes(public[1:-X25519_SIZE]), curve)


def _info(record_id: bytes) -> bytes:
    return b"MyData Ledger data key 1" + record_id
