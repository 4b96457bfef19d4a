"""The port for data keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from mydata_ledger.ledger.envelope import KeyGroup
from mydata_ledger.ledger.receipt import LoggedStatement


class Keys(Protocol):
    """Data keys, wrapped at rest; access is enforced here."""

    def create_many(self, records: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """A fresh 32-byte data key for each (record id, data subject); durable when it returns."""
        ...

    def rewrap(self, record_id: bytes, reader_key: bytes, receipt: LoggedStatement) -> bytes:
        """The data key under the reader's HPKE key.

        Raises:
            ReceiptRequired: there is no durable permitting receipt for this record.
            KeyDestroyed: the record was erased.
        """
        ...

    def rewrap_group(self, permits: Sequence[tuple[bytes, LoggedStatement]], reader_key: bytes) -> KeyGroup:
        """`rewrap` for many (record id, receipt) at once: all keys wrapped together for one reader, in order, and None
        for each key that was destroyed.

        Raises:
            ReceiptRequired: for one of the records there is no durable permitting receipt; no key is released.
        """
        ...

    def destroy_many(self, record_ids: Sequence[bytes]) -> list[bytes]:
        """`destroy` for several keys, durable together."""
        ...

    def destroy(self, record_id: bytes) -> bytes:
        """Shred the data key; returns the key id (32 bytes) for the erasure statement. Idempotent."""
        ...
