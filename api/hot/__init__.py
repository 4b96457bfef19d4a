"""The evaluations of AuthZEN 1.0, which machines ask a thousand times a second: no framework on their way (ADR 15)."""

from api.hot.described import describe
from api.hot.door import HotDoor

__all__ = ["HotDoor", "describe"]
