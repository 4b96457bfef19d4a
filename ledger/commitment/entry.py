"""How a signed statement becomes a leaf that tells a stranger nothing (design §3)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256

from mydata_ledger.ledger.merkle import leaf_hash

SALT_SIZE = 32
NO_LOCK = bytes(32)
"""The lock of a statement that no secret can end."""


def new_salt() -> bytes:
    """32 fresh random bytes; destroying them makes the leaf meaningless."""
    return secrets.token_bytes(SALT_SIZE)


def new_salts(count: int) -> list[bytes]:
    """As many; the system is asked once."""
    drawn = secrets.token_bytes(SALT_SIZE * count)
    return [drawn[at : at + SALT_SIZE] for at in range(0, len(drawn), SALT_SIZE)]


def lock_of(secret: bytes) -> bytes:
    """SHA-256(secret): what a consent carries; the secret revokes it on chain."""
    return sha256(secret).digest()


@dataclass(frozen=True, slots=True)
class Entry:
    """A statement's commitment: all fields 32 bytes but the signature.

    core = SHA-256(salt ‖ digest ‖ SHA-256(signature)), entry = SHA-256(core ‖ lock), leaf = SHA-256(0x00 ‖ entry).
    """

    digest: bytes
    signature: bytes
    salt: bytes
    lock: bytes = NO_LOCK

    @property
    def core(self) -> bytes:
        """What `revoke(core, secret)` takes on chain beside the secret."""
        return sha256(self.salt + self.digest + sha256(self.signature).digest()).digest()

    @property
    def entry(self) -> bytes:
        """The statement's public name."""
        return sha256(self.core + self.lock).digest()

    @property
    def leaf(self) -> bytes:
        """What the log holds."""
        return leaf_hash(self.entry)
