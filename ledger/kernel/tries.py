"""Tries of a work item: each is counted before it begins, and repeated with growing delays until none remains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.ports import WorkItems
from mydata_ledger.ledger.work_item import WorkItem

RETRY_DELAYS = (5, 30, 120, 600, 3_600, 6 * 3_600, 24 * 3_600)
"""Seconds before each retry; after the last one the item is given up, and that stays visible."""
MOST_TRIES = len(RETRY_DELAYS) + 1
INTERRUPTED = "the last try did not end"


def has_tries(item: WorkItem, delays: Sequence[int] = RETRY_DELAYS) -> bool:
    """Whether another try remains: the first one, and one after each delay."""
    return bool(item.body["attempts"] <= len(delays))


def begin_try(items: WorkItems, item: WorkItem, **changes: Any) -> WorkItem | None:
    """Take the item for one try, by compare-and-set. The try is counted before it begins, so that one which ends the
    process counts too. None if another process took the item.
    """
    body = {**item.body, "attempts": item.body["attempts"] + 1}
    return items.file(replace(item, body=body, **changes))


def next_try(item: WorkItem, now: int, delays: Sequence[int] = RETRY_DELAYS) -> int | None:
    """When to try again after a try that failed (UTC seconds); None if no try remains."""
    return now + delays[item.body["attempts"] - 1] if has_tries(item, delays) else None


def reason_of(error: Exception) -> str:
    """Why a try failed: the code of an error of the ledger, or the type of another one and where it was raised. What
    the error says is left out, because it may name people.
    """
    if isinstance(error, LedgerError):
        return error.code
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" in {trace.tb_frame.f_globals.get('__name__', '?')}, line {trace.tb_lineno}" if trace else ""
    return type(error).__name__ + place
