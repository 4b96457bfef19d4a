"""Self-declaration: a person's document is signed by them, and issued by the operator as its holder."""

from __future__ import annotations

import secrets
from dataclasses import replace
from hashlib import sha256

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.commitment.content import record_commitment
from mydata_ledger.ledger.conditions import CLOCK_SKEW, SIGNED_WITHIN
from mydata_ledger.ledger.content_digest import fingerprint
from mydata_ledger.ledger.errors import InvalidStatement, NotFound, TooLarge
from mydata_ledger.ledger.kernel.consents.acting import DelegateActions
from mydata_ledger.ledger.kernel.records.equal_content import EqualContent, PlannedContent, Submission
from mydata_ledger.ledger.kernel.records.issue import Issues, SealedUpload, Upload, check_upload, issue_of
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.self_declared import (
    MEDIA_TYPE,
    Declaration,
    declared_in,
    document_of,
    is_self_declared,
    record_id_of,
    source_of,
)

ZERO = bytes(32)


class SelfDeclarations:
    """The operator's account is an accredited holder, and its key in this process signs the Issue."""

    def __init__(
        self,
        world: World,
        statements: StatementSigning,
        issues: Issues,
        equal_content: EqualContent,
        acting: DelegateActions,
    ) -> None:
        self._world, self._statements, self._issues = world, statements, issues
        self._equal_content, self._acting = equal_content, acting

    @property
    def largest(self) -> int:
        """The most bytes of a document: in base64 it fits into a record."""
        return self._world.bounds.record_bytes // 2

    def draft(self, declaration: Declaration) -> Declaration:
        """The declaration as of now, for its signer to sign.

        Raises UnknownTerm, InvalidStatement; NotEntitled unless the signer is the person, or acts for them in the
        category; NotFound if it supersedes what is no standing self-declared record of the person that the signer sees.
        """
        self._check(declaration)
        return replace(declaration, declared_at=self._world.clock.now())

    def accept(self, declaration: Declaration, content: bytes, signature: bytes) -> tuple[bytes, bool]:
        """Issue the document; returns the record id, and whether it is new. A document that the person declared in this
        category before, and that still stands, is not issued again.

        Raises what `draft` raises; SignatureInvalid; InvalidStatement for another document than the signed one, or one
        that was signed too long ago; TooLarge.
        """
        self._check(declaration)
        if len(content) > self.largest:
            raise TooLarge(f"a document has at most {self.largest} bytes")
        if not content:
            raise InvalidStatement("the document is empty; choose the file that you mean")
        if sha256(content).digest() != declaration.document:
            raise InvalidStatement("the document is not the one that was signed; draft it again")
        now = self._world.clock.now()
        if not now - SIGNED_WITHIN <= declaration.declared_at <= now + CLOCK_SKEW:
            raise InvalidStatement("it was signed too long ago or in the future; draft it again")
        stored = self._world.signers.verify(declaration.signer, declaration.digest, signature)
        taken = fingerprint(content, declaration.media_type, self._world.canonical_forms)
        submission = Submission(declaration.data_subject, taken, declaration.supersedes)
        (plan,) = self._equal_content.plan(declared_in(self._holder, declaration.category), [submission])
        if plan.duplicate_of:
            return plan.duplicate_of, False
        return self._issue(declaration, document_of(declaration, content, stored), plan), True

    @property
    def _holder(self) -> str:
        return self._issues.accredited_holder(self._world.gateway.address).account

    def _check(self, declaration: Declaration) -> None:
        check_upload(_upload(declaration, b""), self._world.vocabulary)
        self._acting.office(declaration.signer, declaration.data_subject, (declaration.category,))
        if declaration.supersedes != ZERO:
            record = self._world.index.record(declaration.supersedes)
            is_own = record is not None and record.issue.data_subject == declaration.data_subject
            if record is None or not is_own or record.erased or not is_self_declared(record.issue):
                raise NotFound
            if not self._acting.seen(declaration.signer, declaration.data_subject, [record.issue.category]):
                raise NotFound

    def _issue(self, declaration: Declaration, document: bytes, plan: PlannedContent) -> bytes:
        issue = self._sealed(declaration, document)
        digested = plan.of_record(issue.record_id, source_of(issue))
        self._world.index.remember_drafts([issue], [digested], issue.issued_at)
        self._world.log.append([self._statements.sign_as_gateway(issue)], issue.issued_at)
        return issue.record_id

    def _sealed(self, declaration: Declaration, document: bytes) -> Issue:
        seed = secrets.token_bytes(32)
        commitment = record_commitment(document, MEDIA_TYPE, seed)
        record_id = record_id_of(commitment)
        (key,) = self._world.keys.create_many([(record_id, declaration.data_subject)])
        sealed = envelope.seal(envelope.Content(MEDIA_TYPE, seed, document), key, record_id)
        (cid,) = self._world.payloads.put_many([sealed])
        upload, now = _upload(declaration, document), self._world.clock.now()
        return issue_of(self._holder, upload, SealedUpload(record_id, commitment, cid), now)


def _upload(declaration: Declaration, document: bytes) -> Upload:
    return Upload(
        data_subject=declaration.data_subject,
        category=declaration.category,
        media_type=MEDIA_TYPE,
        content=document,
        data_from=declaration.data_from,
        data_until=declaration.data_until,
        supersedes=declaration.supersedes,
    )
