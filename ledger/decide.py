"""The rule: a pure and total function; this is its only implementation (design §5).

It decides in this order: no record or wrong category, no; the data subject's own view, with any key of theirs, yes;
block list, no; any applying forbid, no; the view of a standing delegate, yes; any applying permit whose notice still
stands, yes, with the union of obligations; a declared emergency that reaches the category, yes, as break-glass; a
permit whose notice was replaced, needs_reconsent; otherwise no. An outdated notice comes after break-glass and after
other permits: a new text must neither prevent emergency access nor invalidate another consent.
"""

from __future__ import annotations

from collections.abc import Sequence

from mydata_ledger.ledger.access import (
    EMERGENCY,
    RESPONDER,
    SELF_VIEW,
    AccessRequest,
    ConsentState,
    Decision,
    Facts,
    Finding,
    Reason,
)
from mydata_ledger.ledger.consent import Effect, Grant, category_covers
from mydata_ledger.ledger.delegation import DELEGATE_ACTIONS
from mydata_ledger.ledger.party import ANYONE
from mydata_ledger.ledger.record import Record
from mydata_ledger.ledger.terms import ASSET, DAY, FROM, Condition, is_named, obligations_of

Verdict = tuple[ConsentState, Finding, list[tuple[int, Grant]]]


def decide(request: AccessRequest, facts: Facts, at_time: int) -> Decision:
    """Answer `request` from `facts` as of `at_time` (UTC seconds)."""
    record = facts.record
    if record is None or record.erased:
        return Decision(False, Reason.NO_RECORD)
    if record.issue.category != request.category:
        return Decision(False, Reason.WRONG_CATEGORY)
    if _is_own(request, record):
        return Decision(True, Reason.OWN)
    if _is_own_device(request, record, facts, at_time):
        return Decision(True, Reason.DELEGATED)
    if facts.blocked:
        findings = tuple((state.entry, Finding.BLOCKED) for state in facts.consents)
        return Decision(False, Reason.BLOCKED, findings=findings)
    verdicts = [_judge(state, request, record, facts, at_time) for state in facts.consents]
    return _weigh(verdicts, _is_delegated(request, record, facts, at_time), breaks_glass(request, facts, at_time))


def about_own_category(request: AccessRequest, record: Record) -> AccessRequest:
    """The question that is decided and logged: a question about a category, or any (`*`), includes what lies below it,
    so it becomes one about the record's own category.
    """
    own = record.issue.category
    return request.about(own) if own != request.category and category_covers(request.category, own) else request


def _is_own(request: AccessRequest, record: Record) -> bool:
    own = bytes.fromhex(request.requester[2:]) == record.issue.data_subject
    return own and request.purpose == SELF_VIEW


def _is_own_device(request: AccessRequest, record: Record, facts: Facts, at_time: int) -> bool:
    """Whether a further key of the data subject asks in their own view, which nothing restricts that they signed."""
    if not facts.delegations or request.purpose != SELF_VIEW:
        return False
    person, signer = record.issue.data_subject, bytes.fromhex(request.requester[2:])
    own_devices = (state for state in facts.delegations if state.delegation.is_own_device)
    return any(state.shows(person, signer, record.issue.category, at_time) for state in own_devices)


def _is_delegated(request: AccessRequest, record: Record, facts: Facts, at_time: int) -> bool:
    """Whether a delegate reads the record as its data subject does, within a standing delegation."""
    if not facts.delegations or request.purpose != SELF_VIEW or request.action not in DELEGATE_ACTIONS:
        return False
    person, signer = record.issue.data_subject, bytes.fromhex(request.requester[2:])
    return any(state.shows(person, signer, record.issue.category, at_time) for state in facts.delegations)


def _weigh(verdicts: Sequence[Verdict], delegated: bool, emergency: bool) -> Decision:
    findings = tuple((state.entry, finding) for state, finding, _ in verdicts)
    forbids, permits = _named(verdicts, Finding.FORBIDS), _named(verdicts, Finding.PERMITS)
    stale = _named(verdicts, Finding.NEEDS_RECONSENT)
    if forbids:
        return Decision(False, Reason.REFUSED, forbids, findings=findings)
    if delegated:
        return Decision(True, Reason.DELEGATED, findings=findings)
    if permits:
        return Decision(True, Reason.CONSENTED, permits, _obligations(verdicts), findings)
    if emergency:
        return Decision(True, Reason.BROKE_GLASS, findings=findings)
    if stale:
        return Decision(False, Reason.NEEDS_RECONSENT, stale, findings=findings)
    return Decision(False, Reason.NO_CONSENT, findings=findings)


