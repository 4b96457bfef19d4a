"""The Keys port in memory: data keys are wrapped for a reader only against a receipt in the log."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.envelope import KeyGroup
from mydata_ledger.ledger.errors import KeyDestroyed, ReceiptRequired
from mydata_ledger.ledger.ports import Log
from mydata_ledger.ledger.receipt import ACCESS, AccessReceipt, LoggedStatement
from mydata_ledger.ledger.record import key_id

KEY_SIZE = 32


class MemoryKeys:
    """Data keys in a dictionary; `log` is read to check that a receipt is logged."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._keys: dict[bytes, bytes] = {}

    def create_many(self, records: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """A fresh 32-byte data key for each (record id, data subject)."""
        new_keys = [secrets.token_bytes(KEY_SIZE) for _ in records]
        self._keys.update(zip((record_id for record_id, _ in records), new_keys, strict=True))
        return new_keys

    def rewrap(self, record_id: bytes, reader_key: bytes, receipt: LoggedStatement) -> bytes:
        """The data key under the reader's HPKE key. Raises ReceiptRequired, KeyDestroyed."""
        self._check(record_id, receipt)
        if record_id not in self._keys:
            raise KeyDestroyed("the record's key no longer exists")
        return envelope.wrap(self._keys[record_id], reader_key, record_id)

    def rewrap_group(self, permits: Sequence[tuple[bytes, LoggedStatement]], reader_key: bytes) -> KeyGroup:
        """`rewrap` for many at once; None for each key that was destroyed. Raises ReceiptRequired."""
        for record_id, receipt in permits:
            self._check(record_id, receipt)
        return envelope.wrap_group([(record_id, self._keys.get(record_id)) for record_id, _ in permits], reader_key)

    def _check(self, record_id: bytes, receipt: LoggedStatement) -> None:
        statement = receipt.signed.statement
        if not isinstance(statement, AccessReceipt) or not statement.releases(record_id):
            raise ReceiptRequired("the receipt does not permit this record; ask for access first")
        if self._log.statement_at(ACCESS, receipt.position) != receipt:
            raise ReceiptRequired("the receipt is not in the log; ask for access first")

    def destroy(self, record_id: bytes) -> bytes:
        """Delete the key and return its id (`record.key_id`). Idempotent."""
        self._keys.pop(record_id, None)
        return key_id(record_id)

    def destroy_many(self, record_ids: Sequence[bytes]) -> list[bytes]:
        """`destroy` for several keys."""
        return [self.destroy(record_id) for record_id in record_ids]
