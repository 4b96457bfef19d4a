"""Questions about many records that are answered in the step that logs them, where that takes no time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mydata_ledger.ledger.access import AccessRequest, Facts, Found, SearchPosition

Permits = Callable[[AccessRequest, Facts, int], bool]
"""The rule about one of the records: question, facts and the moment (UTC seconds); asks no port."""


@dataclass(frozen=True, slots=True)
class PersonQuery(AccessRequest):
    """A question about every record of one person, whatever its category; `most` records are looked at and no more."""

    data_subject: bytes = b""
    most: int = 0


@dataclass(frozen=True, slots=True)
class PageQuery(AccessRequest):
    """A question about the first `limit` records behind a place in the order of a search; about `most` candidates are
    looked at for it and no more. `permits` may be asked once for records of which nothing differs that it looks at.
    """

    after: SearchPosition = (-1, -1)
    limit: int = 0
    most: int = 0
    permits: Permits = lambda _, __, ___: False


@dataclass(frozen=True, slots=True)
class PersonFacts(Facts):
    """What is known to a question about a person: the facts about each record, oldest first; None where there are more
    than may be looked at, or where uses count that are not written yet.
    """

    each: tuple[Facts, ...] | None = None


@dataclass(frozen=True, slots=True)
class PageFacts(Facts):
    """What a search found, in order, up to its limit; None as above."""

    found: tuple[Found, ...] | None = None
