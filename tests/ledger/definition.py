"""A second definition of the rule, which shares no code with `ledger.decide` or the methods that it calls."""

from dataclasses import dataclass, field, replace

from tests.ledger.questions import NOW

FOREVER = 10**30
KEPT_BY_READERS = ("aggregate-only", "retain-until", "pseudonymise", "no-onward-transfer")
KEPT_BY_READERS += ("redact", "mask", "every-days")


@dataclass
class ExpectedAnswer:
    """The reason as text, the deciding grants, their obligations, and one finding for each consent."""

    reason: str
    grants: set = field(default_factory=set)
    obligations: set = field(default_factory=set)
    findings: list = field(default_factory=list)

    @property
    def permitted(self):
        return self.reason in {"own", "delegated", "consented", "broke_glass"}


def about_own_category(request, record):
    """The question that is decided: one about a wider category, or any, becomes one about the record's own."""
    parts, own = request.category.split("."), record.issue.category.split(".")
    return replace(request, category=record.issue.category) if parts in (["*"], own[: len(parts)]) else request


def should(request, facts):
    """The answer that the rule must give."""
    record = facts.record
    if record is None or record.erased:
        return ExpectedAnswer("no_record")
    if record.issue.category != request.category:
        return ExpectedAnswer("wrong_category")
    person = "0x" + record.issue.data_subject.hex()
    if request.requester.lower() == person and request.purposes[0] == "mydata:SELF_VIEW":
        return ExpectedAnswer("own")
    is_own_view = request.purposes[0] == "mydata:SELF_VIEW"
    if is_own_view and any(is_further_key(one, request, facts) for one in facts.delegations):
        return ExpectedAnswer("delegated")
    if facts.blocked:
        return ExpectedAnswer("blocked", findings=[(state.entry, "blocked") for state in facts.consents])
    emergency = declared_emergency(request, facts)
    broken = emergency and is_reached(request, facts)
    findings = [finding_of(state, request, facts, emergency) for state in facts.consents]
    answer = ExpectedAnswer(
        reason_of(findings, seen_by_delegate(request, facts), broken),
        findings=[(s.entry, w) for s, w in zip(facts.consents, findings, strict=True)],
    )
    deciding = {"refused": "forbids", "consented": "permits", "needs_reconsent": "needs_reconsent"}.get(answer.reason)
    for state, word in zip(facts.consents, findings, strict=True):
        for number, grant in enumerate(state.consent.grants):
            if word == deciding and is_deciding(grant, state, request, facts, emergency):
                answer.grants.add((state.entry, number))
                answer.obligations |= set(obligations_of(grant)) if answer.reason == "consented" else set()
    return answer


def reason_of(findings, delegated, emergency):
    """The first reason whose condition holds."""
    order = [
        ("refused", "forbids" in findings),
        ("delegated", delegated),
        ("consented", "permits" in findings),
        ("broke_glass", emergency),
        ("needs_reconsent", "needs_reconsent" in findings),
    ]
    return next((reason for reason, holds in order if holds), "no_consent")


def seen_by_delegate(request, facts):
    """Whether somebody whom the person named, or an authority for them, reads the record as the person does."""
    if request.purposes[0] != "mydata:SELF_VIEW" or request.action not in ["view", "copy"]:
        return False
    return any(is_shown(state, request, facts) for state in facts.delegations)


def is_shown(state, request, facts):
    """Whether a delegation to the requester stands, is open, and covers the record."""
    return (
        not (state.revoked or state.superseded or state.delegation.relation.startswith("paper:"))
        and state.anchored
        and state.delegation.data_subject == facts.record.issue.data_subject
        and request.requester.lower() == "0x" + state.delegation.delegate.hex()
        and NOW in window(state.delegation.not_before, state.delegation.expires)
        and any(
            (request.category + ".").startswith(category + ".") or category == "*"
            for category in state.delegation.categories
        )
    )


def is_further_key(state, request, facts):
    """Whether the person themselves signed that the requester is another key of theirs."""
    named = state.delegation
    return named.relation == "own-device" and named.delegator == named.data_subject and is_shown(state, request, facts)


