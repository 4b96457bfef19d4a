"""The claims beside a record in its credential: who says it, since when, and where the log holds it down."""

from __future__ import annotations

from typing import Any

from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.verify.document import Document

TYPES = "urn:mydata:record:"


def claims_of(document: Document, wallet: Wallet, now: int, key: dict[str, Any] | None = None) -> dict[str, Any]:
    """SD-JWT VC claims for a record's proof document, signed by its holder or its data subject at `now` (UTC seconds).

    `key` is the public JWK the credential is bound to. The data subject's address is not among the claims: who shows
    the credential proves to hold that key instead. Raises InvalidStatement, NotEntitled.
    """
    issue = document.statement
    if not isinstance(issue, Issue):
        raise InvalidStatement("only a record becomes a credential; this is the proof of something else")
    if wallet.address != issue.holder and wallet.signer != issue.data_subject:
        raise NotEntitled("a record is exported by its holder or by its data subject, with their own key")
    claims: dict[str, Any] = {
        "iss": f"did:pkh:eip155:{document.domain.chain_id}:{wallet.address}",
        "iat": now,
        "vct": TYPES + issue.category,
        "status": {"mydata_log": _place(document)},
        "record": {
            "record_id": "0x" + issue.record_id.hex(),
            "holder": issue.holder,
            "commitment": "0x" + issue.commitment.hex(),
            "issued_at": issue.issued_at,
        },
    }
    return claims | ({"cnf": {"jwk": key}} if key else {})


def _place(document: Document) -> dict[str, Any]:
    """What the registry's `revokedAt` and `includes` are asked with, to learn whether the record still stands."""
    head = document.checkpoint
    return {
        "chain_id": document.domain.chain_id,
        "registry": document.domain.contract,
        "entry": "0x" + document.claimed_entry.hex(),
        "position": document.position,
        "checkpoint": {"size": head.size, "root": "0x" + head.root.hex()} if head else None,
    }
