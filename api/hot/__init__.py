"""The evaluations of AuthZEN 1.0, which machines ask a thousand times a second: no framework on their way (ADR 15)."""

from mydata_ledger.api.hot.described import describe
from mydata_ledger.api.hot.door import HotDoor

__all__ = ["HotDoor", "describe"]
