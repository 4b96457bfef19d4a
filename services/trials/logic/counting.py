"""Counts people by criteria, over profiles that were opened for that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mydata_ledger.formats.profile.facts import Profile
from mydata_ledger.formats.profile.kind import CLINICAL_PROFILE
from mydata_ledger.formats.profile.matching import Criteria, matches
from mydata_ledger.ledger.kernel import Figure, Kernel, OpenedDerived

BACKGROUND = "trials count"
"""The kind of the background questions for counts."""
MOST_AT_ONCE = 5_000
"""People whose consents name the caller, up to which a count is answered in the request itself: about 15 seconds."""
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


@dataclass(frozen=True, slots=True)
class CountQuestion:
    """Whom to count, for which purpose, and the smallest group (`least`) that a number may be about."""

    purpose: str
    criteria: Criteria
    least: int


def people_counted(kernel: Kernel, requester: str, question: CountQuestion, most: int | None = None) -> int | None:
    """How many people meet the criteria; None if disclosure control withholds it.

    Who is looked at, and what is withheld, is decided now. Raises TooManyPeople for more than `most`, UnknownTerm,
    ChainBehind, SourceUnavailable.
    """
    opened = kernel.derived.questions.compute(CLINICAL_PROFILE, requester, question.purpose, most)
    figure = figure_of(opened, question.criteria, question.least)
    (is_given,) = kernel.decisions.figures.passes_disclosure_control(requester, TABLE, [figure], across=True)
    return len(figure.parts) if is_given else None
