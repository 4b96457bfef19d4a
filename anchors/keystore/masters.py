"""The key above all custody keys: 32 bytes in this process, or a key inside a token that never leaves it."""

from __future__ import annotations

from typing import Protocol

from mydata_ledger.anchors.keystore.wrapped import unwrap, wrap


class Master(Protocol):
    """Wraps custody keys under a name. `reference` is what finds it again: the key itself, or a token's label for it;
    it is kept sealed either way.
    """

    @property
    def reference(self) -> bytes:
        """What `again` needs."""
        ...

    def again(self, reference: bytes) -> Master:
        """The master of that reference, of the same kind."""
        ...

    def wrap(self, key: bytes, name: bytes) -> bytes:
        """A custody key under it, bound to its name."""
        ...

    def unwrap(self, wrapped: bytes, name: bytes) -> bytes:
        """The custody key again. Raises SourceUnavailable."""
        ...


class SoftMaster:
    """32 bytes in memory, sealed on disk under a passphrase."""

    def __init__(self, raw: bytes) -> None:
        self.reference = raw

    def again(self, reference: bytes) -> Master:
        """Another key."""
        return SoftMaster(reference)

    def wrap(self, key: bytes, name: bytes) -> bytes:
        """AES-256-GCM."""
        return wrap(self.reference, key, name)

    def unwrap(self, wrapped: bytes, name: bytes) -> bytes:
        """The key again. Raises SourceUnavailable."""
        return unwrap(self.reference, wrapped, name)
