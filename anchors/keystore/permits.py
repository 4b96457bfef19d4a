"""The check that a key is released only against the gateway's recent and durable permit for its record (design §6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mydata_ledger.ledger import signers, typed_data
from mydata_ledger.ledger.errors import ReceiptRequired, SignatureInvalid
from mydata_ledger.ledger.receipt import AccessReceipt, LoggedStatement
from mydata_ledger.ledger.typed_data import Domain

RECEIPT_SECONDS = 300
Durable = Callable[[Sequence[LoggedStatement]], bool]
"""Returns True if every one of the receipts is stored in the log, exactly as given."""


class PermitCheck:
    """Checks the receipts of one gateway.

    Args:
        gateway: The signer whose receipts release keys.
        domain: The EIP-712 domain of the access registry.
        durable: Tells whether receipts are in the log.
        now: Returns the time in UTC seconds; None for receipts of any age.
    """

    def __init__(self, gateway: bytes, domain: Domain, durable: Durable, now: Callable[[], int] | None) -> None:
        self._gateway, self._domain, self._durable, self._now = gateway, domain, durable, now

    def check(self, permits: Sequence[tuple[bytes, LoggedStatement]]) -> None:
        """Raise ReceiptRequired unless each receipt is in the log, recent, and the gateway's permit for its record."""
        signed: set[tuple[bytes, bytes]] = set()
        for record_id, receipt in permits:
            signed.add(self._signed_digest(record_id, receipt))
        for digest, signature in signed:
            self._check_signature(digest, signature)
        if not self._durable([receipt for _, receipt in permits]):
            raise ReceiptRequired("no key before the receipt is in the log")

    def _signed_digest(self, record_id: bytes, receipt: LoggedStatement) -> tuple[bytes, bytes]:
        """What the gateway must have signed, and its signature; receipts of one batch have one signature (ADR 40)."""
        statement, entry = receipt.signed.statement, receipt.signed.entry
        if not isinstance(statement, AccessReceipt) or not statement.releases(record_id):
            raise ReceiptRequired("no key without a receipt that permits this record; ask for access first")
        if self._now is not None and self._now() - statement.decided_at > RECEIPT_SECONDS:
            raise ReceiptRequired("the receipt is too old to release a key; ask for access again")
        try:
            return typed_data.signed_digest(typed_data.digest(statement, self._domain), entry.signature)
        except SignatureInvalid as error:
            raise ReceiptRequired("no key without a receipt that the gateway signed") from error

    def _check_signature(self, digest: bytes, signature: bytes) -> None:
        try:
            signers.verify(self._gateway, digest, signature)
        except SignatureInvalid as error:
            raise ReceiptRequired("no key without a receipt that the gateway signed") from error
