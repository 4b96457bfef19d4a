"""Calls by which a person ends a consent on chain with a signature."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from web3.contract import Contract
from web3.contract.contract import ContractFunction

from mydata_ledger.ledger import typed_data
from mydata_ledger.ledger.commitment.entry import NO_LOCK
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.party import keccak
from mydata_ledger.ledger.receipt import SignedStatement, Statement
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.ledger.typed_data.hashing import SHAPES
from mydata_ledger.ledger.typed_data.types import MEMBERS


def revoking_by_signature(
    contract: Contract, person: Wallet, consented: SignedStatement, domain: Domain
) -> ContractFunction:
    """The call by which a person ends a consent with a signature that names its entry."""
    consent, entry = consented.statement, consented.entry
    assert isinstance(consent, Consent)
    revocation = Revocation(person.signer, person.signer, "", "", 2, entry.entry, NO_LOCK, consent.signed_at)
    hashed = (keccak(b""), keccak(b""), revocation.version, revocation.secret, revocation.signed_at)
    signature = person.sign(typed_data.digest(revocation, domain))
    return contract.functions.revokeBySignature(
        outline(consent), entry.salt, sha256(entry.signature).digest(), hashed, person.signer, signature
    )


def outline(statement: Statement) -> tuple[Any, ...]:
    """The members of a statement with the hash of every readable one, as the contracts take a ConsentOutline."""
    kind = type(statement).__name__
    words = dict(zip((name for _, _, name in MEMBERS[kind]), SHAPES[kind][2], strict=True))
    plain = {"bytes32", "uint64", "address"}
    values = ((type_, name, getattr(statement, name)) for type_, _, name in MEMBERS[kind])
    return tuple(value if type_ in plain else words[name](value) for type_, name, value in values)
