"""replay: a decision recomputed from its receipt, by someone else, later (invariant 11).

The receipt says what was asked, when, and which anchored sizes it rests on; the statements say the rest. What acts on
sight (a withdrawal, a newer version, an erasure) is ordered against receipts by the operator's clock alone, so near
the moment of the decision either order is possible. Every state that is possible is decided: the answer must be that of
all of them to be `same`, of one of them to be `open`, and of none to be `other`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product

from mydata_ledger.ledger.access import AccessRequest, ConsentState, Decision, Facts, Incident, Reason
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.past_states import HistoricState, Use, naming, states_at
from mydata_ledger.ledger.receipt import AccessReceipt, LoggedStatement
from mydata_ledger.ledger.record import Erasure, Issue, Record

SLACK = 3
"""Seconds within which a statement may have been accepted before or after a decision, whatever its time says."""
LAG = 60
"""Seconds by which an operator may be behind the chain and still answer (`Bounds.chain_silence`)."""


class Outcome(StrEnum):
    """What the recomputation says of one receipt."""

    SAME = "same"
    OPEN = "open"
    OTHER = "other"
    SEARCH = "search"
    NOT_HELD = "not_held"


@dataclass(frozen=True)
class Evidence:
    """What someone holds: statements with their places in the logs, and what the chain said when.

    `parties` gives for an account who it was from which UTC second on; `revealed` when the chain ended a consent, by
    entry; `outdated` the notices replaced by now, `erased` the records erased at a time not known; `path` the purpose
    and all above it. `complete` promises that what is not here was never said.
    """

    statements: Sequence[LoggedStatement]
    parties: Mapping[str, Sequence[tuple[int, Party | None]]]
    path: Callable[[str], tuple[str, ...]]
    revealed: Mapping[bytes, int] = field(default_factory=dict)
    outdated: frozenset[bytes] = frozenset()
    erased: frozenset[bytes] = frozenset()
    complete: bool = False


class Replay:
    """Recomputes receipts from evidence."""

    def __init__(self, evidence: Evidence) -> None:
        self._held = evidence
        self._consents: dict[bytes, list[LoggedStatement]] = defaultdict(list)
        self._issues: dict[bytes, LoggedStatement] = {}
        self._erasures: dict[bytes, LoggedStatement] = {}
        self._incidents: dict[bytes, LoggedStatement] = {}
        self._uses: dict[bytes, list[tuple[int, Use]]] = defaultdict(list)
        for logged in sorted(evidence.statements, key=lambda each: each.position):
            self._learn(logged)

    def _learn(self, logged: LoggedStatement) -> None:
        match logged.signed.statement:
            case Consent() | Revocation() | Delegation() as said:
                self._consents[said.data_subject].append(logged)
            case Issue() as issue:
                self._issues.setdefault(issue.record_id, logged)
            case Erasure() as erasure:
                self._erasures.setdefault(erasure.record_id, logged)
            case Incident():
                self._incidents[logged.signed.entry.entry] = logged
            case AccessReceipt(permitted=True) as receipt:
                for entry in receipt.consents:
                    self._uses[entry].append((logged.position, (receipt.decided_at, receipt.record_id)))

    def check(self, logged: LoggedStatement, said: AccessReceipt) -> Outcome:
        """Whether the receipt says what follows from the evidence."""
        if said.reason == Reason.SEARCHED:
            return Outcome.SEARCH if said.permitted and not said.consents else Outcome.OTHER
        if said.record_id not in self._issues and not self._held.complete:
            return Outcome.NOT_HELD
        request = _request(said, self._held.path)
        answers = [_says(decide(request, facts, said.decided_at), facts) for facts in self._possible(logged, said)]
        theirs = (said.permitted, said.reason, said.consents, said.data_subject)
        if theirs not in answers:
            return Outcome.OTHER
        return Outcome.SAME if all(answer == theirs for answer in answers) else Outcome.OPEN

    def _possible(self, logged: LoggedStatement, said: AccessReceipt) -> Iterator[Facts]:
        """Every state the decision may have seen."""
        now = said.decided_at
        incident = self._incidents.get(said.justification)
        known = incident.signed.statement if incident and incident.position < logged.position else None
        for record, requester in product(self._records(said), self._requesters(said.requester, now)):
            told = self._consents[record.issue.data_subject] if record else []
            heard = list(_prefixes(told, said.consents_size, now))
            for visible, late, stale in product(heard, (False, True), self._notices(told)):
                states = self._states(visible, logged, said, late, stale)
                yield _facts(record, requester, naming(states, requester, now), known, said)

    def _records(self, said: AccessReceipt) -> list[Record | None]:
        """The record as it may have stood: not there yet, there, erased."""
        issued, erased = self._issues.get(said.record_id), self._erasures.get(said.record_id)
        if issued is None or not isinstance(issued.signed.statement, Issue):
            return [None]
        unknown = said.record_id in self._held.erased and erased is None
        gone = {False, True} if unknown else _ways(erased, said.records_size, said.decided_at)
        there = _ways(issued, said.records_size, said.decided_at)
        issue, entry, is_anchored = (
            issued.signed.statement,
            issued.signed.entry.entry,
            issued.position < said.records_size,
        )
        found: list[Record | None] = [None] if False in there else []
        if True in there:
            found += [Record(issue, issued.position, entry, is_anchored, erased=one) for one in sorted(gone)]
        return found

    def _requesters(self, account: str, now: int) -> list[Party | None]:
        """Whom the directory may have had under that account at a moment."""
        spans = self._held.parties.get(account, ())
        before = [party for since, party in spans if since <= now - LAG]
        around = [party for since, party in spans if now - LAG < since <= now + SLACK]
        return [before[-1] if before else None, *around]

    def _notices(self, told: Iterable[LoggedStatement]) -> tuple[bool, ...]:
        hashes = {getattr(each.signed.statement, "notice_hash", b"") for each in told}
        return (False, True) if hashes & self._held.outdated else (False,)

    def _states(
        self, visible: Sequence[LoggedStatement], at: LoggedStatement, said: AccessReceipt, late: bool, stale: bool
    ) -> Iterator[ConsentState]:
        seen = HistoricState(
            anchored=said.consents_size,
            revealed=lambda entry: self._is_revealed(entry, said.decided_at, late),
            outdated=self._held.outdated if stale else frozenset(),
            used=lambda entry: [use for position, use in self._uses[entry] if position < at.position],
        )
        return states_at(visible, seen, said.record_id)

    def _is_revealed(self, entry: bytes, now: int, late: bool) -> bool:
        """Whether the operator knew that the chain had ended the consent; `late`: as late as it may."""
        at = self._held.revealed.get(entry)
        return at is not None and at <= (now - LAG if late else now + SLACK)


def _request(said: AccessReceipt, path: Callable[[str], tuple[str, ...]]) -> AccessRequest:
    return AccessRequest(
        request_id=said.request_id,
        requester=said.requester,
        record_id=said.record_id,
        category=said.category,
        purposes=path(said.purpose),
        action=said.action,
        incident=said.justification,
    )


def _says(decision: Decision, facts: Facts) -> tuple[bool, str, tuple[bytes, ...], bytes]:
    whose = facts.record.issue.data_subject if facts.record else b""
    return decision.permitted, str(decision.reason), decision.consents, whose


def _facts(
    record: Record | None, requester: Party | None, states: list[ConsentState], incident: object, said: AccessReceipt
) -> Facts:
    known = Facts(
        record=None,
        requester=requester,
        incident=incident if isinstance(incident, Incident) else None,
        consents_size=said.consents_size,
        records_size=said.records_size,
        block=said.block,
    )
    return known.about(record, states, said.decided_at)


def _ways(logged: LoggedStatement | None, anchored: int, now: int) -> set[bool]:
    """Whether a statement was there at a moment: yes, no, or both may be."""
    if logged is None:
        return {False}
    if logged.position < anchored or logged.accepted_at < now - SLACK:
        return {True}
    return {False, True} if logged.accepted_at <= now + SLACK else {False}


def _prefixes(told: Sequence[LoggedStatement], anchored: int, now: int) -> Iterator[Sequence[LoggedStatement]]:
    """How much of what a person said may have been heard: a log is heard in its order."""
    ways = [_ways(each, anchored, now) for each in told]
    least = max((n + 1 for n, way in enumerate(ways) if way == {True}), default=0)
    most = next((n for n in range(least, len(told)) if True not in ways[n]), len(told))
    for count in range(least, most + 1):
        yield told[:count]
