"""Access for a result instead of a record: records are opened inside the operator's process, so that no single row is
released.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mydata_ledger.ledger.commitment.content import is_json
from mydata_ledger.ledger.errors import AccessDenied
from mydata_ledger.ledger.kernel.decisions.evaluate import Evaluation
from mydata_ledger.ledger.kernel.decisions.release import Releases
from mydata_ledger.ledger.kernel.decisions.search import RecordSearch
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.visibility import MemberVisibility

COMPUTE = "compute"
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OpenedRecord:
    """One opened record for a computation; it must not leave the process. `least` is the smallest group that the
    consent allows the result to be about (1 = no bound).
    """

    data_subject: bytes
    content: bytes
    least: int


class Computation:
    """Each opened record is a question with its own receipt, under the action `compute`."""

    def __init__(self, world: World, evaluation: Evaluation, search: RecordSearch, releases: Releases) -> None:
        self._world, self._evaluation, self._search, self._releases = world, evaluation, search, releases

    def records(self, requester: str, category: str, purpose: str) -> Iterator[OpenedRecord]:
        """Open the records over which the requester may compute now, one by one.

        Omitted are records whose consent is withdrawn meanwhile, the parts that a consent withholds, and records whose
        parts cannot be distinguished. A result names nobody, so members that identify the person may be used. Raises
        UnknownTerm, ChainBehind, IntegrityFailure, SourceUnavailable.
        """
        for record in self._search.find(requester, category, purpose, COMPUTE):
            request = self._evaluation.request(requester, record.issue.record_id, category, purpose, COMPUTE)
            try:
                release = self._releases.hand_out(self._releases.permit(request), self._world.computer.public)
            except AccessDenied:
                continue
            if release.sealed is None:
                continue
            content, visibility = (
                self._releases.open_in_process(release),
                MemberVisibility.of(release.obligations, NOBODY),
            )
            if visibility.hides_members and not is_json(content.media_type):
                continue
            visible_content = visibility.redact(content.content) if visibility.hides_members else content.content
            yield OpenedRecord(record.issue.data_subject, visible_content, _least(release.obligations))


def _least(obligations: frozenset[str]) -> int:
    bounds = [int(text.partition(":")[2]) for text in obligations if text.startswith("aggregate-only:")]
    return max(bounds, default=1)
