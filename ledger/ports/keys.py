"""The port for data keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

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

    def destroy_many(self, record_ids: Sequence[bytes]) -> list[bytes]:
        """`destroy` for several keys, durable together."""
        ...

    def destroy(self, record_id: bytes) -> bytes:
        """Shred the data key; returns the key id (32 bytes) for the erasure statement. Idempotent."""
        ...
