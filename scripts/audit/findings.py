"""What an audit may find, each by one name that does not change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class FindingKind(StrEnum):
    """One kind of trouble. `UNANCHORED` cannot be told from a chain that was set back; all others are proof."""

    UNSIGNED = "checkpoint_unsigned"
    ORIGIN = "origin_changed"
    SHRUNK = "log_shrunk"
    FORK = "log_forked"
    CHECKPOINT = "checkpoint_not_from_tiles"
    MISSING = "tile_missing"
    TILE = "tile_altered"
    ENTRY = "entry_altered"
    DROPPED = "entry_dropped"
    ROOT = "root_rewritten"
    LEAF = "leaf_not_on_chain"
    NOT_GROWING = "chain_log_not_growing"
    UNANNOUNCED = "chain_head_without_event"
    UNANCHORED = "checkpoint_not_on_chain"
    STATEMENT = "statement_not_in_log"
    SIGNATURE = "statement_not_signed"
    DECISION = "decision_differs"


class AuditResult(StrEnum):
    """What an audit may end in."""

    WHOLE = "whole"
    BROKEN = "broken"
    UNKNOWN = "unknown"


EXIT = {AuditResult.WHOLE: 0, AuditResult.BROKEN: 1, AuditResult.UNKNOWN: 5}


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """One thing that is not as it should be: in which log, and where in it."""

    kind: FindingKind
    log: str
    text: str

    def as_json(self) -> dict[str, str]:
        """For programs."""
        return {"finding": self.kind, "log": self.log, "text": self.text}


def result_of(findings: Iterable[AuditFinding]) -> AuditResult:
    """The worst of them decides; none is whole."""
    kinds = {finding.kind for finding in findings}
    if kinds - {FindingKind.UNANCHORED}:
        return AuditResult.BROKEN
    return AuditResult.UNKNOWN if kinds else AuditResult.WHOLE
