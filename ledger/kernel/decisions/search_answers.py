"""What a question about many records is answered from its facts: pure functions, which ask no port."""

from __future__ import annotations

from collections.abc import Sequence

from mydata_ledger.ledger.access import EVERYTHING, AccessRequest, Decision, Facts, Found, Reason
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.kernel.decisions.evaluate import receipt_of
from mydata_ledger.ledger.receipt import AccessReceipt
from mydata_ledger.ledger.record import Record
from mydata_ledger.ledger.search import PageFacts, PersonFacts, PersonQuery

NO_INCIDENT = bytes(32)
SEARCHED = Decision(permitted=True, reason=Reason.SEARCHED)
Answers = list[tuple[Record, Decision]]


def person_answers(question: AccessRequest, facts: Facts, now: int) -> tuple[Answers | None, AccessReceipt]:
    """What may be read of a person's records; None where that is to be looked for after the receipt."""
    if not (isinstance(question, PersonQuery) and isinstance(facts, PersonFacts)):
        raise TypeError("this answers questions about persons")
    receipt = receipt_of(question, facts, SEARCHED, now, about=question.data_subject)
    return None if facts.each is None else readable(question, facts.each, now), receipt


def page_answers(question: AccessRequest, facts: Facts, now: int) -> tuple[Sequence[Found] | None, AccessReceipt]:
    """What a search found; None where that is to be looked for after the receipt."""
    if not isinstance(facts, PageFacts):
        raise TypeError("this answers searches")
    return facts.found, receipt_of(question, facts, SEARCHED, now)


def single(question: AccessRequest, facts: Facts, now: int) -> Decision:
    """The answer to the question about one record, as if it had been asked alone."""
    if facts.record is None:
        return Decision(permitted=False, reason=Reason.NO_RECORD)
    return decide(resolved(question, facts.record), facts, now)


def resolved(question: AccessRequest, record: Record) -> AccessRequest:
    """The question as one about this record: of any category means of its own."""
    category = record.issue.category if question.category == EVERYTHING else question.category
    asked = question.request_id, question.requester, record.issue.record_id, category, question.purposes
    return AccessRequest(*asked, question.action, question.incident, question.at_least)


def readable(question: AccessRequest, surveyed: Sequence[Facts], now: int) -> Answers:
    """The records that may be read, with what each rests on, without those whose person is hidden from the asker."""
    answers = [(facts.record, single(question, facts, now)) for facts in surveyed]
    return [(record, said) for record, said in answers if record and said.permitted and not _hides_person(said)]


def may_be_named(question: AccessRequest, facts: Facts, now: int) -> bool:
    """Whether the record may be read, and does not tell by being found whose it is where that is hidden."""
    decision = single(question, facts, now)
    return decision.permitted and not (question.incident != NO_INCIDENT and _hides_person(decision))


def _hides_person(decision: Decision) -> bool:
    return "pseudonymise" in decision.obligations
