"""Proof documents: statements with everything that a third party needs to verify them."""

from __future__ import annotations

from typing import Any

from mydata_ledger.api.schemas import to_hex
from mydata_ledger.ledger.kernel import Proof
from mydata_ledger.ledger.typed_data import message


def proof_document(proof: Proof, registries: dict[str, str]) -> dict[str, Any]:
    """A statement with everything that a third party needs to verify it; `mydata verify` reads this document."""
    signed, head = proof.logged.signed, proof.head
    consents = [{"core": to_hex(entry.core), "lock": to_hex(entry.lock)} for entry in proof.consents]
    return {
        "kind": type(signed.statement).__name__,
        "domain": proof.domain.describe(),
        "message": message(signed.statement),
        "signature": to_hex(signed.entry.signature),
        "salt": to_hex(signed.entry.salt),
        "lock": to_hex(signed.entry.lock),
        "entry": to_hex(signed.entry.entry),
        "log": signed.log,
        "position": proof.logged.position,
        "checkpoint": {"size": head.size, "root": to_hex(head.root)} if head else None,
        "inclusion": [to_hex(hash_) for hash_ in proof.path],
        "registries": registries,
    } | ({"consents": consents} if consents else {})


def certificate_document(erasure: Proof, issue: Proof, registries: dict[str, str]) -> dict[str, Any]:
    """An erasure with the issue of the record it erased: together they prove that its signer was entitled to it."""
    return proof_document(erasure, registries) | {"issue": proof_document(issue, registries)}