def obligations_of(grant):
    seen = sorted({text.split(":")[1] for text in grant.conditions if text.split(":")[0] == "only"})
    kept = [text for text in grant.conditions if text.split(":")[0] in KEPT_BY_READERS]
    return kept + (["only:" + ",".join(seen)] if seen else [])


def finding_of(state, request, facts, emergency):
    """The finding of one consent: the first line of this table that holds."""
    inside = [g for g in state.consent.grants if in_scope(g, request)]
    about = [g for g in inside if in_period(g, facts.record.issue)]
    now = [g for g in about if is_open(g)]
    permits = [g for g in now if is_met(g, state, request, facts, emergency)]
    table = [
        ("not_applicable", not names_requester(state, facts)),
        ("revoked", state.revoked),
        ("superseded", state.superseded),
        ("no_matching_policy", not inside),
        ("no_satisfied_policy", not about),
        ("forbids", "forbid" in {g.effect.value for g in now}),
        ("not_yet", not now and max((g.not_before for g in about), default=0) > NOW),
        ("expired", not now),
        ("no_satisfied_policy", not permits or state.consent.grantee == "*"),
        ("not_yet", not state.anchored),
        ("needs_reconsent", state.notice_outdated),
    ]
    return next((word for word, holds in table if holds), "permits")


def is_deciding(grant, state, request, facts, emergency):
    """Whether the grant determines the finding of its consent: every forbid that applies, otherwise every permit."""
    mine = [g for g in state.consent.grants if in_scope(g, request) and in_period(g, facts.record.issue) and is_open(g)]
    forbids = [g for g in mine if g.effect.value == "forbid"]
    return grant in (forbids or [g for g in mine if is_met(g, state, request, facts, emergency)])


def declared_emergency(request, facts):
    party, incident = facts.requester, facts.incident
    moment = NOW
    if type(incident).__name__ == "ExtendedIncident":
        extension, incident = incident.extension, incident.incident
        if not is_valid_extension(extension, request, facts):
            return False
        moment = extension.not_before
    return bool(
        "hl7:ETREAT" in request.purposes
        and party
        and party.account == request.requester
        and "responder" in party.roles
        and NOW in window(party.valid_from, party.valid_until or FOREVER)
        and incident
        and incident.responder == request.requester
        and incident.data_subject == facts.record.issue.data_subject
        and incident.incident_number.strip() != ""
        and incident.reason.strip() != ""
        and moment in window(incident.not_before, incident.expires)
    )


def is_valid_extension(extension, request, facts):
    """Signed by the requester, about the person, with a reason, open, and for a day at most."""
    people = extension.responder == request.requester and extension.data_subject == facts.record.issue.data_subject
    box = NOW in window(extension.not_before, extension.until) and extension.until - extension.not_before <= 86_400
    return people and extension.reason.strip() != "" and box


def is_reached(request, facts):
    """Whether an emergency reaches the category: every one before the second, then only what is in the scope."""
    scope, parts = request.emergency, request.category.split(".")
    reached = list(scope.urgent)
    if type(facts.incident).__name__ == "ExtendedIncident":
        reached += scope.further
    return scope.since > NOW or any(".".join(parts[:depth]) in reached for depth in range(1, len(parts) + 1))


def window(start, end):
    return range(start, max(start, min(end, NOW + 100)))


def is_open(grant):
    return NOW in window(grant.not_before, grant.expires)


def names_requester(state, facts):
    names = {"*"}
    party = facts.requester
    if party and party.valid_from <= NOW and (not party.valid_until or party.valid_until > NOW):
        names |= {party.account, *("role:" + role for role in party.roles)}
    return state.consent.data_subject == facts.record.issue.data_subject and state.consent.grantee in names


