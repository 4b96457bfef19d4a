"""Checks 2, 4, 5 and 6: what the file alone decides, with no chain asked."""

from __future__ import annotations

from mydata_ledger.ledger.consent import Consent, Revocation, category_covers
from mydata_ledger.ledger.delegation import GUARDIAN, Delegation, paper_relation
from mydata_ledger.ledger.errors import ProofInvalid
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.receipt import verify_logged
from mydata_ledger.ledger.record import Erasure, Issue
from mydata_ledger.scripts.verify.attached import SeparateContent, fields_shown
from mydata_ledger.scripts.verify.document import Document
from mydata_ledger.scripts.verify.verdict import VerificationEnded, VerificationResult

Found = tuple[str, dict[str, object]]


def digest(document: Document) -> Found:
    """(2) The digest, as it follows from the statement's fields and its domain."""
    return "digest", {"digest": "0x" + document.entry.digest.hex()}


def entry(document: Document) -> Found:
    """(4) Entry and leaf follow from the statement, its signature, its salt and its signed lock."""
    for part in document.parts:
        if part.entry.entry != part.claimed_entry:
            raise VerificationEnded(VerificationResult.INVALID, "entry_wrong")
        if part.entry.lock != part.lock:
            raise VerificationEnded(VerificationResult.INVALID, "lock_wrong")
    return "entry", {"entry": "0x" + document.claimed_entry.hex()}


def included(document: Document) -> Found:
    """(5) The leaf lies under the checkpoint, RFC 9162 §2.1.3.2."""
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


def attached(document: Document) -> Found:
    """(6) What came with the statement agrees with it, and entitles whoever signed in another's place."""
    said = document.statement
    if isinstance(said, Issue):
        return _content(document, said)
    if isinstance(said, Erasure):
        return _erased(document, said)
    noticed = isinstance(said, Consent) and _noticed(document, said)
    if isinstance(said, Delegation) and not _rightly_named(said):
        raise VerificationEnded(VerificationResult.INVALID, "delegation_by_other")
    if isinstance(said, Consent | Revocation) and said.signer != said.data_subject:
        return _delegated(document, said)
    return ("notice_agrees" if noticed else "nothing_attached"), {}


def _noticed(document: Document, said: Consent) -> bool:
    notice = document.attached.notice
    if notice and (notice.digest, notice.language) != (said.notice_hash, said.notice_language):
        raise VerificationEnded(VerificationResult.INVALID, "notice_wrong")
    return notice is not None


def _delegated(document: Document, said: Consent | Revocation) -> Found:
    """Who signed for the data subject was named before, for that time and for all the categories signed about."""
    named = document.basis
    if named is None or not isinstance(named.statement, Delegation):
        raise VerificationEnded(VerificationResult.UNKNOWN, "delegation_missing")
    office = named.statement
    if (office.data_subject, office.delegate, named.domain) != (said.data_subject, said.signer, document.domain):
        raise VerificationEnded(VerificationResult.INVALID, "delegation_other")
    if not _rightly_named(office):
        raise VerificationEnded(VerificationResult.INVALID, "delegation_by_other")
    if office.on_paper and office.relation != paper_relation(document.entry.digest):
        raise VerificationEnded(VerificationResult.INVALID, "paper_other")
    if named.position >= document.position or not office.not_before <= said.signed_at < office.expires:
        raise VerificationEnded(VerificationResult.INVALID, "delegation_closed")
    about = [c for grant in said.grants for c in grant.categories] if isinstance(said, Consent) else []
    if not all(any(category_covers(mine, category) for mine in office.categories) for category in about):
        raise VerificationEnded(VerificationResult.INVALID, "delegation_narrower")
    if office.on_paper:
        return "on_paper", {"name": office.delegate_name, "position": named.position}
    return "delegated", {"name": office.delegate_name, "position": named.position}


def _rightly_named(office: Delegation) -> bool:
    """By the person, by an authority for a ward, or by a witness for what stands on paper."""
    return office.delegator == office.data_subject or office.relation == GUARDIAN or office.on_paper


def _content(document: Document, said: Issue) -> Found:
    if content := document.attached.content:
        if isinstance(content, SeparateContent) and content.file is None:
            raise VerificationEnded(VerificationResult.UNKNOWN, "content_missing")
        if not content.agrees(said.commitment):
            raise VerificationEnded(VerificationResult.INVALID, "content_wrong")
        return "content_agrees", {"bytes": content.size}
    if document.attached.disclosure:
        shown = fields_shown(document.attached.disclosure, said.commitment)
        if shown is None:
            raise VerificationEnded(VerificationResult.INVALID, "fields_wrong")
        return "fields_agree", {"count": len(shown)}
    return "nothing_attached", {}


def _erased(document: Document, said: Erasure) -> Found:
    issue = document.basis
    if issue is None or not isinstance(issue.statement, Issue):
        raise VerificationEnded(VerificationResult.UNKNOWN, "erased_missing")
    record = issue.statement
    if (record.record_id, record.cid, issue.domain) != (said.record_id, said.cid, document.domain):
        raise VerificationEnded(VerificationResult.INVALID, "erased_other")
    if issue.position >= document.position or record.issued_at > said.erased_at:
        raise VerificationEnded(VerificationResult.INVALID, "erased_younger")
    if said.signer not in {record.data_subject, bytes.fromhex(record.holder[2:])}:
        raise VerificationEnded(VerificationResult.INVALID, "erased_by_other")
    return "erased_older", {"position": issue.position}
