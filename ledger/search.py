"""Questions about many records that are answered in the transaction that logs them, where that takes little time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mydata_ledger.ledger.access import AccessRequest, Facts, Found, SearchPosition

Permits = Callable[[AccessRequest, Facts, int], bool]
"""The rule about one of the records: question, facts and time (UTC seconds) to yes or no; calls no port."""


@dataclass(frozen=True, slots=True)
class PersonQuery(AccessRequest):
    """A question about every record of one person, whatever its category; at most `most` records are examined."""

    data_subject: bytes = b""
    most: int = 0


@dataclass(frozen=True, slots=True)
class PageQuery(AccessRequest):
    """A question about the first `limit` records after a search position; about `most` candidates are examined at most.
    `permits` may be called once for several records if nothing that it reads differs between them. `below` are the
    declared categories below the one that is asked about; the question includes them.
    """

    after: SearchPosition = (-1, -1)
    limit: int = 0
    most: int = 0
    permits: Permits = lambda _, __, ___: False
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DerivedQuery(AccessRequest):
    """A question about what was computed from records of one person; `record_id` is the id of the derived record.

    `builder` is the account that computed it, by the person's consent for `built_for` (a purpose, then those above it).
    At most `most` records of the person are examined.
    """

    data_subject: bytes = b""
    builder: str = ""
    built_for: tuple[str, ...] = ()
    most: int = 0


def searched_categories(request: AccessRequest) -> tuple[str, ...]:
    """The categories of the records that a search is about: its own, then those below it."""
    return (request.category, *request.below) if isinstance(request, PageQuery) else (request.category,)


@dataclass(frozen=True, slots=True)
class PersonFacts(Facts):
    """The facts for a question about a person: the facts about each record, oldest first. None if there are more
    records than may be examined, or if a consent counts uses that are not written yet.
    """

    each: tuple[Facts, ...] | None = None


@dataclass(frozen=True, slots=True)
class DerivedFacts(Facts):
    """The facts for a question about a derived record: the facts about each record of the person, oldest first, for the
    requester and, in the same order, for the builder. Uses of consents are not counted: each is taken as never used.
    None if there are more records than may be examined.
    """

    each: tuple[Facts, ...] | None = None
    built: tuple[Facts, ...] = ()


@dataclass(frozen=True, slots=True)
class PageFacts(Facts):
    """The records that a search found, in order, up to its limit; None as in `PersonFacts`."""

    found: tuple[Found, ...] | None = None
