"""Replay whole logs from their tiles against the chain, and decisions from their receipts: what an auditor runs."""

from scripts.audit.decisions import Decided, OnChain, replay_decisions
from scripts.audit.findings import EXIT, Finding, Kind, Result, result_of
from scripts.audit.held import Held, read_facts
from scripts.audit.history import History
from scripts.audit.known import Known
from scripts.audit.logs import Report, audit_log
from scripts.audit.source import Source

__all__ = [
    "EXIT",
    "Decided",
    "Finding",
    "Held",
    "History",
    "Kind",
    "Known",
    "OnChain",
    "Report",
    "Result",
    "Source",
    "audit_log",
    "read_facts",
    "replay_decisions",
    "result_of",
]
