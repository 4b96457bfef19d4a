"""Statements as EIP-712 typed data: what a wallet shows, its digest, and back."""

from mydata_ledger.ledger.typed_data.hashing import Domain, digest, hash_struct
from mydata_ledger.ledger.typed_data.reading import message, parse, read_domain, read_hex, typed_data
from mydata_ledger.ledger.typed_data.together import sign_together, signed

__all__ = [
    "Domain",
    "digest",
    "hash_struct",
    "message",
    "parse",
    "read_domain",
    "read_hex",
    "sign_together",
    "signed",
    "typed_data",
]
