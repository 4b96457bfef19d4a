"""access, for a result instead of a record: opened inside the operator, so that nobody's row leaves."""

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
    """One opened record for a computation; it must not leave the process. `least` is the smallest group the consent
    allows its result to be about (1 = no bound).
    """

    data_subject: bytes
    content: bytes
    least: int


class Computation:
    """Each record opened is a question with its own receipt, under the action `compute`."""

    def __init__(self, world: World, evaluation: Evaluation, search: RecordSearch, releases: Releases) -> None:
        self._world, self._evaluation, self._search, self._releases = world, evaluation, search, releases

    def records(self, requester: str, category: str, purpose: str) -> Iterator[OpenedRecord]:
        """Open what the requester may compute over now, one by one; what is withdrawn meanwhile is left out, and so is
        what a consent withholds, and a record whose parts cannot be told apart. A result names nobody, so that
        whatever names the person may be computed over.

        Raises UnknownTerm, ChainBehind, IntegrityFailure, SourceUnavailable.
        """
        for record in self._search.find(requester, category, purpose, COMPUTE):
            asked = self._evaluation.request(requester, record.issue.record_id, category, purpose, COMPUTE)
            try:
                release = self._releases.hand_out(self._releases.permit(asked), self._world.computer.public)
            except AccessDenied:
                continue
            if release.sealed is None:
                continue
            content, cut = self._releases.open_in_process(release), MemberVisibility.of(release.obligations, NOBODY)
            if (cut.withheld or cut.masked) and not is_json(content.media_type):
                continue
            seen = cut.shown(content.content) if cut.withheld or cut.masked else content.content
            yield OpenedRecord(record.issue.data_subject, seen, _least(release.obligations))


def _least(obligations: frozenset[str]) -> int:
    bounds = [int(text.partition(":")[2]) for text in obligations if text.startswith("aggregate-only:")]
    return max(bounds, default=1)
