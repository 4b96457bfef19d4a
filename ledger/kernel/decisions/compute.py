"""Access for a result instead of a record: records are opened inside the operator's process, so that no single row is
released.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice

from mydata_ledger.ledger.access import Found
from mydata_ledger.ledger.consent import category_covers
from mydata_ledger.ledger.envelope import Content
from mydata_ledger.ledger.errors import InvalidStatement, KeyDestroyed, MalformedInput, TooLarge
from mydata_ledger.ledger.kernel.decisions.evaluate import Evaluation, answered
from mydata_ledger.ledger.kernel.decisions.group_opening import GROUP, GroupOpening, OpenItem, opened_or_raised
from mydata_ledger.ledger.kernel.decisions.release import Permit
from mydata_ledger.ledger.kernel.decisions.search import RecordSearch
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.self_declared import has_members
from mydata_ledger.ledger.visibility import MemberVisibility

COMPUTE = "compute"
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OpenedRecord:
    """One opened record for a computation; it must not leave the process. `category` is the record's own. `least` is
    the smallest group that the consent allows the result to be about (1 = no bound).
    """

    data_subject: bytes
    content: bytes
    least: int
    category: str


class Computation:
    """Each opened record is a question with its own receipt, under the action `compute`."""

    def __init__(self, world: World, evaluation: Evaluation, search: RecordSearch, opening: GroupOpening) -> None:
        self._world, self._evaluation, self._search, self._opening = world, evaluation, search, opening

    def records(self, requester: str, categories: Sequence[str], purpose: str) -> Iterator[OpenedRecord]:
        """Open the records over which the requester may compute now, in constant memory; those of one person follow one
        another, whatever their category, and each comes once.

        They are asked about and opened in groups. Omitted are records whose consent is withdrawn, or which are erased,
        before their group is asked about or opened, the parts that a consent withholds, records whose parts cannot be
        distinguished, and records that are released as streams. A result names nobody, so members that identify the
        person may be used.

        Raises UnknownTerm, ChainBehind, IntegrityFailure, SourceUnavailable.
        """
        searches = (self._search.found(requester, each, purpose, COMPUTE) for each in _without_covered(categories))
        found = merge(*searches)
        while group := list(islice(found, GROUP)):
            yield from self._opened(self._permitted(requester, purpose, group))

    def _permitted(self, requester: str, purpose: str, found: Sequence[Found]) -> list[Permit]:
        """The records of a group that may be opened now, each with its receipt."""
        records = self._world.index.records_named([record_id for _, record_id in found])
        requests = [
            self._evaluation.request(requester, each.issue.record_id, each.issue.category, purpose, COMPUTE)
            for each in records
        ]
        answers = self._evaluation.answer_soon([(request, answered) for request in requests]).result()
        return [
            Permit(answer.record, receipt, answer.decision.obligations)
            for answer, receipt in answers
            if answer.decision.permitted and answer.record is not None
        ]

    def _opened(self, group: Sequence[Permit]) -> Iterator[OpenedRecord]:
        items = [OpenItem(each.record.issue.record_id, each.record.issue.cid, each.receipt) for each in group]
        for permitted, outcome in zip(group, self._opening.outcomes(items), strict=True):
            if isinstance(outcome, KeyDestroyed | TooLarge):
                continue
            visible = _visible(opened_or_raised(outcome), permitted.obligations)
            if visible is not None:
                issue = permitted.record.issue
                yield OpenedRecord(issue.data_subject, visible, _least(permitted.obligations), issue.category)


def _without_covered(categories: Sequence[str]) -> list[str]:
    """The categories without those that another one covers, so that no record is found twice."""
    every = list(dict.fromkeys(categories))
    return [each for each in every if not any(other != each and category_covers(other, each) for other in every)]


def _visible(content: Content, obligations: frozenset[str]) -> bytes | None:
    """What the obligations leave of a record; None if its parts cannot be distinguished."""
    visibility = MemberVisibility.of(obligations, NOBODY)
    if not visibility.hides_members:
        return content.content
    if not has_members(content.media_type):
        return None
    try:
        return visibility.redact(content.content)
    except (InvalidStatement, MalformedInput):  # no object, though the person must be hidden
        return None


def _least(obligations: frozenset[str]) -> int:
    bounds = [int(text.partition(":")[2]) for text in obligations if text.startswith("aggregate-only:")]
    return max(bounds, default=1)
