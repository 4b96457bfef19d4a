"""Checks 2, 4, 5 and 6, which need only the file."""

from __future__ import annotations

from mydata_ledger.ledger.consent import Consent, Revocation, category_covers
from mydata_ledger.ledger.delegation import GUARDIAN, Delegation, paper_relation
from mydata_ledger.ledger.errors import ProofInvalid
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.receipt import AccessReceipt, verify_logged
from mydata_ledger.ledger.record import Erasure, Issue
from mydata_ledger.scripts.verify.attached import SeparateContent, fields_shown
from mydata_ledger.scripts.verify.document import Document
from mydata_ledger.scripts.verify.verdict import VerificationEnded, VerificationResult

CheckResult = tuple[str, dict[str, object]]


def digest(document: Document) -> CheckResult:
    """Check 2: the digest follows from the fields of the statement and its domain."""
    return "digest", {"digest": "0x" + document.entry.digest.hex()}


def entry(document: Document) -> CheckResult:
    """Check 4: entry and leaf follow from the statement, its signature, its salt and its signed lock."""
    for part in document.parts:
        if part.entry.entry != part.claimed_entry:
            raise VerificationEnded(VerificationResult.INVALID, "entry_wrong")
        if part.entry.lock != part.lock:
            raise VerificationEnded(VerificationResult.INVALID, "lock_wrong")
    return "entry", {"entry": "0x" + document.claimed_entry.hex()}


def included(document: Document) -> CheckResult:
    """Check 5: the checkpoint includes the leaf, RFC 9162 §2.1.3.2."""
    for part in document.parts:
        if part.checkpoint is None:
            raise VerificationEnded(VerificationResult.UNKNOWN, "not_anchored")
        _included(part, part.checkpoint)
    head = document.checkpoint
    return "included", {"position": document.position, "size": head.size if head else 0}


def _included(part: Document, head: Head) -> None:
    try:
        verify_logged(part.entry, part.position, part.path, head)
    except ProofInvalid as error:
        raise VerificationEnded(VerificationResult.INVALID, "not_included", position=part.position) from error


def attached(document: Document) -> CheckResult:
    """Check 6: the attachments agree with the statement, and entitle a person who signed for another."""
    statement = document.statement
    if isinstance(statement, Issue):
        return _content(document, statement)
    if isinstance(statement, Erasure):
        return _erased(document, statement)
    if isinstance(statement, AccessReceipt) and document.attached.consents:
        return _consents(document, statement)
    has_notice = isinstance(statement, Consent) and _has_notice(document, statement)
    if isinstance(statement, Delegation) and not _is_rightful(statement):
        raise VerificationEnded(VerificationResult.INVALID, "delegation_by_other")
    if isinstance(statement, Consent | Revocation) and statement.signer != statement.data_subject:
        return _delegated(document, statement)
    return ("notice_agrees" if has_notice else "nothing_attached"), {}


def _consents(document: Document, statement: AccessReceipt) -> CheckResult:
    named = tuple(consent.entry for consent in document.attached.consents)
    if named != statement.consents:
        raise VerificationEnded(VerificationResult.INVALID, "consents_wrong")
    return "consents_agree", {"count": len(named)}


def _has_notice(document: Document, statement: Consent) -> bool:
    notice = document.attached.notice
    if notice and (notice.digest, notice.language) != (statement.notice_hash, statement.notice_language):
        raise VerificationEnded(VerificationResult.INVALID, "notice_wrong")
    return notice is not None


def _delegated(document: Document, statement: Consent | Revocation) -> CheckResult:
    """The signer for the data subject was appointed before, for the time of signing and for all signed categories."""
    basis = document.basis
    if basis is None or not isinstance(basis.statement, Delegation):
        raise VerificationEnded(VerificationResult.UNKNOWN, "delegation_missing")
    delegation = basis.statement
    if (delegation.data_subject, delegation.delegate, basis.domain) != (
        statement.data_subject,
        statement.signer,
        document.domain,
    ):
        raise VerificationEnded(VerificationResult.INVALID, "delegation_other")
    if not _is_rightful(delegation):
        raise VerificationEnded(VerificationResult.INVALID, "delegation_by_other")
    if delegation.on_paper and delegation.relation != paper_relation(document.entry.digest):
        raise VerificationEnded(VerificationResult.INVALID, "paper_other")
    if basis.position >= document.position or not delegation.not_before <= statement.signed_at < delegation.expires:
        raise VerificationEnded(VerificationResult.INVALID, "delegation_closed")
    categories = [c for grant in statement.grants for c in grant.categories] if isinstance(statement, Consent) else []
    if not all(any(category_covers(wide, category) for wide in delegation.categories) for category in categories):
        raise VerificationEnded(VerificationResult.INVALID, "delegation_narrower")
    if delegation.on_paper:
        return "on_paper", {"name": delegation.delegate_name, "position": basis.position}
    return "delegated", {"name": delegation.delegate_name, "position": basis.position}


def _is_rightful(delegation: Delegation) -> bool:
    """True if the data subject, an authority for a guardian, or a paper witness signed the delegation."""
    return delegation.delegator == delegation.data_subject or delegation.relation == GUARDIAN or delegation.on_paper


def _content(document: Document, statement: Issue) -> CheckResult:
    if content := document.attached.content:
        if isinstance(content, SeparateContent) and content.file is None:
            raise VerificationEnded(VerificationResult.UNKNOWN, "content_missing")
        if not content.agrees(statement.commitment):
            raise VerificationEnded(VerificationResult.INVALID, "content_wrong")
        return "content_agrees", {"bytes": content.size}
    if document.attached.disclosure:
        disclosed = fields_shown(document.attached.disclosure, statement.commitment)
        if disclosed is None:
            raise VerificationEnded(VerificationResult.INVALID, "fields_wrong")
        return "fields_agree", {"count": len(disclosed)}
    return "nothing_attached", {}


def _erased(document: Document, statement: Erasure) -> CheckResult:
    issue = document.basis
    if issue is None or not isinstance(issue.statement, Issue):
        raise VerificationEnded(VerificationResult.UNKNOWN, "erased_missing")
    record = issue.statement
    if (record.record_id, record.cid, issue.domain) != (statement.record_id, statement.cid, document.domain):
        raise VerificationEnded(VerificationResult.INVALID, "erased_other")
    if issue.position >= document.position or record.issued_at > statement.erased_at:
        raise VerificationEnded(VerificationResult.INVALID, "erased_younger")
    if statement.signer not in {record.data_subject, bytes.fromhex(record.holder[2:])}:
        raise VerificationEnded(VerificationResult.INVALID, "erased_by_other")
    return "erased_older", {"position": issue.position}
