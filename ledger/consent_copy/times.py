"""Times and durations in the form of DPV's guide for consent records."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from mydata_ledger.ledger.consent import Grant
from mydata_ledger.ledger.terms import values

LATEST = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())


def moment(seconds: int) -> str:
    """A UTC second as an xsd:dateTime; times beyond the calendar give the last one."""
    return datetime.fromtimestamp(min(seconds, LATEST), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def retention(grant: Grant) -> dict[str, Any]:
    """How long the reader may keep the data: as the grant states, otherwise until it ends."""
    until = min(map(int, values(grant.terms(), "retain-until")), default=0)
    if until:
        return {"@type": ["dpv:UntilTimeDuration"], "rdf:value": moment(until)}
    return validity(grant.expires)


def validity(expires: int) -> dict[str, Any]:
    """The duration until a UTC second."""
    if expires >= LATEST:
        return {"@type": ["dpv:UntilEventDuration"], "rdf:value": "withdrawal of consent"}
    return {"@type": ["dpv:UntilTimeDuration"], "rdf:value": moment(expires)}
