"""Check that a ledger keeps the second from which emergency access has its scope (ADR 55)."""

from __future__ import annotations

from collections.abc import Iterable

from mydata_ledger.ledger.receipt import ACCESS
from mydata_ledger.scripts.audit.auditor_file import AuditorFile
from mydata_ledger.scripts.audit.findings import AuditFinding, FindingKind


def check_rule_second(auditor_file: AuditorFile, seconds: Iterable[int]) -> list[AuditFinding]:
    """Compare the seconds (UTC) that the ledger gives with the one that the auditor noted first, which stays noted.

    With a later second, decisions of the wider rule could be made today and pass as earlier ones.
    """
    findings = []
    for since in dict.fromkeys(seconds):
        if auditor_file.rule_since is None:
            auditor_file.rule_since = since
        elif since != auditor_file.rule_since:
            text = f"the rule is said to hold from second {since}; second {auditor_file.rule_since} was noted before"
            findings.append(AuditFinding(FindingKind.RULE, ACCESS, text))
    return findings
