"""What a person sees of their own history: pages of the timeline, the overview, the relation to one party."""

from __future__ import annotations

from dataclasses import dataclass

from mydata_ledger.ledger.kernel.people.overview import Overviews
from mydata_ledger.ledger.kernel.people.relations import Relations
from mydata_ledger.ledger.kernel.people.request_counts import RequestCounts
from mydata_ledger.ledger.kernel.people.requests import Requests
from mydata_ledger.ledger.kernel.people.timeline import TimelinePages
from mydata_ledger.ledger.kernel.world import World


@dataclass(frozen=True, slots=True, repr=False)
class PersonViews:
    """Reads logs and work items about one person, with a bound on the work for each answer."""

    timeline: TimelinePages
    overviews: Overviews
    relations: Relations

    @classmethod
    def of(cls, world: World, requests: Requests) -> PersonViews:
        """The component over one world."""
        timeline, counts = TimelinePages(world), RequestCounts(world, requests)
        return cls(timeline, Overviews(world, counts, timeline), Relations(world, counts, timeline))
