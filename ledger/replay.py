"""Replay: an independent recomputation of a decision from its receipt (invariant 11).

The receipt states the question, the time, and the anchored sizes that the decision rests on; the logged statements give
the rest. A statement that takes effect at once (a withdrawal, a newer version, an erasure) is ordered against receipts
only by the operator's clock, so close to the time of the decision either order is possible. Every possible state is
decided. The outcome is `same` if all states give the answer of the receipt, `open` if some do, and `other` if none
does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product

from mydata_ledger.ledger.access import AccessRequest, ConsentState, Decision, Facts, Reason
from mydata_ledger.ledger.collection import COLLECT, PlannedRecord, holder_of, is_contact, possible
from mydata_ledger.ledger.commitment.entry import NO_LOCK, Entry, lock_of
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.emergency import Emergency, EmergencyScope, Incident, IncidentExtension
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.past_states import HistoricState, Use, naming, possible_delegations, readings, states_at
from mydata_ledger.ledger.presence import SLACK, possible_prefixes, presence_options
from mydata_ledger.ledger.receipt import AccessReceipt, LoggedStatement, emergency_of
from mydata_ledger.ledger.record import Erasure, Issue, Record
from mydata_ledger.ledger.replay_evidence import Evidence, Outcome

DecisionMembers = tuple[bool, str, tuple[bytes, ...], bytes]
LAG = 60
"""Seconds by which an operator may be behind the chain and still answer (`Bounds.chain_silence`)."""


class Replay:
    """Recomputes receipts from evidence."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._consents: dict[bytes, list[LoggedStatement]] = defaultdict(list)
        self._issues: dict[bytes, LoggedStatement] = {}
        self._erasures: dict[bytes, LoggedStatement] = {}
        self._incidents: dict[bytes, LoggedStatement] = {}
        self._uses: dict[bytes, list[tuple[int, Use]]] = defaultdict(list)
        self._marked = dict(evidence.revealed)
        for logged in sorted(evidence.statements, key=lambda statement: statement.position):
            self._index_statement(logged)

    def _index_statement(self, logged: LoggedStatement) -> None:
        match logged.signed.statement:
            case Consent() | Revocation() | Delegation() as statement:
                self._consents[statement.data_subject].append(logged)
                if isinstance(statement, Revocation) and statement.secret != NO_LOCK:
                    self._mark(lock_of(statement.secret), logged.accepted_at)
            case Issue() as issue:
                self._issues.setdefault(issue.record_id, logged)
            case Erasure() as erasure:
                self._erasures.setdefault(erasure.record_id, logged)
            case Incident() | IncidentExtension():
                self._incidents[logged.signed.entry.entry] = logged
            case AccessReceipt(permitted=True) as receipt:
                for entry in receipt.consents:
                    self._uses[entry].append((logged.position, (receipt.decided_at, receipt.record_id)))

    def _mark(self, lock: bytes, at_time: int) -> None:
        """A secret ends every statement of its lock when it is accepted here, or on chain if that is earlier."""
        self._marked[lock] = min(self._marked.get(lock, at_time), at_time)

    def check(self, logged: LoggedStatement, receipt: AccessReceipt) -> Outcome:
        """Compare the receipt with the decisions that follow from the evidence."""
        if receipt.reason == Reason.SEARCHED:
            return Outcome.SEARCH if receipt.permitted and not receipt.consents else Outcome.OTHER
        if receipt.category in self._evidence.derived and receipt.record_id not in self._issues:
            return Outcome.DERIVED
        if receipt.record_id not in self._issues and not self._evidence.complete and not self._planned(receipt):
            return Outcome.NOT_HELD
        stated = (receipt.permitted, receipt.reason, receipt.consents, receipt.data_subject)
        answers = self._answers(logged, receipt, self._evidence.emergency)
        if stated not in answers:
            # the clock may have been before the second of the scope, which decides nothing any more
            strict = self._answers(logged, receipt, self._evidence.emergency.always)
            return Outcome.OPEN if stated in strict else Outcome.OTHER
        return Outcome.SAME if all(answer == stated for answer in answers) else Outcome.OPEN

    def _answers(
        self, logged: LoggedStatement, receipt: AccessReceipt, emergency: EmergencyScope
    ) -> list[DecisionMembers]:
        """The answers that follow from the evidence, in every state in which the decision may have been made."""
        request = replace(_request(receipt, self._evidence), emergency=emergency)
        return [
            _answer(decide(replace(request, planned=planned), facts, receipt.decided_at), facts)
            for planned in self._planned(receipt) or (None,)
            for facts in self._possible_facts(logged, receipt, planned)
        ]

    def _planned(self, receipt: AccessReceipt) -> Sequence[PlannedRecord]:
        """The records that a collection or a message would make which the receipt may be about. Empty for a receipt
        about a record, whose id does not begin with the account of a party, and for one that names nobody: a question
        about what is planned names the person.
        """
        holder, person = holder_of(receipt.record_id), receipt.data_subject
        if not person or holder not in self._evidence.parties or receipt.record_id in self._issues:
            return []
        if is_contact(receipt.requester, receipt.record_id, receipt.action):
            return [PlannedRecord(person, holder, receipt.category, action=receipt.action)]
        if receipt.action != COLLECT:
            return []
        statements = [logged.signed.statement for logged in self._consents[person]]
        grants = [grant for consent in statements if isinstance(consent, Consent) for grant in consent.grants]
        return possible(receipt.record_id, person, receipt.category, grants)

    def _possible_facts(
        self, logged: LoggedStatement, receipt: AccessReceipt, planned: PlannedRecord | None
    ) -> Iterator[Facts]:
        """The facts of every state in which the decision may have been made."""
        now = receipt.decided_at
        emergency = emergency_of(receipt.justification, lambda entry: self._declared(entry, logged.position))
        records = [planned.record()] if planned else self._records(receipt)
        for record, requester in product(records, self._requesters(receipt.requester, now)):
            statements = self._consents[record.issue.data_subject] if record else []
            prefixes = list(possible_prefixes(statements, receipt.consents_size, now))
            for visible, late, stale in product(prefixes, (False, True), self._notices(statements)):
                historic_state = self._historic_state(logged, receipt, late, stale)
                states = naming(states_at(visible, historic_state, receipt.record_id), requester, now)
                facts = _facts(record, requester, states, emergency, receipt)
                for delegations in possible_delegations(visible, historic_state, receipt):
                    yield replace(facts, delegations=delegations)

    def issue(self, record_id: bytes) -> Issue | None:
        """The issue of a record, if it is in the evidence."""
        issued = self._issues.get(record_id)
        statement = issued.signed.statement if issued else None
        return statement if isinstance(statement, Issue) else None

    def unused_consents(self, logged: LoggedStatement, receipt: AccessReceipt) -> Iterator[Facts]:
        """The consents of the person to the requester, as if never used, in every state in which it may have been
        decided.
        """
        now, statements = receipt.decided_at, self._consents[receipt.data_subject]
        prefixes = possible_prefixes(statements, receipt.consents_size, now)
        options = product(self._requesters(receipt.requester, now), prefixes, (False, True), self._notices(statements))
        for requester, visible, late, stale in options:
            historic_state = replace(self._historic_state(logged, receipt, late, stale), used=lambda _: ())
            states = naming(states_at(visible, historic_state, receipt.record_id), requester, now)
            yield _facts(None, requester, states, None, receipt)

    def _declared(self, entry: bytes, before: int) -> LoggedStatement | None:
        """The incident or extension with this entry that was in the log before a position."""
        logged = self._incidents.get(entry)
        return logged if logged and logged.position < before else None

    def _records(self, receipt: AccessReceipt) -> list[Record | None]:
        """The possible states of the record: not issued yet, issued, erased."""
        issued, erased = self._issues.get(receipt.record_id), self._erasures.get(receipt.record_id)
        if issued is None or not isinstance(issued.signed.statement, Issue):
            return [None]
        unknown = receipt.record_id in self._evidence.erased and erased is None
        erased_options = (
            {False, True} if unknown else presence_options(erased, receipt.records_size, receipt.decided_at)
        )
        issued_options = presence_options(issued, receipt.records_size, receipt.decided_at)
        entry, is_anchored = issued.signed.entry.entry, issued.position < receipt.records_size
        records: list[Record | None] = [None] if False in issued_options else []
        if True in issued_options:
            records += [
                Record(issue, issued.position, entry, is_anchored, erased=is_erased)
                for issue in readings(issued.signed.statement)
                for is_erased in sorted(erased_options)
            ]
        return records

    def _requesters(self, account: str, now: int) -> list[Party | None]:
        """The parties that the directory may have had under that account at a moment."""
        spans = self._evidence.parties.get(account, ())
        before = [party for since, party in spans if since <= now - LAG]
        around = [party for since, party in spans if now - LAG < since <= now + SLACK]
        return [before[-1] if before else None, *around]

    def _notices(self, statements: Iterable[LoggedStatement]) -> tuple[bool, ...]:
        hashes = {getattr(each.signed.statement, "notice_hash", b"") for each in statements}
        return (False, True) if hashes & self._evidence.outdated else (False,)

    def _historic_state(
        self, receipt_entry: LoggedStatement, receipt: AccessReceipt, late: bool, stale: bool
    ) -> HistoricState:
        return HistoricState(
            anchored=receipt.consents_size,
            revealed=lambda entry: self._is_revealed(entry, receipt.decided_at, late),
            outdated=self._evidence.outdated if stale else frozenset(),
            used=lambda entry: [use for position, use in self._uses[entry] if position < receipt_entry.position],
        )

    def _is_revealed(self, entry: Entry, now: int, late: bool) -> bool:
        """Whether the operator knew of the mark that ended the consent; with `late`, at the latest permitted time."""
        times = [self._marked[mark] for mark in (entry.entry, entry.lock, entry.digest) if mark in self._marked]
        return any(at_time <= (now - LAG if late else now + SLACK) for at_time in times)


def _request(receipt: AccessReceipt, evidence: Evidence) -> AccessRequest:
    return AccessRequest(
        request_id=receipt.request_id,
        requester=receipt.requester,
        record_id=receipt.record_id,
        category=receipt.category,
        purposes=evidence.path(receipt.purpose),
        action=receipt.action,
        incident=receipt.justification,
    )


def _answer(decision: Decision, facts: Facts) -> DecisionMembers:
    data_subject = facts.record.issue.data_subject if facts.record else b""
    return decision.permitted, str(decision.reason), decision.consents, data_subject


def _facts(
    record: Record | None,
    requester: Party | None,
    states: list[ConsentState],
    emergency: Emergency | None,
    receipt: AccessReceipt,
) -> Facts:
    shared_facts = Facts(
        record=None,
        requester=requester,
        incident=emergency,
        consents_size=receipt.consents_size,
        records_size=receipt.records_size,
        block=receipt.block,
    )
    return shared_facts.about(record, states, receipt.decided_at)
