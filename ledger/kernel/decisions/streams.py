"""Everything that a party may read now, as a stream of releases in steps that are bounded by bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from mydata_ledger.ledger.access import Found
from mydata_ledger.ledger.envelope.wrapping import check_public
from mydata_ledger.ledger.errors import AccessDenied, InvalidStatement, KeyDestroyed
from mydata_ledger.ledger.kernel.decisions.evaluate import Evaluation, answered
from mydata_ledger.ledger.kernel.decisions.release import Release, Releases, check_releases
from mydata_ledger.ledger.kernel.decisions.search import RecordSearch
from mydata_ledger.ledger.kernel.world import World

AT_ONCE = 500
"""The most questions of one step."""
STEP_BYTES, STEP_SECONDS = 16 * 1024 * 1024, 30
"""After about so many bytes of payloads, or seconds, the next step begins, and with it new questions."""


class ReleaseStream:
    """Each release is what the same question alone would give, and has a receipt of its own."""

    def __init__(self, world: World, evaluation: Evaluation, search: RecordSearch, releases: Releases) -> None:
        self._world, self._evaluation, self._search, self._releases = world, evaluation, search, releases

    def released(
        self, requester: str, category: str, purpose: str, action: str, reader_key: bytes = b""
    ) -> Iterator[Release]:
        """The records of a category that the requester may read now for a purpose, in the order of persons, one payload
        in memory at a time.

        Questions are asked in steps. A step has at most 500, and so few that it has about 16 MiB of payloads, and takes
        about 30 seconds, if it goes on as before. What a withdrawal, or the suspension of the requester, forbids after
        a step was asked is left out from the next step on. Left out too: records erased meanwhile, and those of which
        the consent leaves nothing to disclose.

        Raises InvalidStatement for an action that releases no record, and without any key to wrap for; MalformedInput
        for an invalid key, UnknownTerm, ChainBehind, IntegrityFailure, SourceUnavailable; ReceiptRequired if the caller
        waits for minutes in the middle of a step.
        """
        check_releases(action)
        check_public(self._releases.reader_key(requester, reader_key))
        found = self._search.found(requester, category, purpose, action)
        count = 1
        while step := list(islice(found, count)):
            size, begun = 0, self._world.clock.now()
            for release in self._releases_of(requester, purpose, action, step, reader_key):
                size += len(release.sealed or b"")
                yield release
            of_time = STEP_SECONDS * len(step) // max(1, self._world.clock.now() - begun)
            count = max(1, min(AT_ONCE, 2 * count, STEP_BYTES * len(step) // max(1, size), of_time))

    def _releases_of(
        self, requester: str, purpose: str, action: str, step: Sequence[Found], reader_key: bytes
    ) -> Iterator[Release]:
        records = self._world.index.records_named([record_id for _, record_id in step])
        requests = [
            self._evaluation.request(requester, each.issue.record_id, each.issue.category, purpose, action)
            for each in records
        ]
        answers = self._evaluation.answer_soon([(request, answered) for request in requests]).result()
        for request, (answer, receipt) in zip(requests, answers, strict=True):
            try:
                yield self._releases.access_answered(request, reader_key, answer, receipt)
            except (AccessDenied, KeyDestroyed, InvalidStatement):
                continue
