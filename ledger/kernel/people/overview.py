"""The overview of a person: what is open, who may read, what was read lately, what there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from mydata_ledger.ledger.access import Reason
from mydata_ledger.ledger.consent_request import DAY
from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.kernel.consents.acting import Covers
from mydata_ledger.ledger.kernel.people.request_counts import RequestCounts
from mydata_ledger.ledger.kernel.people.timeline import TimelinePages
from mydata_ledger.ledger.kernel.work_items import INCIDENT_NOTICE
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.live_permits import LivePermit, live_permits
from mydata_ledger.ledger.party import ROLE_PREFIX, Party, requester_name
from mydata_ledger.ledger.receipt import ACCESS, EMERGENCY_CATEGORY, AccessReceipt, LoggedStatement, category_of_access
from mydata_ledger.ledger.record import CategoryCount

DAYS, INCIDENTS_WITHIN = 7, 30 * DAY
EXAMINED, AT_ONCE, MOST_INCIDENTS = 5_000, 500, 100


@dataclass(frozen=True, slots=True)
class DayOfReads:
    """The questions of others about a person on one day (ISO 8601): what was permitted, refused, and searches,
    which release nothing.
    """

    day: str
    permitted: int
    refused: int
    searched: int


@dataclass(frozen=True, slots=True)
class DelegateActivity:
    """The last time (UTC seconds) at which a delegate acted for the person in those days."""

    account: str
    name: str
    relation: str
    acted_at: int


@dataclass(frozen=True, slots=True)
class PersonOverview:
    """What an overview shows. `is_complete` is false if there were more lines in these days than are examined: the
    earliest days are then too low.
    """

    open_requests: int
    permits: Sequence[LivePermit]
    has_consented: bool
    days: Sequence[DayOfReads]
    is_complete: bool
    counts: Sequence[CategoryCount]
    incidents: Sequence[LoggedStatement]
    delegates: Sequence[DelegateActivity]


class Overviews:
    """One answer for the first page after a sign-in; the work for it is bounded, but for the person's own consents."""

    def __init__(self, world: World, requests: RequestCounts, timeline: TimelinePages) -> None:
        self._world, self._requests, self._timeline = world, requests, timeline

    def of(self, person: bytes, zone: ZoneInfo, covers: Covers) -> PersonOverview:
        """The overview of a person, without what is about categories that `covers` does not take."""
        world, now = self._world, self._world.clock.now()
        first = first_second(now, zone)
        lines, is_complete = self._lines(person, first, covers)
        every = world.index.consents_of(person)
        permits = live_permits(every, self._find_party, world.vocabulary, now)
        consents = [state.consent for state in every if covers(state.consent.categories)]
        signed = {requester_name(one.signer): one.signed_at for one in consents if one.signed_at >= first}
        return PersonOverview(
            open_requests=self._requests.open(person, covers),
            permits=[one for one in permits if covers(one.state.consent.categories)],
            has_consented=bool(consents),
            days=days_of(now, zone, lines, self._timeline.own_reading(person, lines)),
            is_complete=is_complete,
            counts=[each for each in world.index.record_counts(person) if covers((each.newest.issue.category,))],
            incidents=self._incidents(person, now) if covers((EMERGENCY_CATEGORY,)) else (),
            delegates=self._delegates(person, lines, signed),
        )

    def _lines(self, person: bytes, first: int, covers: Covers) -> tuple[list[LoggedStatement], bool]:
        """The lines since `first` that the caller sees, newest first, and whether these are all."""
        found: list[LoggedStatement] = []
        position = 2**62
        while len(found) < EXAMINED:
            page = self._world.index.statements_before(ACCESS, person, position, AT_ONCE)
            found += [line for line in page if covers((category_of_access(line.signed.statement),))]
            if not page or page[-1].accepted_at < first:
                return [line for line in found if line.accepted_at >= first], True
            position = page[-1].position
        return found[:EXAMINED], False

    def _incidents(self, person: bytes, now: int) -> list[LoggedStatement]:
        """The emergencies that were declared in the last 30 days, newest first."""
        items = self._world.work_items.items(INCIDENT_NOTICE, person=person, limit=MOST_INCIDENTS)
        found = [logged for item in items if (logged := self._world.log.find(ACCESS, item.id))]
        lately = [logged for logged in found if logged.accepted_at > now - INCIDENTS_WITHIN]
        return sorted(lately, key=lambda logged: -logged.position)

    def _delegates(
        self, person: bytes, lines: Sequence[LoggedStatement], signed: Mapping[str, int]
    ) -> list[DelegateActivity]:
        """The delegates who looked, read or signed for the person in these days, by the time they last did."""
        last = dict(signed)
        for line in lines:
            if isinstance(receipt := line.signed.statement, AccessReceipt):
                last[receipt.requester] = max(last.get(receipt.requester, 0), receipt.decided_at)
        delegations = [state.delegation for state in self._world.index.delegations_of(person)]
        newest = {requester_name(one.delegate): one for one in delegations if not one.on_paper}
        acted = [
            DelegateActivity(account, one.delegate_name, one.relation, last[account])
            for account, one in newest.items()
            if account in last
        ]
        return sorted(acted, key=lambda one: -one.acted_at)

    def _find_party(self, grantee: str) -> Party | None:
        if not grantee.startswith(ROLE_PREFIX):
            return self._world.directory.party(grantee)
        role, now = grantee.removeprefix(ROLE_PREFIX), self._world.clock.now()
        return next((party for party in self._world.directory.parties() if party.plays(role, now)), None)


def first_second(now: int, zone: ZoneInfo) -> int:
    """The first second (UTC) of the earliest of the days that end with today in the zone."""
    first = datetime.fromtimestamp(now, zone).date() - timedelta(days=DAYS - 1)
    return int(datetime(first.year, first.month, first.day, tzinfo=zone).timestamp())


def days_of(now: int, zone: ZoneInfo, lines: Sequence[LoggedStatement], own: Set[int]) -> list[DayOfReads]:
    """The questions of others on each of the days, oldest first; `own` has the positions of the person's own."""
    today = datetime.fromtimestamp(now, zone).date()
    counts = {(today - timedelta(days=n)).isoformat(): [0, 0, 0] for n in reversed(range(DAYS))}
    for line in lines:
        receipt = line.signed.statement
        if isinstance(receipt, AccessReceipt) and line.position not in own:
            day = datetime.fromtimestamp(receipt.decided_at, zone).date().isoformat()
            kind = 1 if not receipt.permitted else 2 if receipt.reason == Reason.SEARCHED else 0
            if day in counts:
                counts[day][kind] += 1
    return [DayOfReads(day, *numbers) for day, numbers in counts.items()]


def zone_named(name: str) -> ZoneInfo:
    """The time zone of an IANA name. Raises InvalidStatement."""
    if name not in zone_names():
        raise InvalidStatement("no time zone has this name; use one of the IANA database, such as Asia/Seoul")
    return ZoneInfo(name)


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """The names of all time zones of the IANA database."""
    return frozenset(available_timezones())
