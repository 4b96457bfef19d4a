"""What an auditor holds when decisions are recomputed, and what comes of one receipt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mydata_ledger.ledger.emergency import NOTHING, EmergencyScope
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.receipt import LoggedStatement


class Outcome(StrEnum):
    """The result of the recomputation of one receipt."""

    SAME = "same"
    OPEN = "open"
    OTHER = "other"
    SEARCH = "search"
    NOT_HELD = "not_held"
    DERIVED = "derived"
    """About a derived record: without the list of its sources it cannot be recomputed."""


@dataclass(frozen=True)
class Evidence:
    """The evidence that an auditor holds: statements with their positions in the logs, and what the chain recorded at
    which time.

    `parties` gives for an account which party it belonged to from which UTC second on. `revealed` gives by lock or
    digest when the chain marked it. `outdated` are the notices replaced by now, `erased`
    the records erased at an unknown time. `path` maps a purpose to itself and all purposes above it. `complete`
    promises that no other statement exists. `emergency` is what the vocabulary lets an emergency reach, and since when;
    `derived` are its categories of derived records, which are in no log.
    """

    statements: Sequence[LoggedStatement]
    parties: Mapping[str, Sequence[tuple[int, Party | None]]]
    path: Callable[[str], tuple[str, ...]]
    revealed: Mapping[bytes, int] = field(default_factory=dict)
    outdated: frozenset[bytes] = frozenset()
    erased: frozenset[bytes] = frozenset()
    complete: bool = False
    emergency: EmergencyScope = NOTHING
    derived: frozenset[str] = frozenset()
