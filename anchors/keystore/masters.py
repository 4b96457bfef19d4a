"""Master keys, which wrap all custody keys: 32 bytes in this process, or a key that never leaves a PKCS#11 token."""

from __future__ import annotations

from typing import Protocol

from mydata_ledger.anchors.keystore.wrapped import unwrap, wrap


class Master(Protocol):
    """A key that wraps custody keys. Its `reference` is the key or its label in a token, and is stored sealed."""

    @property
    def reference(self) -> bytes:
        """The bytes from which `with_reference` makes this master key again."""
        ...

    def with_reference(self, reference: bytes) -> Master:
        """Return the master key with another reference, of the same class."""
        ...

    def wrap(self, key: bytes, name: bytes) -> bytes:
        """Wrap a custody key, bound to its name."""
        ...

    def unwrap(self, wrapped: bytes, name: bytes) -> bytes:
        """Unwrap a custody key. Raises SourceUnavailable."""
        ...


class SoftMaster:
    """A master key of 32 bytes in memory. On disk it is encrypted under a passphrase."""

    def __init__(self, raw: bytes) -> None:
        self.reference = raw

    def with_reference(self, reference: bytes) -> Master:
        """Return the master key whose bytes are `reference`."""
        return SoftMaster(reference)

    def wrap(self, key: bytes, name: bytes) -> bytes:
        """Wrap a custody key by AES-256-GCM, bound to its name."""
        return wrap(self.reference, key, name)

    def unwrap(self, wrapped: bytes, name: bytes) -> bytes:
        """Unwrap a custody key. Raises SourceUnavailable."""
        return unwrap(self.reference, wrapped, name)
