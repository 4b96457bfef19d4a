"""The answers to questions about many records, as pure functions of the facts; they call no port."""

from __future__ import annotations

from collections.abc import Sequence

from mydata_ledger.ledger.access import AccessRequest, Decision, Facts, Found, Reason
from mydata_ledger.ledger.decide import about_own_category, decide
from mydata_ledger.ledger.kernel.decisions.evaluate import receipt_of
from mydata_ledger.ledger.receipt import AccessReceipt
from mydata_ledger.ledger.record import Record
from mydata_ledger.ledger.search import PageFacts, PersonFacts, PersonQuery

NO_INCIDENT = bytes(32)
SEARCHED = Decision(permitted=True, reason=Reason.SEARCHED)
Answers = list[tuple[Record, Decision]]


def person_answers(question: AccessRequest, facts: Facts, now: int) -> tuple[Answers | None, AccessReceipt]:
    """The readable records of a person; None if they must be computed after the receipt."""
    if not (isinstance(question, PersonQuery) and isinstance(facts, PersonFacts)):
        raise TypeError("this answers questions about persons")
    receipt = receipt_of(question, facts, SEARCHED, now, about=question.data_subject)
    return None if facts.each is None else readable_records(question, facts.each, now), receipt


def page_answers(question: AccessRequest, facts: Facts, now: int) -> tuple[Sequence[Found] | None, AccessReceipt]:
    """The records that a search found; None if they must be searched after the receipt."""
    if not isinstance(facts, PageFacts):
        raise TypeError("this answers searches")
    return facts.found, receipt_of(question, facts, SEARCHED, now)


def decide_single(question: AccessRequest, facts: Facts, now: int) -> Decision:
    """The answer to the question about one record, as if it were asked alone."""
    if facts.record is None:
        return Decision(permitted=False, reason=Reason.NO_RECORD)
    return decide(with_record_category(question, facts.record), facts, now)


def with_record_category(question: AccessRequest, record: Record) -> AccessRequest:
    """The question about this record; a category above the record's, or any, becomes the record's category."""
    category = about_own_category(question, record).category
    members = question.request_id, question.requester, record.issue.record_id, category, question.purposes
    return AccessRequest(*members, question.action, question.incident, question.at_least, question.emergency)


def readable_records(question: AccessRequest, facts_list: Sequence[Facts], now: int) -> Answers:
    """The records that may be read, with the decision on each, without those whose person is hidden from the
    requester.
    """
    answers = [(facts.record, decide_single(question, facts, now)) for facts in facts_list]
    return [
        (record, decision)
        for record, decision in answers
        if record and decision.permitted and not _hides_person(decision)
    ]


def may_be_named(question: AccessRequest, facts: Facts, now: int) -> bool:
    """Whether the record may be read, and finding it does not reveal a hidden person."""
    decision = decide_single(question, facts, now)
    return decision.permitted and not (question.incident != NO_INCIDENT and _hides_person(decision))


def _hides_person(decision: Decision) -> bool:
    return "pseudonymise" in decision.obligations
