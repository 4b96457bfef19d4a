"""Records of any size up to a bound, sealed and released as streams in constant memory."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.access import Reason
from mydata_ledger.ledger.commitment.content import SEED_SIZE, StreamedContent, is_json
from mydata_ledger.ledger.content_digest import StreamedFingerprint
from mydata_ledger.ledger.envelope.frame import Piece
from mydata_ledger.ledger.errors import InvalidStatement, LedgerError, NotFound, TooLarge
from mydata_ledger.ledger.kernel.decisions.release import RELEASING
from mydata_ledger.ledger.kernel.records.equal_content import EqualContent, Submission
from mydata_ledger.ledger.kernel.records.issue import (
    DraftedRecords,
    Issues,
    SealedUpload,
    Upload,
    check_upload,
    issue_of,
)
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import ACCESS, AccessReceipt
from mydata_ledger.ledger.status import Status


class LargeRecords:
    """The operations of `Issues` and `Releases` for records that do not fit into memory.

    Such a record is not JSON: JSON is committed to field by field, and for that it must be read whole.
    """

    def __init__(self, world: World, statements: StatementSigning, issues: Issues, equal_content: EqualContent) -> None:
        self._world, self._statements, self._issues = world, statements, issues
        self._equal_content = equal_content

    def draft(self, holder: str, upload: Upload, length: int, pieces: Iterable[Piece]) -> DraftedRecords:
        """Seal and store a record while it is received; returns the statement for the holder to sign, unless it repeats
        a standing record of the holder.

        `upload` has everything but the content, whose `length` is in bytes. `pieces` is read only after all other
        checks. Neither key nor payload nor draft is kept unless the draft is returned.

        Raises NotEntitled, UnknownTerm, InvalidStatement, TooLarge; MalformedInput if the content is longer or shorter
        than `length`; StorageFull, SourceUnavailable; whatever `pieces` raises.
        """
        self._issues.accredited_holder(holder)
        self._check(upload, length)
        record_id, cids = secrets.token_bytes(32), list[str]()
        (key,) = self._world.keys.create_many([(record_id, upload.data_subject)])
        try:
            seed = secrets.token_bytes(SEED_SIZE)
            content, header = StreamedContent(seed), envelope.Header(upload.media_type, seed, length)
            whole = StreamedFingerprint()
            sealed = envelope.seal_stream(header, content.passing(whole.passing(pieces)), key, record_id)
            cids.append(self._world.payloads.put_stream(sealed))
            submission = Submission(upload.data_subject, whole.fingerprint(), upload.supersedes, upload.again)
            (plan,) = self._equal_content.plan(holder, [submission])
            if plan.duplicate_of:
                self._discard(record_id, cids)
                return DraftedRecords([], {0: plan.duplicate_of})
            sealed_upload, now = SealedUpload(record_id, content.record_commitment(), cids[0]), self._world.clock.now()
            issue = issue_of(holder, upload, sealed_upload, now)
            self._world.index.remember_drafts([issue], [plan.of_record(record_id, holder)], now)
        except BaseException:
            self._discard(record_id, cids)
            raise
        return DraftedRecords([self._statements.draft(issue)], {})

    def sealed(self, requester: str, position: int) -> tuple[int, Iterator[bytes]]:
        """The sealed payload that the receipt at a position released to the requester: its length and its bytes.

        Every block is checked against the record's CID as it is read. Raises NotFound unless the receipt is a permit of
        theirs, by consents that are active, for a record that still exists; PayloadMissing, PayloadAltered,
        SourceUnavailable; each at once or during reading.
        """
        logged = self._world.log.statement_at(ACCESS, position)
        receipt = logged.signed.statement if logged else None
        if (
            not isinstance(receipt, AccessReceipt)
            or receipt.requester != requester
            or not receipt.releases(receipt.record_id)
        ):
            raise NotFound
        record = self._world.index.record(receipt.record_id)
        if record is None or record.erased or receipt.action not in RELEASING:
            raise NotFound
        if not self._still_permits(receipt):
            raise NotFound
        size, pieces = self._world.payloads.open_stream(record.issue.cid)
        return size, self._while_permitted(receipt, pieces)

    def _while_permitted(self, receipt: AccessReceipt, pieces: Iterable[bytes]) -> Iterator[bytes]:
        checked_at = 0
        for piece in pieces:
            if (now := self._world.clock.now()) != checked_at and not self._still_permits(receipt):
                raise NotFound
            checked_at = now
            yield piece

    def _still_permits(self, receipt: AccessReceipt) -> bool:
        """Whether the consents of the receipt are active, or the delegation still shows the record; an own view and an
        emergency rest on neither.
        """
        now, person = self._world.clock.now(), receipt.data_subject
        if receipt.reason == Reason.DELEGATED:
            scope = person, bytes.fromhex(receipt.requester[2:]), receipt.category, now
            return any(state.shows(*scope) for state in self._world.index.delegations_of(person))
        if receipt.reason != Reason.CONSENTED:
            return True
        states = [self._world.index.consent(entry) for entry in receipt.consents]
        return all(state is not None and state.status(now) is Status.ACTIVE for state in states)

    def _check(self, upload: Upload, length: int) -> None:
        bounds = self._world.bounds
        if is_json(upload.media_type):
            raise InvalidStatement(
                f"JSON is not taken as a stream: its fields are committed to one by one, so it has at most "
                f"{bounds.record_bytes} bytes; hand it in at POST /records/drafts"
            )
        check_upload(upload, self._world.vocabulary)
        if length > bounds.streamed_bytes:
            raise TooLarge(f"a record has at most {bounds.streamed_bytes} bytes")

    def _discard(self, record_id: bytes, cids: Iterable[str]) -> None:
        """Best effort: without its draft nobody can request anything that the key opens."""
        with suppress(LedgerError):
            self._world.keys.destroy(record_id)
        with suppress(LedgerError):
            for cid in cids:
                self._world.payloads.remove(cid)
