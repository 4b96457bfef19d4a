"""Replay whole logs from their tiles against the chain, and decisions from their receipts: what an auditor runs."""

from mydata_ledger.scripts.audit.decisions import Decided, OnChain, replay_decisions
from mydata_ledger.scripts.audit.findings import EXIT, Finding, Kind, Result, result_of
from mydata_ledger.scripts.audit.held import Held, read_facts
from mydata_ledger.scripts.audit.history import History
from mydata_ledger.scripts.audit.known import Known
from mydata_ledger.scripts.audit.logs import Report, audit_log
from mydata_ledger.scripts.audit.source import Source

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
