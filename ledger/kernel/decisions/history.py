"""Past decisions: what the answer to a question would have been at a past moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from mydata_ledger.ledger.access import SELF_VIEW, AccessRequest, Decision, Facts
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.errors import InvalidStatement, NotFound
from mydata_ledger.ledger.kernel.decisions.search import RecordSearch
from mydata_ledger.ledger.kernel.work_items import ERASURE
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.past_states import HistoricState, Use, delegations_at, naming, states_at
from mydata_ledger.ledger.ports import AnchoredSize
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, RECORDS, AccessReceipt, LoggedStatement, emergency_of
from mydata_ledger.ledger.record import Record

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class PointInTime:
    """A past second (UTC), or the second at which the chain first held `size` statements of the consents log."""

    at_time: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class PastDecision:
    """The answer as of that second, the anchored sizes then, and the block in which they were read."""

    decision: Decision
    at_time: int
    consents_size: int
    records_size: int
    block: int


class DecisionHistory:
    """Everything that was accepted in or before the second counts, and nothing later, whatever changed since."""

    def __init__(self, world: World, search: RecordSearch) -> None:
        self._world, self._search = world, search

    def decision_at(self, data_subject: bytes, question: AccessRequest, moment: PointInTime) -> PastDecision:
        """The answer to a question about one record at a past moment; only the record's data subject may know it.

        It does not check how long the chain had been silent then. Raises NotFound for a record that is not theirs,
        InvalidStatement for a moment before this database's history, ChainBehind.
        """
        record = self._world.index.record(question.record_id)
        if record is None or record.issue.data_subject != data_subject:
            raise NotFound
        question = replace(question, category=record.issue.category, emergency=self._world.vocabulary.emergency)
        logged_question = replace(question, requester=requester_name(data_subject))
        at_time = self._resolve_time(moment, self._search.log_search(logged_question).decided_at)
        facts = self._facts_at(question, record, at_time)
        return PastDecision(
            decide(question, facts, at_time), at_time, facts.consents_size, facts.records_size, facts.block
        )

    def _resolve_time(self, moment: PointInTime, now: int) -> int:
        at_time = self._world.past.reached(CONSENTS, moment.size) if moment.size else moment.at_time
        if at_time is None:
            raise InvalidStatement("the consents log has never been that large on chain")
        if not 0 <= at_time <= now:
            raise InvalidStatement("that moment is still to come; ask for one of the past")
        return at_time

    def _facts_at(self, question: AccessRequest, record: Record, at_time: int) -> Facts:
        world = self._world
        consents, records = self._sizes_at(CONSENTS, at_time), self._sizes_at(RECORDS, at_time)
        person, requester = record.issue.data_subject, world.past.party_at(question.requester, at_time)
        visible = list(_until(at_time, lambda after: world.index.statements_about(CONSENTS, person, after, PAGE)))
        used = self._uses(person, at_time)
        marked = world.past.revealed_at([each.signed.entry.entry for each in visible], at_time)
        historic_state = HistoricState(
            anchored=consents.size,
            revealed=lambda entry: entry.entry in marked,
            outdated=world.past.outdated_at(at_time),
            used=lambda entry: used.get(entry, []),
        )
        states = naming(states_at(visible, historic_state, question.record_id), requester, at_time)
        shared_facts = Facts(
            record=None,
            requester=requester,
            incident=emergency_of(question.incident, lambda entry: self._declared_at(entry, at_time)),
            consents_size=consents.size,
            records_size=records.size,
            block=max(consents.block, records.block),
        )
        is_own_view = question.purpose == SELF_VIEW
        delegations = delegations_at(visible, historic_state, question.requester) if is_own_view else ()
        return shared_facts.about(self._record_at(record, records, at_time), states, at_time, delegations)

    def _sizes_at(self, log: str, at_time: int) -> AnchoredSize:
        sizes = self._world.past.sizes_at(log, at_time)
        if sizes is None:
            raise InvalidStatement("this database does not remember that moment; ask for a later one")
        return sizes

    def _record_at(self, record: Record, records: AnchoredSize, at_time: int) -> Record | None:
        issued = self._world.log.statement_at(RECORDS, record.position)
        if issued is None or issued.accepted_at > at_time:
            return None
        return replace(
            record, anchored=record.position < records.size, erased=record.erased and self._was_erased(record, at_time)
        )

    def _was_erased(self, record: Record, at_time: int) -> bool:
        """Whether it was erased by then; if the log position is unknown, according to the signed time."""
        item = self._world.work_items.item(ERASURE, record.issue.record_id)
        if item is None:
            return True
        logged = self._world.log.statement_at(RECORDS, item.body["position"]) if "position" in item.body else None
        return (logged.accepted_at if logged else int(item.body["at"])) <= at_time

    def _declared_at(self, entry: bytes, at_time: int) -> LoggedStatement | None:
        logged = self._world.log.find(ACCESS, entry)
        return logged if logged and logged.accepted_at <= at_time else None

    def _uses(self, person: bytes, at_time: int) -> dict[bytes, list[Use]]:
        """The uses of each consent."""
        used: dict[bytes, list[Use]] = defaultdict(list)
        for logged in _until(at_time, lambda after: self._world.index.receipts_of(person, after, PAGE)):
            receipt = logged.signed.statement
            if isinstance(receipt, AccessReceipt) and receipt.permitted:
                for entry in receipt.consents:
                    used[entry].append((receipt.decided_at, receipt.record_id))
        return used


def _until(at_time: int, page: Callable[[int], list[LoggedStatement]]) -> Iterator[LoggedStatement]:
    """Statements in order, up to the second `at_time`."""
    after = -1
    while statements := page(after):
        for logged in statements:
            if logged.accepted_at > at_time:
                return
            yield logged
        after = statements[-1].position
