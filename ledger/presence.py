"""Which statements a ledger may have had at a moment, as far as log positions and times of acceptance tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mydata_ledger.ledger.receipt import LoggedStatement

SLACK = 3
"""Seconds by which the acceptance time of a statement may be wrong relative to a decision."""


def presence_options(logged: LoggedStatement | None, anchored: int, now: int) -> set[bool]:
    """Whether a statement was present at a moment: yes, no, or both are possible."""
    if logged is None:
        return {False}
    if logged.position < anchored or logged.accepted_at < now - SLACK:
        return {True}
    return {False, True} if logged.accepted_at <= now + SLACK else {False}


def possible_prefixes(
    statements: Sequence[LoggedStatement], anchored: int, now: int
) -> Iterator[Sequence[LoggedStatement]]:
    """The possible prefixes of a person's statements at a moment: a log is read in its order."""
    presence = [presence_options(each, anchored, now) for each in statements]
    least = max((n + 1 for n, options in enumerate(presence) if options == {True}), default=0)
    most = next((n for n in range(least, len(statements)) if True not in presence[n]), len(statements))
    for count in range(least, most + 1):
        yield statements[:count]
