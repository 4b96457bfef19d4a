"""Audit: replay whole logs from their tiles against the chain, and recompute decisions from their receipts."""

from mydata_ledger.scripts.audit.auditor_file import AuditorFile
from mydata_ledger.scripts.audit.current import check_current
from mydata_ledger.scripts.audit.decisions import ChainHistory, ReplayCounts, replay_decisions
from mydata_ledger.scripts.audit.findings import EXIT, AuditFinding, AuditResult, FindingKind, result_of
from mydata_ledger.scripts.audit.held_statements import HeldStatements, read_facts
from mydata_ledger.scripts.audit.history import History
from mydata_ledger.scripts.audit.ledger_state import LedgerState, read_state
from mydata_ledger.scripts.audit.logs import LogReport, audit_log
from mydata_ledger.scripts.audit.rule_second import check_rule_second
from mydata_ledger.scripts.audit.source import TileSource

__all__ = [
    "EXIT",
    "AuditFinding",
    "AuditResult",
    "AuditorFile",
    "ChainHistory",
    "FindingKind",
    "HeldStatements",
    "History",
    "LedgerState",
    "LogReport",
    "ReplayCounts",
    "TileSource",
    "audit_log",
    "check_current",
    "check_rule_second",
    "read_facts",
    "read_state",
    "replay_decisions",
    "result_of",
]
