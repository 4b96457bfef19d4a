"""Checks 7 to 10, which need the chain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

from mydata_ledger.ledger.commitment.entry import NO_LOCK, lock_of
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import AUTHORITY, WITNESS, Delegation
from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.party import ADDRESS_SIZE, checksum
from mydata_ledger.ledger.receipt import CONSENTS, AccessReceipt
from mydata_ledger.ledger.record import Issue
from mydata_ledger.scripts.verify.document import Document
from mydata_ledger.scripts.verify.offline import CheckResult
from mydata_ledger.scripts.verify.onchain import Snapshot, ViewCall, view
from mydata_ledger.scripts.verify.verdict import PERMITTED_THEN, VerificationEnded, VerificationResult

ZERO = bytes(32)
PARTIES = "parties"
ENDED = {"Consent": "consent_revoked", "Delegation": "delegation_revoked"}
IN_FORCE = {"Consent": "consent_stands", "Delegation": "delegation_stands"}


def anchored(document: Document, chain: Snapshot) -> CheckResult:
    """Check 7: every named registry exists on that chain, and the registry of the log has the checkpoint."""
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
    """End as unknown unless it is the right chain and every named registry exists there."""
    if chain.chain_id != part.domain.chain_id:
        raise VerificationEnded(VerificationResult.UNKNOWN, "chain_other", chain=part.domain.chain_id)
    for registry in part.registries.values():
        if not chain.has_code(registry):
            raise VerificationEnded(VerificationResult.UNKNOWN, "no_contract", contract=registry)


def accredited(document: Document, chain: Snapshot) -> CheckResult:
    """Check 8: an organisation that signed was accredited at the time of signing, or when the checkpoint was anchored.

    Either time is enough: the clocks of the machine and the chain differ by seconds, and a receipt outlives the
    accreditation of its gateway.
    """
    results = [_accredited(part, chain) for part in document.parts]
    return results[0] or next(filter(None, results), ("no_accreditation", {}))


def _accredited(part: Document, chain: Snapshot) -> CheckResult | None:
    role, account, signed_at = _claimed_role(part)
    if not role:
        return None
    party = chain.party(part.registries[PARTIES], account)
    anchored_at = chain.checkpoint(part.domain.contract, part.checkpoint.root)[1] if part.checkpoint else 0
    if not (party.covers(role, signed_at) or party.covers(role, anchored_at)):
        raise VerificationEnded(VerificationResult.INVALID, "not_accredited", signer=account, role=role)
    return "accredited", {"signer": account, "role": role}


def _claimed_role(part: Document) -> tuple[str, str, int]:
    """Role and account that a statement is signed with, and its time of signing; the role is empty for a person."""
    statement = part.statement
    if isinstance(statement, AccessReceipt):
        return "operator", checksum(part.recovered), statement.decided_at
    if isinstance(statement, Issue):
        return "holder", statement.holder, statement.issued_at
    if isinstance(statement, Delegation) and statement.delegator != statement.data_subject:
        return WITNESS if statement.on_paper else AUTHORITY, _account(statement.delegator), statement.signed_at
    if isinstance(statement, Consent | Revocation) and _on_paper(part.basis):
        return WITNESS, _account(statement.signer), statement.signed_at
    if isinstance(statement, Incident | IncidentExtension):
        return "responder", statement.responder, statement.not_before
    return "", "", 0


def _on_paper(basis: Document | None) -> bool:
    return basis is not None and isinstance(basis.statement, Delegation) and basis.statement.on_paper


def _account(signer: bytes) -> str:
    """The address of a signer, since only addresses are accredited; the zero address for another kind of signer."""
    return checksum(signer if len(signer) == ADDRESS_SIZE else bytes(ADDRESS_SIZE))


def standing(document: Document, chain: Snapshot) -> CheckResult:
    """Check 9: neither the statement nor what it depends on was ended on chain."""
    statement, consents = document.statement, document.registries[CONSENTS]
    if isinstance(statement, Consent | Delegation):
        return _not_revoked(document, consents, chain)
    if isinstance(statement, Revocation):
        revoked_at = chain.revoked_at(consents, *_ended_by(statement))
        return ("revocation_marked", {"at": revoked_at}) if revoked_at else ("revocation_logged", {})
    if isinstance(statement, AccessReceipt):
        return _consents_in_force(document, statement, chain)
    return _record(document, chain) if isinstance(statement, Issue) else ("nothing_to_withdraw", {})


def _not_revoked(document: Document, registry: str, chain: Snapshot) -> CheckResult:
    for part in document.parts:
        if revoked_at := chain.revoked_at(registry, part.entry.digest, part.lock):
            raise VerificationEnded(VerificationResult.REVOKED, ENDED[part.kind], "revoked", at=revoked_at)
    return IN_FORCE[document.kind], {}


def _record(document: Document, chain: Snapshot) -> CheckResult:
    contract, digest = document.domain.contract, document.entry.digest
    if ended_at := chain.withdrawn_at(contract, digest):
        successor = chain.successor_of(contract, digest)
        if successor != ZERO:
            raise VerificationEnded(
                VerificationResult.REVOKED, "record_superseded", "superseded", at=ended_at, entry="0x" + successor.hex()
            )
        raise VerificationEnded(VerificationResult.REVOKED, "record_withdrawn", "withdrawn", at=ended_at)
    return "record_stands", {}


def _ended_by(revocation: Revocation) -> tuple[bytes, bytes]:
    """The entry of the consent that a revocation ends, and the lock that its secret opens."""
    return revocation.consent, NO_LOCK if revocation.secret == NO_LOCK else lock_of(revocation.secret)


def _consents_named(document: Document, statement: AccessReceipt) -> list[tuple[bytes, bytes]]:
    """Entry and lock of each consent that a receipt names; check 6 compared them. An older document has no locks."""
    if document.attached.consents:
        return [(consent.entry, consent.lock) for consent in document.attached.consents]
    return [(entry, NO_LOCK) for entry in statement.consents]


def _consents_in_force(document: Document, statement: AccessReceipt, chain: Snapshot) -> CheckResult:
    if not statement.permitted:
        return "receipt_refused", {"reason": statement.reason}
    named = _consents_named(document, statement)
    ends = [end for entry, lock in named if (end := chain.revoked_at(document.registries[CONSENTS], entry, lock))]
    if ends:
        _end_receipt(min(ends), statement.decided_at)
    is_older = statement.consents and not document.attached.consents
    code = "receipt_permitted_older" if is_older else "receipt_permitted"
    return code, {"reason": statement.reason, "count": len(statement.consents)}


def _end_receipt(ended_at: int, decided: int) -> NoReturn:
    """Say whether the access came before the first of its consents ended."""
    code, standing = ("receipt_before", PERMITTED_THEN) if decided <= ended_at else ("receipt_after", "revoked")
    raise VerificationEnded(VerificationResult.REVOKED, code, standing, at=ended_at, decided=decided)


def window(document: Document, chain: Snapshot) -> CheckResult:
    """Check 10: the time window of the statement is open."""
    statement = document.statement
    if not isinstance(statement, Consent | Delegation):
        return "window_none", {}
    windows = statement.grants if isinstance(statement, Consent) else (statement,)
    if all(part.expires <= chain.time for part in windows):
        raise VerificationEnded(VerificationResult.EXPIRED, "window_over")
    if all(part.not_before > chain.time for part in windows):
        return "window_future", {}
    return "window_open", {}


def view_calls(document: Document) -> Iterator[ViewCall]:
    """All view calls of checks 7 to 9, to be fetched for many documents in one request."""
    for part in document.parts:
        yield from ((registry, "") for registry in part.registries.values())
        if part.checkpoint:
            yield view(part.domain.contract, "checkpointOf", part.checkpoint.root.hex())
    statement, consents = document.statement, document.registries[CONSENTS]
    if isinstance(statement, Consent | Delegation):
        yield from (_revoked_at(consents, part.entry.digest, part.lock) for part in document.parts)
    elif isinstance(statement, Issue):
        yield view(document.domain.contract, "withdrawnAt", document.entry.digest.hex())
    elif isinstance(statement, Revocation):
        yield _revoked_at(consents, *_ended_by(statement))
    elif isinstance(statement, AccessReceipt) and statement.permitted:
        yield from (_revoked_at(consents, entry, lock) for entry, lock in _consents_named(document, statement))


def _revoked_at(registry: str, statement: bytes, lock: bytes) -> ViewCall:
    return view(registry, "revokedAt", (statement + lock).hex())
