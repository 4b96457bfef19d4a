"""How many requests wait for a person, and how those of one party ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from mydata_ledger.ledger.consent_request import ConsentRequest, RequestState
from mydata_ledger.ledger.kernel.consents.acting import Covers
from mydata_ledger.ledger.kernel.people.request_items import read_request
from mydata_ledger.ledger.kernel.people.requests import LONGEST_WAIT, SEEN_BY_PERSON, Requests
from mydata_ledger.ledger.kernel.work_items import every
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.work_item import TIME

MOST = 1_000
"""How many requests are read for one answer."""


@dataclass(frozen=True, slots=True)
class RequestHistory:
    """How many requests of a party to a person ended how, and the first and the last time of asking (UTC seconds, 0 for
    never). `is_complete` is false if only the first `MOST` were read.
    """

    states: Mapping[RequestState, int]
    first: int
    last: int
    is_complete: bool


class RequestCounts:
    """Counts of a person's requests, as far as their reader covers the categories."""

    def __init__(self, world: World, requests: Requests) -> None:
        self._world, self._requests = world, requests

    def open(self, person: bytes, covers: Covers) -> int:
        """How many requests wait for an answer; at most `MOST` are read. Ids begin with the time, so that those which
        are over by their age are not read.
        """
        now = self._world.clock.now()
        after = max(0, now - LONGEST_WAIT).to_bytes(TIME, "big")
        waiting = (r for r in self._read(person, after=after) if r.status_at(now).state is RequestState.REQUESTED)
        seen = islice((r for r in waiting if covers(r.categories)), MOST)
        return sum(self._requests.resolved(r, now).state is RequestState.REQUESTED for r in seen)

    def of_party(self, person: bytes, party: str, covers: Covers) -> RequestHistory:
        """What became of the requests of one party."""
        now = self._world.clock.now()
        seen = list(islice((r for r in self._read(person, party) if covers(r.categories)), MOST + 1))
        counted = [self._requests.resolved(request, now) for request in seen[:MOST]]
        times = [request.asked_at for request in counted]
        states = Counter(request.state for request in counted)
        return RequestHistory(states, min(times, default=0), max(times, default=0), len(seen) <= MOST)

    def _read(self, person: bytes, party: str | None = None, after: bytes = b"") -> Iterator[ConsentRequest]:
        for kind in SEEN_BY_PERSON:
            yield from map(read_request, every(self._world.work_items, kind, person=person, party=party, after=after))
