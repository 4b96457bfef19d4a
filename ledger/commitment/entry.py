"""The blinded commitment to a signed statement: its leaf reveals nothing about the statement (design §3)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256

from mydata_ledger.ledger.merkle import leaf_hash

SALT_SIZE = 32
NO_LOCK = bytes(32)
"""The lock of a statement that no secret can end."""


def new_salt() -> bytes:
    """32 fresh random bytes; if they are destroyed, the leaf is meaningless."""
    return secrets.token_bytes(SALT_SIZE)


def new_salts(count: int) -> list[bytes]:
    """`count` salts from one read of the system's random source."""
    random_bytes = secrets.token_bytes(SALT_SIZE * count)
    return [random_bytes[offset : offset + SALT_SIZE] for offset in range(0, len(random_bytes), SALT_SIZE)]


def lock_of(secret: bytes) -> bytes:
    """SHA-256(secret): the lock that a consent carries; the secret revokes the consent on chain."""
    return sha256(secret).digest()


@dataclass(frozen=True, slots=True)
class RevocationMark:
    """A mark of revocation on chain: the block of its event, and what the event names, in 32 bytes each.

    By secret, every statement of `lock` ended; the entry has no meaning, since whoever sees the secret on its way may
    name another. By signature, the statement of `digest` ended, under whatever salt it is logged; `lock` is its own.
    With neither, the statement of `entry` ended: databases made before ADR 47 hold such marks.
    """

    entry: bytes
    lock: bytes
    block: int
    digest: bytes = b""

    @property
    def key(self) -> bytes:
        """What is marked: the digest, the lock or the entry."""
        return self.digest or (self.entry if self.lock == NO_LOCK else self.lock)

    @property
    def locks(self) -> frozenset[bytes]:
        """Locks of what it ends, or digests where there is no lock: its own, and what is marked.

        Anyone may write a digest or an entry as the lock of a statement of theirs, which then ends too.
        """
        return frozenset({self.key, self.digest if self.lock == NO_LOCK else self.lock}) - {b""}


@dataclass(frozen=True, slots=True)
class Entry:
    """The commitment to a statement: all members have 32 bytes except the signature.

    core = SHA-256(salt ‖ digest ‖ SHA-256(signature)), entry = SHA-256(core ‖ lock), leaf = SHA-256(0x00 ‖ entry).
    """

    digest: bytes
    signature: bytes
    salt: bytes
    lock: bytes = NO_LOCK

    @property
    def core(self) -> bytes:
        """The first argument of `revoke(core, secret)` on chain."""
        return sha256(self.salt + self.digest + sha256(self.signature).digest()).digest()

    @property
    def entry(self) -> bytes:
        """The statement's public name."""
        return sha256(self.core + self.lock).digest()

    @property
    def leaf(self) -> bytes:
        """The leaf hash in the log."""
        return leaf_hash(self.entry)
