"""Questions about one record: the permitted actions, and the parties that may access it."""

from __future__ import annotations

from dataclasses import replace

from mydata_ledger.ledger.access import AccessRequest, Decision, Facts
from mydata_ledger.ledger.consent import ACTIONS
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.errors import NotFound
from mydata_ledger.ledger.kernel.decisions.evaluate import Evaluation, receipt_of
from mydata_ledger.ledger.kernel.decisions.search import RecordSearch
from mydata_ledger.ledger.kernel.decisions.search_answers import SEARCHED, with_record_category
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import Party, requester_name
from mydata_ledger.ledger.receipt import AccessReceipt


class RecordQuestions:
    """Neither the answers nor their length depend on what is hidden from the caller."""

    def __init__(self, world: World, evaluation: Evaluation, search: RecordSearch) -> None:
        self._world, self._evaluation, self._search = world, evaluation, search

    def actions(self, requester: str, record_id: bytes, purpose: str) -> list[str]:
        """The actions that the requester may do with one record now for a purpose; empty for a record that does not
        exist.

        Raises UnknownTerm, ChainBehind.
        """
        question = self._search.question(requester, purpose, "view", record_id=record_id)
        return self._evaluation.answer(question, allowed)[0]

    def who_can_access(
        self, data_subject: bytes, record_id: bytes, purpose: str, action: str
    ) -> list[tuple[Party, Decision]]:
        """The accredited parties that may access the record now for a purpose; only its data subject may know.

        Raises NotFound for a record that is not theirs, UnknownTerm, ChainBehind.
        """
        record = self._world.index.record(record_id)
        if record is None or record.issue.data_subject != data_subject:
            raise NotFound
        question = self._evaluation.request(
            requester_name(data_subject), record_id, record.issue.category, purpose, action
        )
        now = self._search.log_search(question).decided_at
        questions = [(party, replace(question, requester=party.account)) for party in self._world.directory.parties()]
        answers = [
            (party, decide(party_question, self._world.index.facts(party_question, now), now))
            for party, party_question in questions
        ]
        return [(party, decision) for party, decision in answers if decision.permitted]


def allowed(question: AccessRequest, facts: Facts, now: int) -> tuple[list[str], AccessReceipt]:
    """Every action that the requester may do with the record, sorted."""
    resolved = with_record_category(question, facts.record) if facts.record else question
    members = resolved.request_id, resolved.requester, resolved.record_id, resolved.category, resolved.purposes
    rest = resolved.incident, resolved.at_least, resolved.emergency
    every = [AccessRequest(*members, action, *rest) for action in ACTIONS]
    permitted = sorted(
        action_question.action for action_question in every if decide(action_question, facts, now).permitted
    )
    return permitted, receipt_of(question, facts, SEARCHED, now)
