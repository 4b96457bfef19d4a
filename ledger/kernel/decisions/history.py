"""look_back: what the answer to a question would have been at a moment of the past."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from mydata_ledger.ledger.access import AccessRequest, Decision, Facts, Incident
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.errors import InvalidStatement, NotFound
from mydata_ledger.ledger.kernel.decisions.search import RecordSearch
from mydata_ledger.ledger.kernel.work_items import ERASURE
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.past_states import HistoricState, Use, naming, states_at
from mydata_ledger.ledger.ports import AnchoredSize
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, RECORDS, AccessReceipt, LoggedStatement
from mydata_ledger.ledger.record import Record

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class PointInTime:
    """A second of the past (UTC), or the one at which the chain first held `size` statements of the consents log."""

    at: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class PastDecision:
    """The answer of that second, and what was on chain and at which block it was seen."""

    decision: Decision
    at: int
    consents_size: int
    records_size: int
    block: int


class DecisionHistory:
    """Everything accepted in or before the second counts, nothing after it, however the ledger has changed since."""

    def __init__(self, world: World, search: RecordSearch) -> None:
        self._world, self._search = world, search

    def decision_at(self, data_subject: bytes, question: AccessRequest, moment: PointInTime) -> PastDecision:
        """The answer to a question about one record then, as only the record's data subject may know.

        How long the chain had been silent then is not asked. Raises NotFound for a record that is not theirs,
        InvalidStatement for a moment that this database does not remember, ChainBehind.
        """
        record = self._world.index.record(question.record_id)
        if record is None or record.issue.data_subject != data_subject:
            raise NotFound
        question = replace(question, category=record.issue.category)
        asked = replace(question, requester=requester_name(data_subject))
        at = self._second(moment, self._search.log_search(asked).decided_at)
        facts = self._facts_then(question, record, at)
        return PastDecision(decide(question, facts, at), at, facts.consents_size, facts.records_size, facts.block)

    def _second(self, moment: PointInTime, now: int) -> int:
        at = self._world.past.reached(CONSENTS, moment.size) if moment.size else moment.at
        if at is None:
            raise InvalidStatement("the consents log has never been that large on chain")
        if not 0 <= at <= now:
            raise InvalidStatement("that moment is still to come; ask for one of the past")
        return at

    def _facts_then(self, question: AccessRequest, record: Record, at: int) -> Facts:
        world = self._world
        consents, records = self._sizes(CONSENTS, at), self._sizes(RECORDS, at)
        person, requester = record.issue.data_subject, world.past.party_at(question.requester, at)
        visible = list(_until(at, lambda after: world.index.statements_about(CONSENTS, person, after, PAGE)))
        used = self._uses(person, at)
        seen = HistoricState(
            anchored=consents.size,
            revealed=world.past.revealed_at([each.signed.entry.entry for each in visible], at).__contains__,
            outdated=world.past.outdated_at(at),
            used=lambda entry: used.get(entry, []),
        )
        states = naming(states_at(visible, seen, question.record_id), requester, at)
        known = Facts(
            record=None,
            requester=requester,
            incident=self._incident_then(question.incident, at),
            consents_size=consents.size,
            records_size=records.size,
            block=max(consents.block, records.block),
        )
        return known.about(self._record_then(record, records, at), states, at)

    def _sizes(self, log: str, at: int) -> AnchoredSize:
        sizes = self._world.past.sizes_at(log, at)
        if sizes is None:
            raise InvalidStatement("this database does not remember that moment; ask for a later one")
        return sizes

    def _record_then(self, record: Record, records: AnchoredSize, at: int) -> Record | None:
        issued = self._world.log.statement_at(RECORDS, record.position)
        if issued is None or issued.accepted_at > at:
            return None
        return replace(
            record, anchored=record.position < records.size, erased=record.erased and self._erased(record, at)
        )

    def _erased(self, record: Record, at: int) -> bool:
        """Whether it was erased by then; where the log's own time is not at hand, by what was signed."""
        paper = self._world.work_items.item(ERASURE, record.issue.record_id)
        if paper is None:
            return True
        logged = self._world.log.statement_at(RECORDS, paper.body["position"]) if "position" in paper.body else None
        return (logged.accepted_at if logged else int(paper.body["at"])) <= at

    def _incident_then(self, entry: bytes, at: int) -> Incident | None:
        logged = self._world.log.find(ACCESS, entry)
        said = logged.signed.statement if logged and logged.accepted_at <= at else None
        return said if isinstance(said, Incident) else None

    def _uses(self, person: bytes, at: int) -> dict[bytes, list[Use]]:
        """The uses of each consent."""
        used: dict[bytes, list[Use]] = defaultdict(list)
        for logged in _until(at, lambda after: self._world.index.receipts_of(person, after, PAGE)):
            said = logged.signed.statement
            if isinstance(said, AccessReceipt) and said.permitted:
                for entry in said.consents:
                    used[entry].append((said.decided_at, said.record_id))
        return used


def _until(at: int, page: Callable[[int], list[LoggedStatement]]) -> Iterator[LoggedStatement]:
    """Statements in their order, up to the second `at`."""
    after = -1
    while some := page(after):
        for logged in some:
            if logged.accepted_at > at:
                return
            yield logged
        after = some[-1].position
