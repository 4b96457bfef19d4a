"""Claims of a record's credential: issuer, time, and the position in the log."""

from __future__ import annotations

from typing import Any

from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.verify.document import Document

TYPES = "urn:mydata:record:"


def claims_of(document: Document, wallet: Wallet, now: int, key: dict[str, Any] | None = None) -> dict[str, Any]:
    """SD-JWT VC claims for a record's proof document, signed by its holder or its data subject at `now` (UTC seconds).

    `key` is the public JWK that the credential is bound to. The claims do not contain the data subject's address: the
    presenter proves possession of that key instead. Raises InvalidStatement, NotEntitled.
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
        "status": {"mydata_log": _log_position(document)},
        "record": {
            "record_id": "0x" + issue.record_id.hex(),
            "holder": issue.holder,
            "commitment": "0x" + issue.commitment.hex(),
            "issued_at": issue.issued_at,
        },
    }
    return claims | ({"cnf": {"jwk": key}} if key else {})


def _log_position(document: Document) -> dict[str, Any]:
    """Arguments of the registry's `withdrawnAt` and `includes`, to check that this entry is not withdrawn.

    The digest is not among them: whoever guesses the data subject could confirm the guess by it.
    """
    head = document.checkpoint
    return {
        "chain_id": document.domain.chain_id,
        "registry": document.domain.contract,
        "entry": "0x" + document.claimed_entry.hex(),
        "position": document.position,
        "checkpoint": {"size": head.size, "root": "0x" + head.root.hex()} if head else None,
    }
