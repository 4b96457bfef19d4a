"""actions · who_can_access: what may be done with one record, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from mydata_ledger.ledger.access import AccessRequest, Decision, Facts
from mydata_ledger.ledger.consent import ACTIONS
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.errors import NotFound
from mydata_ledger.ledger.kernel.answers import receipt_of, requester_name
from mydata_ledger.ledger.kernel.searching import LARGEST_PAGE, SEARCHED, Searching, resolved
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.receipt import AccessReceipt

T = TypeVar("T")


class Questions(Searching):
    """Nothing in these answers and their length depends on what is hidden from the asker."""

    def leaf(self, question: AccessRequest, items: Sequence[T], cursor: str, limit: int) -> tuple[Sequence[T], str]:
        """The part of a whole answer that one page holds, and the cursor of the next, empty behind the last.

        Raises MalformedInput for a cursor of another question or ledger.
        """
        cursors = self._cursors
        start = cursors.open(question, cursor)[1] + 1
        end = start + min(limit, LARGEST_PAGE)
        return items[start:end], cursors.seal(question, (0, end - 1)) if end < len(items) else ""

    def actions(self, requester: str, record_id: bytes, purpose: str) -> list[str]:
        """What the requester may do with one record now for a purpose; nothing for a record that is not there.

        Raises UnknownTerm, ChainBehind.
        """
        question = self.question(requester, purpose, "view", record_id=record_id)
        ((found, _),) = self.answer_soon([(question, allowed)]).result()
        return found

    def who_can_access(
        self, data_subject: bytes, record_id: bytes, purpose: str, action: str
    ) -> list[tuple[Party, Decision]]:
        """The accredited parties that would read the record now for a purpose, as only its data subject may know.

        Raises NotFound for a record that is not theirs, UnknownTerm, ChainBehind.
        """
        record = self.world.store.record(record_id)
        if record is None or record.issue.data_subject != data_subject:
            raise NotFound
        question = self.request(requester_name(data_subject), record_id, record.issue.category, purpose, action)
        now = self.log_search(question).decided_at
        asked = [(party, replace(question, requester=party.account)) for party in self.world.store.parties()]
        answers = [(party, decide(one, self.world.store.facts(one, now), now)) for party, one in asked]
        return [(party, decision) for party, decision in answers if decision.permitted]


def allowed(question: AccessRequest, facts: Facts, now: int) -> tuple[list[str], AccessReceipt]:
    """Every action that the requester may do with the record, sorted."""
    whole = resolved(question, facts.record) if facts.record else question
    asked = whole.request_id, whole.requester, whole.record_id, whole.category, whole.purposes
    every = [AccessRequest(*asked, action, whole.incident) for action in ACTIONS]
    found = sorted(one.action for one in every if decide(one, facts, now).permitted)
    return found, receipt_of(question, facts, SEARCHED, now)
