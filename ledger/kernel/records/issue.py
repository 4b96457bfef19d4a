"""The issue of records: a holder's records are sealed, then signed, and only then become part of the ledger."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.commitment.entry import NO_LOCK
from mydata_ledger.ledger.commitment.threaded import begin_commitment
from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, TooLarge
from mydata_ledger.ledger.kernel.draft import Draft
from mydata_ledger.ledger.kernel.people.bindings import is_unbound_since
from mydata_ledger.ledger.kernel.records.equal_content import EqualContent, PlannedContent, Submission
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.receipt import LoggedStatement, SignedStatement
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.vocabulary import Vocabulary

HOLDER = "holder"
UNBOUND = "the binding of the patient number ended or is disputed since the record was drafted; draft the record again"


@dataclass(frozen=True, slots=True)
class Upload:
    """One record as its holder submits it; `content` are its exact bytes, `supersedes` a record id or zero.

    With `again` it is drafted even if a record of the holder stands with equal content.

    For a record that is uploaded as a stream (`LargeRecords`) the content is empty here.
    """

    data_subject: bytes
    category: str
    media_type: str
    content: bytes
    data_from: int = 0
    data_until: int = 0
    supersedes: bytes = bytes(32)
    lock: bytes = NO_LOCK
    again: bool = False


@dataclass(frozen=True, slots=True)
class DraftedRecords:
    """The drafts of new records in the order of their uploads, and by number of the upload the records of the holder
    that stand with its content already.
    """

    drafts: list[Draft]
    duplicates: dict[int, bytes]


@dataclass(frozen=True, slots=True)
class SealedUpload:
    """A sealed upload: its new id, the commitment to its content, the CID of its sealed payload."""

    record_id: bytes
    commitment: bytes
    cid: str


class Issues:
    """Two steps: the API seals and drafts, the holder signs."""

    def __init__(self, world: World, statements: StatementSigning, equal_content: EqualContent) -> None:
        self._world, self._statements, self._equal_content = world, statements, equal_content

    def draft(self, holder: str, uploads: Sequence[Upload]) -> list[Draft]:
        """Seal every upload under a key of its own, store it, and return the statements for the holder to sign.

        Nothing is issued yet: an upload that is never signed stays ciphertext that nobody can open. Raises NotEntitled,
        UnknownTerm, InvalidStatement, TooLarge, StorageFull.
        """
        self._check_count(uploads)
        return self.draft_new(holder, [replace(upload, again=True) for upload in uploads]).drafts

    def draft_new(self, holder: str, uploads: Sequence[Upload]) -> DraftedRecords:
        """`draft` for those of any number of uploads that repeat no standing record of the same holder. What other
        holders issued makes no difference.
        """
        self.accredited_holder(holder)
        self._check_bounds(uploads)
        submissions = [self._submission(upload) for upload in uploads]
        planned = list(zip(uploads, self._equal_content.plan(holder, submissions), strict=True))
        new, size = [each for each in planned if not each[1].duplicate_of], self._world.bounds.batch
        batches = [new[start : start + size] for start in range(0, len(new), size)]
        drafts = [draft for batch in batches for draft in self._draft_batch(holder, batch)]
        duplicates = {n: plan.duplicate_of for n, (_, plan) in enumerate(planned) if plan.duplicate_of}
        return DraftedRecords(drafts, duplicates)

    def _submission(self, upload: Upload) -> Submission:
        taken = self._equal_content.fingerprint(upload.content, upload.media_type)
        return Submission(upload.data_subject, taken, upload.supersedes, upload.again)

    def _draft_batch(self, holder: str, planned: Sequence[tuple[Upload, PlannedContent]]) -> list[Draft]:
        now, sealed = self._world.clock.now(), self._seal_all([upload for upload, _ in planned])
        issues = [issue_of(holder, upload, each, now) for (upload, _), each in zip(planned, sealed, strict=True)]
        digests = [plan.of_record(each.record_id, holder) for (_, plan), each in zip(planned, sealed, strict=True)]
        self._world.index.remember_drafts(issues, digests, now)
        return [self._statements.draft(issue) for issue in issues]

    def accept(self, signed: Sequence[tuple[Issue, bytes]]) -> list[LoggedStatement]:
        """Accept signed issues, all or none. Raises SignatureInvalid, NotEntitled, InvalidStatement."""
        return self._world.log.append(self.seal(signed), self._world.clock.now())

    def seal(self, signed: Sequence[tuple[Issue, bytes]]) -> list[SignedStatement]:
        """The signed issues, ready for the log. Raises what `accept` raises before it logs anything."""
        if len(signed) > self._world.bounds.batch:
            raise TooLarge(f"at most {self._world.bounds.batch} records in one call; send the rest in another")
        for issue, _ in signed:
            if self._world.index.drafted(issue.record_id) != issue:
                raise InvalidStatement("the statement is not the draft it was made from; draft the record again")
        for holder in {issue.holder for issue, _ in signed}:
            self.accredited_holder(holder)
        self._check_bindings([issue for issue, _ in signed])
        return [self._statements.seal(issue, bytes.fromhex(issue.holder[2:]), signature) for issue, signature in signed]

    def _check_bindings(self, issues: Sequence[Issue]) -> None:
        """Refuse a draft whose patient number may have lost its person since; one that is issued already stays so."""
        drafted: dict[tuple[str, bytes], Issue] = {}
        for issue in sorted(issues, key=lambda each: -each.issued_at):
            drafted[issue.holder, issue.data_subject] = issue
        for issue in drafted.values():
            if is_unbound_since(self._world, issue) and self._world.index.record(issue.record_id) is None:
                raise InvalidStatement(UNBOUND)

    def _seal_all(self, uploads: Sequence[Upload]) -> list[SealedUpload]:
        ids = [secrets.token_bytes(32) for _ in uploads]
        data_keys = self._world.keys.create_many([(i, u.data_subject) for i, u in zip(ids, uploads, strict=True)])
        payloads, commitments = [], []
        for upload, key, record_id in zip(uploads, data_keys, ids, strict=True):
            seed = secrets.token_bytes(32)
            content = envelope.Content(upload.media_type, seed, upload.content)
            commitments.append(begin_commitment(upload.content, upload.media_type, seed))
            payloads.append(envelope.seal(content, key, record_id))
        cids = self._world.payloads.put_many(payloads)
        return [SealedUpload(i, committed(), cid) for i, committed, cid in zip(ids, commitments, cids, strict=True)]

    def accredited_holder(self, account: str) -> Party:
        """The party with that account. Raises NotEntitled unless it is an accredited data holder."""
        party = self._world.directory.party(account)
        if party is None or not party.plays(HOLDER, self._world.clock.now()):
            raise NotEntitled("only an accredited data holder may issue records")
        return party

    def _check_count(self, uploads: Sequence[Upload]) -> None:
        if not 0 < len(uploads) <= self._world.bounds.batch:
            raise TooLarge(f"1 to {self._world.bounds.batch} records in one call; send the rest in another")

    def _check_bounds(self, uploads: Sequence[Upload]) -> None:
        bounds = self._world.bounds
        for upload in uploads:
            check_upload(upload, self._world.vocabulary)
            if len(upload.content) > bounds.record_bytes:
                raise TooLarge(f"a record has at most {bounds.record_bytes} bytes; send more to /records/drafts/stream")


def check_upload(upload: Upload, vocabulary: Vocabulary) -> None:
    """Raise UnknownTerm for a category that no catalog declares, InvalidStatement for one of derived records and for a
    data period that ends before it starts.
    """
    vocabulary.check_issuable(upload.category)
    if upload.data_until and upload.data_until <= upload.data_from:
        raise InvalidStatement("the data period ends before it starts")


def issue_of(holder: str, upload: Upload, sealed: SealedUpload, now: int) -> Issue:
    """The statement about a sealed upload, for its holder to sign."""
    return Issue(
        record_id=sealed.record_id,
        data_subject=upload.data_subject,
        holder=holder,
        category=upload.category,
        data_from=upload.data_from,
        data_until=upload.data_until,
        commitment=sealed.commitment,
        cid=sealed.cid,
        supersedes=upload.supersedes,
        issued_at=now,
        lock=upload.lock,
    )
