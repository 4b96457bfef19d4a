"""Counts people by criteria, over profiles that were opened for that."""

from __future__ import annotations

from collections.abc import Iterable

from mydata_ledger.formats.profile.facts import Profile
from mydata_ledger.formats.profile.matching import Criteria, matches
from mydata_ledger.ledger.kernel import Figure, OpenedDerived

TABLE = "people counted for trials"
"""Counts of a requester under any criteria are compared with each other."""


def figure_of(opened: Iterable[OpenedDerived], criteria: Criteria, least: int) -> Figure:
    """The figure about the people who meet the criteria, as far as their consents let the requester see.

    It may be about no group below `least`, or below the limit of a consent in it.
    """
    people: dict[bytes, bytes] = {}
    for one in opened:
        visible = Profile.from_json(one.content).visible(one.open, one.at_time)
        if matches(visible, criteria, one.at_time):
            people[one.data_subject], least = b"", max(least, one.least)
    return Figure(repr(criteria), people, least)
