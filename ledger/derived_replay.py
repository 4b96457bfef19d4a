"""Recomputing answers about derived records, where the list of their sources is held.

The list is checked against the id that the receipt names. Whether the record was fresh, and whether its builder might
still compute on its sources, is not in the logs: an answer that there was no such record stays open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mydata_ledger.ledger.access import AccessRequest, Decision, Reason
from mydata_ledger.ledger.derived import DerivedRecord, answer_about, is_own
from mydata_ledger.ledger.receipt import AccessReceipt, LoggedStatement
from mydata_ledger.ledger.record import Issue, Record
from mydata_ledger.ledger.replay import DecisionMembers, Replay
from mydata_ledger.ledger.replay_evidence import Evidence, Outcome


class DerivedReplay:
    """Recomputes receipts about derived records; `records` are those whose sources are held, by id."""

    def __init__(self, replay: Replay, evidence: Evidence, records: Mapping[bytes, DerivedRecord]) -> None:
        self._replay, self._path, self._records = replay, evidence.path, records

    def check(self, logged: LoggedStatement, receipt: AccessReceipt) -> Outcome:
        """Compare the receipt with the answers that follow from the sources; `derived` where they are not held."""
        record = self._records.get(receipt.record_id)
        issues = self._issues(record) if record and record.id == receipt.record_id else None
        if issues is None:
            return Outcome.DERIVED
        stated = (receipt.permitted, receipt.reason, receipt.consents, receipt.data_subject)
        if stated == (False, Reason.NO_RECORD, (), record.data_subject if record else b""):
            return Outcome.OPEN
        answers = list(self._answers(logged, receipt, issues))
        if stated not in answers:
            return Outcome.OTHER
        return Outcome.SAME if all(answer == stated for answer in answers) else Outcome.OPEN

    def _issues(self, record: DerivedRecord) -> list[Issue] | None:
        """The issues of the sources; None unless all are in the evidence, and are the ones that the list names."""
        found = [(source, self._replay.issue(source.record_id)) for source in record.sources]
        issues = [
            issue
            for source, issue in found
            if issue
            and (issue.category, issue.commitment) == (source.category, source.commitment)
            and issue.data_subject == record.data_subject
        ]
        return issues if len(issues) == len(found) else None

    def _answers(
        self, logged: LoggedStatement, receipt: AccessReceipt, issues: list[Issue]
    ) -> Iterator[DecisionMembers]:
        members = receipt.request_id, receipt.requester, receipt.record_id, receipt.category
        question, person = AccessRequest(*members, self._path(receipt.purpose), receipt.action), issues[0].data_subject
        if is_own(question, person):
            yield _members(Decision(True, Reason.OWN), person)
            return
        for shared in self._replay.unused_consents(logged, receipt):
            about = [
                shared.about(Record(issue, 0, bytes(32), anchored=True), shared.consents, receipt.decided_at)
                for issue in issues
            ]
            yield _members(answer_about(question, receipt.category, about, receipt.decided_at).decision, person)


def _members(decision: Decision, person: bytes) -> DecisionMembers:
    return decision.permitted, str(decision.reason), decision.consents, person
