"""actions · who_can_access: what may be done with one record, and by whom."""

from __future__ import annotations

from dataclasses import replace

from mydata_ledger.ledger.access import AccessRequest, Decision, Facts
from mydata_ledger.ledger.consent import ACTIONS
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.errors import NotFound
from mydata_ledger.ledger.kernel.decisions.evaluate import Evaluation, receipt_of
from mydata_ledger.ledger.kernel.decisions.search import RecordSearch
from mydata_ledger.ledger.kernel.decisions.search_answers import SEARCHED, resolved
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import Party, requester_name
from mydata_ledger.ledger.receipt import AccessReceipt


class RecordQuestions:
    """Nothing in these answers and their length depends on what is hidden from the asker."""

    def __init__(self, world: World, evaluation: Evaluation, search: RecordSearch) -> None:
        self._world, self._evaluation, self._search = world, evaluation, search

    def actions(self, requester: str, record_id: bytes, purpose: str) -> list[str]:
        """What the requester may do with one record now for a purpose; nothing for a record that is not there.

        Raises UnknownTerm, ChainBehind.
        """
        question = self._search.question(requester, purpose, "view", record_id=record_id)
        return self._evaluation.answer(question, allowed)[0]

    def who_can_access(
        self, data_subject: bytes, record_id: bytes, purpose: str, action: str
    ) -> list[tuple[Party, Decision]]:
        """The accredited parties that would read the record now for a purpose, as only its data subject may know.

        Raises NotFound for a record that is not theirs, UnknownTerm, ChainBehind.
        """
        record = self._world.index.record(record_id)
        if record is None or record.issue.data_subject != data_subject:
            raise NotFound
        question = self._evaluation.request(
            requester_name(data_subject), record_id, record.issue.category, purpose, action
        )
        now = self._search.log_search(question).decided_at
        asked = [(party, replace(question, requester=party.account)) for party in self._world.directory.parties()]
        answers = [(party, decide(one, self._world.index.facts(one, now), now)) for party, one in asked]
        return [(party, decision) for party, decision in answers if decision.permitted]


def allowed(question: AccessRequest, facts: Facts, now: int) -> tuple[list[str], AccessReceipt]:
    """Every action that the requester may do with the record, sorted."""
    whole = resolved(question, facts.record) if facts.record else question
    asked = whole.request_id, whole.requester, whole.record_id, whole.category, whole.purposes
    every = [AccessRequest(*asked, action, whole.incident) for action in ACTIONS]
    found = sorted(one.action for one in every if decide(one, facts, now).permitted)
    return found, receipt_of(question, facts, SEARCHED, now)