def blocks(state):
    """Whether it stands and forbids its grantee everything now."""
    everything = {"view", "copy", "transfer", "compute", "contact", "publish", "link"}
    return (
        not state.revoked
        and not state.superseded
        and any(
            grant.effect.value == "forbid"
            and is_open(grant)
            and everything - set(grant.actions) == set()
            and {"*"} <= set(grant.categories) & set(grant.purposes)
            and (grant.records, grant.data_from, grant.data_until) == ((), 0, 0)
            for grant in state.consent.grants
        )
    )


def in_scope(grant, request):
    names = [request.category[:end] for end, letter in enumerate(request.category + ".") if letter == "."]
    category = bool({"*", *names} & set(grant.categories))
    if grant.effect.value == "forbid":
        category |= any(c.startswith(request.category + ".") for c in grant.categories)
    purpose = "*" in grant.purposes or bool(set(grant.purposes) & set(request.purposes))
    named = not grant.records or request.record_id in set(grant.records)
    return category and purpose and named and request.action in grant.actions


def in_period(grant, issue):
    wanted = (grant.data_from, grant.data_until or FOREVER)
    if wanted == (0, FOREVER):
        return True
    if (issue.data_from, issue.data_until) in {(0, 0), (0, 1)}:
        return grant.effect.value == "forbid"
    has = (issue.data_from, issue.data_until or FOREVER)
    if grant.effect.value == "forbid":
        return max(wanted[0], has[0]) < min(wanted[1], has[1])
    return wanted[0] <= has[0] and has[1] <= wanted[1]


def is_met(grant, state, request, facts, emergency):
    """Whether every condition that decides the answer holds; an unknown condition never holds."""
    limits = {"once": state.uses_of_record < 1, "max-uses:2": state.uses < 2}
    limits |= {"aggregate-only:5": request.action == "compute", "emergency-only": emergency}
    limits |= {f"retain-until:{NOW}": False, f"retain-until:{NOW + 1}": True, "for-friends": False}
    limits |= {
        "every-days:30": not any(moment + 30 * 24 * 60 * 60 > NOW for moment in {state.last_use} - {None}),
        "every-days:0": False,
        "pseudonymise": True,
        "no-onward-transfer": True,
        "redact:name": True,
        "mask:telecom": True,
        "only:birthDate": True,
        "only:gender": True,
    }
    asset = request.planned.asset if request.planned else None
    actual_values = {"from": facts.record.issue.holder.lower(), "asset": asset}
    for kind, actual in actual_values.items():
        wanted = [c[len(kind) + 1 :].lower() for c in grant.conditions if c.startswith(kind + ":")]
        if wanted and actual not in wanted:
            return False
    return all(limits[condition] for condition in grant.conditions if condition.split(":")[0] not in actual_values)


def ended_consents(log, revealed=()):
    """Entries of the delegates' consents that no longer stand, derived from `(entry, statement)` of one log, in order.

    Each rests on the delegations of its signer that were in the log and open. The end of one, by a revocation or by its
    secret on chain, ends all that were given to that delegate up to it; a witness statement on paper ends separately.
    """
    given, rests, ended = {}, {}, set()
    for entry, statement in log:
        kind = type(statement).__name__
        if kind == "Delegation":
            given.setdefault((statement.data_subject, statement.delegate), []).append((entry, statement))
        elif kind == "Consent" and statement.signer != statement.data_subject:
            earlier = given.get((statement.data_subject, statement.signer), [])
            rests[entry] = {one for one, delegation in earlier if was_open(delegation, statement.signed_at)}
        elif kind == "Revocation":
            ended |= ended_delegations(statement.consent, given)
    ended |= {one for entry in revealed for one in ended_delegations(entry, given)}
    return {entry for entry, delegations in rests.items() if delegations <= ended}


def was_open(delegation, at_time):
    return at_time in range(delegation.not_before, delegation.expires)


def ended_delegations(entry, given):
    """The delegations that end when the one with this entry does."""
    for delegations in given.values():
        entries = [one for one, _ in delegations]
        if entry in entries:
            earlier = delegations[: entries.index(entry)]
            return {entry} | {one for one, delegation in earlier if not delegation.relation.startswith("paper:")}
    return set()
