"""Recovery of the signing key; a receipt may share a batch signature with other receipts."""

from __future__ import annotations

from mydata_ledger.ledger import signers, typed_data
from mydata_ledger.ledger.commitment.entry import Entry
from mydata_ledger.ledger.errors import SignatureInvalid
from mydata_ledger.ledger.receipt import AccessReceipt, Statement


def recovered_from(statement: Statement, entry: Entry) -> bytes:
    """The 20-byte address whose key signed the statement; empty if no key matches."""
    digest, signature = entry.digest, entry.signature
    try:
        if isinstance(statement, AccessReceipt):
            digest, signature = typed_data.signed_digest(digest, signature)
        return signers.recover(digest, signature)
    except SignatureInvalid:
        return b""