def _named(verdicts: Sequence[Verdict], wanted: Finding) -> frozenset[tuple[bytes, int]]:
    return frozenset((s.entry, index) for s, finding, grants in verdicts if finding is wanted for index, _ in grants)


def _obligations(verdicts: Sequence[Verdict]) -> frozenset[str]:
    permits = [grant for _, finding, grants in verdicts if finding is Finding.PERMITS for _, grant in grants]
    return frozenset(text for grant in permits if grant.conditions for text in obligations_of(grant.terms()))


def breaks_glass(request: AccessRequest, facts: Facts, at_time: int) -> bool:
    """Whether the question is asked in a declared emergency that reaches the category of this record."""
    scope, extended = request.emergency, facts.incident is not None and facts.incident.extended
    return is_emergency(request, facts, at_time) and scope.reaches(request.category, at_time, extended=extended)


def is_emergency(request: AccessRequest, facts: Facts, at_time: int) -> bool:
    """Whether an accredited responder asks under their own open incident for the data subject of this record."""
    return (
        EMERGENCY in request.purposes
        and facts.record is not None
        and facts.requester is not None
        and facts.requester.account == request.requester
        and facts.requester.plays(RESPONDER, at_time)
        and facts.incident is not None
        and facts.incident.covers(request.requester, facts.record.issue.data_subject, at_time)
    )


def _judge(state: ConsentState, request: AccessRequest, record: Record, facts: Facts, at_time: int) -> Verdict:
    """The finding of one consent, and the grants that determine it."""
    if not _addresses_requester(state, record, facts, at_time):
        return state, Finding.NOT_APPLICABLE, []
    if state.revoked or state.superseded:
        return state, Finding.REVOKED if state.revoked else Finding.SUPERSEDED, []
    scope = (request.category, request.purposes, request.action, request.record_id)
    covering = [(i, grant) for i, grant in enumerate(state.consent.grants) if grant.covers(*scope)]
    reaching = [(i, g) for i, g in covering if g.reaches(record.issue.data_from, record.issue.data_until)]
    if not reaching:
        return state, Finding.NO_SATISFIED_POLICY if covering else Finding.NO_MATCHING_POLICY, []
    return _satisfied(state, reaching, request, facts, at_time)


def _addresses_requester(state: ConsentState, record: Record, facts: Facts, at_time: int) -> bool:
    """Whether the consent is of the record's data subject and names this requester: by account, by role, or (forbids
    only) as anyone.
    """
    if state.consent.data_subject != record.issue.data_subject:
        return False
    names = facts.requester.grantee_names(at_time) if facts.requester else frozenset()
    return state.consent.grantee == ANYONE or state.consent.grantee in names


def _satisfied(
    state: ConsentState, reaching: list[tuple[int, Grant]], request: AccessRequest, facts: Facts, at_time: int
) -> Verdict:
    current = [(i, grant) for i, grant in reaching if grant.open_at(at_time)]
    if forbids := [(i, grant) for i, grant in current if grant.effect is Effect.FORBID]:
        return state, Finding.FORBIDS, forbids
    if not current:
        early = any(at_time < grant.not_before for _, grant in reaching)
        return state, Finding.NOT_YET if early else Finding.EXPIRED, []
    met = [(i, g) for i, g in current if not g.conditions or _is_met(g, state, request, facts, at_time)]
    if not met or state.consent.grantee == ANYONE:
        return state, Finding.NO_SATISFIED_POLICY, []
    if not state.anchored:
        return state, Finding.NOT_YET, []
    return state, Finding.NEEDS_RECONSENT if state.notice_outdated else Finding.PERMITS, met


def _is_met(grant: Grant, state: ConsentState, request: AccessRequest, facts: Facts, at_time: int) -> bool:
    """Whether every condition holds; of the holders and of the assets that the grant names, one is enough."""
    terms, planned = grant.terms(), request.planned
    holder = facts.record.issue.holder if facts.record else ""
    is_named_too = is_named(terms, FROM, holder) and is_named(terms, ASSET, planned.asset if planned else "")
    return is_named_too and all(_meets(term, state, request, facts, at_time) for term in terms)


def _meets(term: Condition | None, state: ConsentState, request: AccessRequest, facts: Facts, at_time: int) -> bool:
    """Whether a condition holds; a condition that this version does not know never holds."""
    if term is None:
        return False
    match term.name:
        case "once":
            return state.uses_of_record == 0
        case "max-uses":
            return state.uses < term.number
        case "every-days":
            return state.last_use is None or at_time - state.last_use >= term.number * DAY
        case "aggregate-only":
            return request.action == "compute"
        case "emergency-only":
            return is_emergency(request, facts, at_time)
        case "retain-until":
            return at_time < term.number
        case _:
            return True
