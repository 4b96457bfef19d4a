"""Statements as EIP-712 typed data: the form that a wallet shows, its digest, and its parser."""

from mydata_ledger.ledger.typed_data import numbers
from mydata_ledger.ledger.typed_data.batch_signature import sign_batch, signed_digest
from mydata_ledger.ledger.typed_data.hashing import Domain, digest, hash_struct
from mydata_ledger.ledger.typed_data.reading import message, parse, read_domain, read_hex, typed_data

__all__ = [
    "Domain",
    "digest",
    "hash_struct",
    "message",
    "numbers",
    "parse",
    "read_domain",
    "read_hex",
    "sign_batch",
    "signed_digest",
    "typed_data",
]
