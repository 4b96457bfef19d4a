"""Findings of an audit, each with a stable code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class FindingKind(StrEnum):
    """Kind of a finding. `UNANCHORED` may also come from a chain that was reset; all others are proof of a fault."""

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
    REVOCATION = "revocation_missed"
    UNFOUNDED = "revocation_not_on_chain"
    PARTY = "party_differs"
    RULE = "rule_second_changed"


class AuditResult(StrEnum):
    """Result of an audit."""

    WHOLE = "whole"
    BROKEN = "broken"
    UNKNOWN = "unknown"


EXIT = {AuditResult.WHOLE: 0, AuditResult.BROKEN: 1, AuditResult.UNKNOWN: 5}


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """One fault, with its log and a sentence that gives the position."""

    kind: FindingKind
    log: str
    text: str

    def as_json(self) -> dict[str, str]:
        """The finding as a JSON value."""
        return {"finding": self.kind, "log": self.log, "text": self.text}


def result_of(findings: Iterable[AuditFinding]) -> AuditResult:
    """The worst finding decides; without findings the result is whole."""
    kinds = {finding.kind for finding in findings}
    if kinds - {FindingKind.UNANCHORED}:
        return AuditResult.BROKEN
    return AuditResult.UNKNOWN if kinds else AuditResult.WHOLE
