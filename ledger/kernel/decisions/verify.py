"""Whether a person's records are still what their holders signed: payload, commitment and anchor, many at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from mydata_ledger.ledger.access import SELF_VIEW
from mydata_ledger.ledger.commitment.content import record_commitment
from mydata_ledger.ledger.envelope import Content
from mydata_ledger.ledger.errors import IntegrityFailure, KeyDestroyed, MalformedInput, PayloadMissing
from mydata_ledger.ledger.kernel.consents.acting import DelegateActions
from mydata_ledger.ledger.kernel.decisions.evaluate import Evaluation
from mydata_ledger.ledger.kernel.decisions.group_opening import GROUP, GroupOpening, OpeningError, OpenItem
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.record import Record

VIEW = "view"
Item = tuple[Record, LoggedStatement | None]
"""A record, and the receipt that permits it; None for one that is erased."""


class RecordStatus(StrEnum):
    """The result for one record.

    `UNKNOWN`: the payload cannot be read now (the store does not answer, or has no such payload), or it is too large to
    be read whole. `NOT_ANCHORED`: what can be read is right, but its statement is not on chain yet.
    """

    VERIFIED = "verified"
    ALTERED = "altered"
    NOT_ANCHORED = "not_anchored"
    UNKNOWN = "unknown"
    ERASED = "erased"


class Verification:
    """The person checks their own records, or a delegate within the delegation; each that is opened has a receipt."""

    def __init__(self, world: World, evaluation: Evaluation, opening: GroupOpening, acting: DelegateActions) -> None:
        self._world, self._evaluation, self._opening, self._acting = world, evaluation, opening, acting

    def verify(
        self, signer: bytes, person: bytes, record_ids: Sequence[bytes]
    ) -> Iterator[tuple[Record, RecordStatus]]:
        """The status of each of these records of the person, in their order, as `signer` may see them, in constant
        memory.

        Left out are records that do not exist, are another person's, or lie beyond the delegation: these look the same.
        Raises ChainBehind, SourceUnavailable if the keystore does not answer.
        """
        ids = list(dict.fromkeys(record_ids))
        for start in range(0, len(ids), GROUP):
            yield from self._of_group(signer, person, ids[start : start + GROUP])

    def _of_group(self, signer: bytes, person: bytes, ids: Sequence[bytes]) -> Iterator[tuple[Record, RecordStatus]]:
        named = self._world.index.records_named(ids)
        items = self._permitted(signer, person, [each for each in named if each.issue.data_subject == person])
        permitted = [OpenItem(r.issue.record_id, r.issue.cid, receipt) for r, receipt in items if receipt]
        commitments = self._opening.results(permitted, _commitment)
        for record, receipt in items:
            yield record, _status(record, next(commitments)) if receipt else RecordStatus.ERASED

    def _permitted(self, signer: bytes, person: bytes, records: Sequence[Record]) -> list[Item]:
        """The records that the signer may see, with the receipts of those that exist."""
        name, seen = requester_name(signer), self._acting.seen(signer, person, {r.issue.category for r in records})
        requests = [
            self._evaluation.request(name, r.issue.record_id, r.issue.category, SELF_VIEW, VIEW)
            for r in records
            if not r.erased
        ]
        answers = self._evaluation.ask_soon(requests).result()
        receipts = {
            request.record_id: receipt
            for request, (decision, receipt) in zip(requests, answers, strict=True)
            if decision.permitted
        }
        every = [(each, receipts.get(each.issue.record_id)) for each in records]
        return [(each, receipt) for each, receipt in every if receipt or (each.erased and each.issue.category in seen)]


def _status(record: Record, outcome: bytes | OpeningError) -> RecordStatus:
    if isinstance(outcome, bytes):
        if outcome != record.issue.commitment:
            return RecordStatus.ALTERED
        return RecordStatus.VERIFIED if record.anchored else RecordStatus.NOT_ANCHORED
    if isinstance(outcome, KeyDestroyed):
        return RecordStatus.ERASED
    is_altered = isinstance(outcome, IntegrityFailure) and not isinstance(outcome, PayloadMissing)
    return RecordStatus.ALTERED if is_altered else RecordStatus.UNKNOWN


def _commitment(content: Content) -> bytes:
    """The commitment to exactly this content; empty for content that has none."""
    try:
        return record_commitment(content.content, content.media_type, content.seed)
    except MalformedInput:
        return b""
