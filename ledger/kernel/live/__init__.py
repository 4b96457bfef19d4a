"""Live updates: which lists of which accounts changed since the last poll, whoever changed them (ADR 75)."""

from mydata_ledger.ledger.kernel.live.changes import ChangedList, ListChange, account_of
from mydata_ledger.ledger.kernel.live.watch import ChangeWatch, LiveUpdates

__all__ = ["ChangeWatch", "ChangedList", "ListChange", "LiveUpdates", "account_of"]
