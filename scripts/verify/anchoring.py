"""Checks 7 to 10: what only the chain can tell."""

from __future__ import annotations

from collections.abc import Iterator

from mydata_ledger.ledger.access import Incident
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import AUTHORITY, WITNESS, Delegation
from mydata_ledger.ledger.party import ADDRESS_SIZE, checksum
from mydata_ledger.ledger.receipt import CONSENTS, AccessReceipt
from mydata_ledger.ledger.record import Issue
from mydata_ledger.scripts.verify.document import Document
from mydata_ledger.scripts.verify.offline import Found
from mydata_ledger.scripts.verify.onchain import Question, Snapshot, view
from mydata_ledger.scripts.verify.verdict import VerificationEnded, VerificationResult

ZERO = bytes(32)
PARTIES = "parties"
ENDED = {"Consent": "consent_revoked", "Delegation": "delegation_revoked"}
STANDS = {"Consent": "consent_stands", "Delegation": "delegation_stands"}


def anchored(document: Document, chain: Snapshot) -> Found:
    """(7) Every registry named stands on that chain, and the log's own holds the checkpoint."""
    for part in document.parts:
        _anchored(part, chain)
    return "anchored", {"contract": document.domain.contract, "chain": document.domain.chain_id}


def _anchored(part: Document, chain: Snapshot) -> None:
    contract, head = part.domain.contract, part.checkpoint
    if part.registries[part.log] != contract:
        raise VerificationEnded(VerificationResult.INVALID, "registry_other")
    require_registries(part, chain)
    size = chain.checkpoint(contract, head.root)[0] if head else 0
    if head is None or size == 0:
        raise VerificationEnded(VerificationResult.UNKNOWN, "checkpoint_unknown")
    if size != head.size:
        raise VerificationEnded(VerificationResult.INVALID, "checkpoint_size", known=size, size=head.size)


def require_registries(part: Document, chain: Snapshot) -> None:
    """End as unknown unless it is the right chain, and every registry named stands there."""
    if chain.chain_id != part.domain.chain_id:
        raise VerificationEnded(VerificationResult.UNKNOWN, "chain_other", chain=part.domain.chain_id)
    for registry in part.registries.values():
        if not chain.has_code(registry):
            raise VerificationEnded(VerificationResult.UNKNOWN, "no_contract", contract=registry)


def accredited(document: Document, chain: Snapshot) -> Found:
    """(8) Who signed as an organisation was accredited when it says it signed, or when the chain took it in.

    Both moments count: the machine's clock and the chain's differ by seconds, and a receipt outlives its gateway's
    accreditation.
    """
    found = [_accredited(part, chain) for part in document.parts]
    return found[0] or next(filter(None, found), ("no_accreditation", {}))


def _accredited(part: Document, chain: Snapshot) -> Found | None:
    role, account, at = _office(part)
    if not role:
        return None
    party = chain.party(part.registries[PARTIES], account)
    taken_in = chain.checkpoint(part.domain.contract, part.checkpoint.root)[1] if part.checkpoint else 0
    if not (party.covers(role, at) or party.covers(role, taken_in)):
        raise VerificationEnded(VerificationResult.INVALID, "not_accredited", signer=account, role=role)
    return "accredited", {"signer": account, "role": role}


def _office(part: Document) -> tuple[str, str, int]:
    """The role a statement is signed in, the account, and when it says it was signed; no role for a person's own."""
    said = part.statement
    if isinstance(said, AccessReceipt):
        return "operator", checksum(part.recovered), said.decided_at
    if isinstance(said, Issue):
        return "holder", said.holder, said.issued_at
    if isinstance(said, Delegation) and said.delegator != said.data_subject:
        return WITNESS if said.on_paper else AUTHORITY, _account(said.delegator), said.signed_at
    if isinstance(said, Consent | Revocation) and _on_paper(part.basis):
        return WITNESS, _account(said.signer), said.signed_at
    return ("responder", said.responder, said.not_before) if isinstance(said, Incident) else ("", "", 0)


def _on_paper(basis: Document | None) -> bool:
    return basis is not None and isinstance(basis.statement, Delegation) and basis.statement.on_paper


def _account(signer: bytes) -> str:
    """The address, which alone can be accredited; the zero address for any other kind of signer."""
    return checksum(signer if len(signer) == ADDRESS_SIZE else bytes(ADDRESS_SIZE))


def standing(document: Document, chain: Snapshot) -> Found:
    """(9) Neither it nor what it rests on was ended on chain."""
    said, consents = document.statement, document.registries[CONSENTS]
    if isinstance(said, Consent | Delegation):
        return _not_ended(document, consents, chain)
    if isinstance(said, Revocation):
        marked = chain.revoked_at(consents, said.consent)
        return ("revocation_marked", {"at": marked}) if marked else ("revocation_logged", {})
    if isinstance(said, AccessReceipt):
        return _rests_on(said, consents, chain)
    return _record(document, chain) if isinstance(said, Issue) else ("nothing_to_withdraw", {})


def _not_ended(document: Document, registry: str, chain: Snapshot) -> Found:
    for part in document.parts:
        if at := chain.revoked_at(registry, part.claimed_entry):
            raise VerificationEnded(VerificationResult.REVOKED, ENDED[part.kind], "revoked", at=at)
    return STANDS[document.kind], {}


def _record(document: Document, chain: Snapshot) -> Found:
    contract, entry = document.domain.contract, document.claimed_entry
    if at := chain.withdrawn_at(contract, entry):
        successor = chain.successor_of(contract, entry)
        if successor != ZERO:
            raise VerificationEnded(
                VerificationResult.REVOKED, "record_superseded", "superseded", at=at, entry="0x" + successor.hex()
            )
        raise VerificationEnded(VerificationResult.REVOKED, "record_withdrawn", "withdrawn", at=at)
    return "record_stands", {}


def _rests_on(said: AccessReceipt, registry: str, chain: Snapshot) -> Found:
    if not said.permitted:
        return "receipt_refused", {"reason": said.reason}
    for consent in said.consents:
        if at := chain.revoked_at(registry, consent):
            code = "receipt_before" if said.decided_at <= at else "receipt_after"
            raise VerificationEnded(VerificationResult.REVOKED, code, "revoked", at=at, decided=said.decided_at)
    return "receipt_permitted", {"reason": said.reason, "count": len(said.consents)}


def window(document: Document, chain: Snapshot) -> Found:
    """(10) Its window is open."""
    said = document.statement
    if not isinstance(said, Consent | Delegation):
        return "window_none", {}
    windows = said.grants if isinstance(said, Consent) else (said,)
    if all(one.expires <= chain.time for one in windows):
        raise VerificationEnded(VerificationResult.EXPIRED, "window_over")
    if all(one.not_before > chain.time for one in windows):
        return "window_future", {}
    return "window_open", {}


def questions(document: Document) -> Iterator[Question]:
    """Everything checks 7 to 9 will ask, so that it can be asked for many documents in one request."""
    for part in document.parts:
        yield from ((registry, "") for registry in part.registries.values())
        if part.checkpoint:
            yield view(part.domain.contract, "checkpointOf", part.checkpoint.root.hex())
    said, consents = document.statement, document.registries[CONSENTS]
    if isinstance(said, Consent | Delegation):
        yield from (view(consents, "revokedAt", part.claimed_entry.hex()) for part in document.parts)
    elif isinstance(said, Issue):
        yield view(document.domain.contract, "withdrawnAt", document.claimed_entry.hex())
    elif isinstance(said, AccessReceipt) and said.permitted:
        for consent in said.consents:
            yield view(consents, "revokedAt", consent.hex())
