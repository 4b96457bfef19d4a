"""The rule said again, another way, borrowing nothing from `ledger.decide` or the methods it calls."""

from dataclasses import dataclass, field

from tests.ledger.questions import NOW

FOREVER = 10**30
KEPT_BY_READERS = ("aggregate-only", "retain-until", "pseudonymise", "no-onward-transfer")
KEPT_BY_READERS += ("redact", "mask", "every-days")


@dataclass
class Answer:
    """The reason as text, the grants that make it, what they oblige to, and one word for each consent."""

    reason: str
    grants: set = field(default_factory=set)
    obligations: set = field(default_factory=set)
    findings: list = field(default_factory=list)

    @property
    def permitted(self):
        return self.reason in {"own", "consented", "broke_glass"}


def should(request, facts):
    """The answer the rule must give."""
    record = facts.record
    if record is None or record.erased:
        return Answer("no_record")
    if record.issue.category != request.category:
        return Answer("wrong_category")
    person = "0x" + record.issue.data_subject.hex()
    if request.requester.lower() == person and request.purposes[0] == "mydata:SELF_VIEW":
        return Answer("own")
    if facts.blocked:
        return Answer("blocked", findings=[(state.entry, "blocked") for state in facts.consents])
    emergency = declared_emergency(request, facts)
    words = [word_of(state, request, facts, emergency) for state in facts.consents]
    answer = Answer(
        reason_of(words, emergency), findings=[(s.entry, w) for s, w in zip(facts.consents, words, strict=True)]
    )
    deciding = {"refused": "forbids", "consented": "permits", "needs_reconsent": "needs_reconsent"}.get(answer.reason)
    for state, word in zip(facts.consents, words, strict=True):
        for number, grant in enumerate(state.consent.grants):
            if word == deciding and weighs(grant, state, request, facts, emergency):
                answer.grants.add((state.entry, number))
                answer.obligations |= set(owed(grant)) if answer.reason == "consented" else set()
    return answer


def reason_of(words, emergency):
    """The first that holds."""
    order = [
        ("refused", "forbids" in words),
        ("consented", "permits" in words),
        ("broke_glass", emergency),
        ("needs_reconsent", "needs_reconsent" in words),
    ]
    return next((reason for reason, holds in order if holds), "no_consent")


def owed(grant):
    return [text for text in grant.conditions if text.split(":")[0] in KEPT_BY_READERS]


def word_of(state, request, facts, emergency):
    """What one consent has to say: the first line of this table that holds."""
    inside = [g for g in state.consent.grants if in_scope(g, request)]
    about = [g for g in inside if in_period(g, facts.record.issue)]
    now = [g for g in about if is_open(g)]
    permits = [g for g in now if is_met(g, state, request, emergency)]
    table = [
        ("not_applicable", not is_meant(state, facts)),
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


def weighs(grant, state, request, facts, emergency):
    """Whether the grant is one of those that make its consent say what it says: every forbid that applies, else every
    permit.
    """
    mine = [g for g in state.consent.grants if in_scope(g, request) and in_period(g, facts.record.issue) and is_open(g)]
    forbids = [g for g in mine if g.effect.value == "forbid"]
    return grant in (forbids or [g for g in mine if is_met(g, state, request, emergency)])


def declared_emergency(request, facts):
    party, incident = facts.requester, facts.incident
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
        and NOW in window(incident.not_before, incident.expires)
    )


def window(start, end):
    return range(start, max(start, min(end, NOW + 100)))


def is_open(grant):
    return NOW in window(grant.not_before, grant.expires)


def is_meant(state, facts):
    names = {"*"}
    party = facts.requester
    if party and party.valid_from <= NOW and (not party.valid_until or party.valid_until > NOW):
        names |= {party.account, *("role:" + role for role in party.roles)}
    return state.consent.data_subject == facts.record.issue.data_subject and state.consent.grantee in names


def blocks(state):
    """Whether it forbids its grantee everything now, and stands."""
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
    category = any(c == "*" or (request.category + ".").startswith(c + ".") for c in grant.categories)
    purpose = "*" in grant.purposes or bool(set(grant.purposes) & set(request.purposes))
    named = not grant.records or request.record_id in set(grant.records)
    return category and purpose and named and request.action in grant.actions


def in_period(grant, issue):
    wanted = (grant.data_from, grant.data_until or FOREVER)
    if wanted == (0, FOREVER):
        return True
    if issue.data_from == issue.data_until == 0:
        return grant.effect.value == "forbid"
    has = (issue.data_from, issue.data_until or FOREVER)
    if grant.effect.value == "forbid":
        return max(wanted[0], has[0]) < min(wanted[1], has[1])
    return wanted[0] <= has[0] and has[1] <= wanted[1]


def is_met(grant, state, request, emergency):
    """Whether every condition holds that decides on the yes; one that nobody knows never does."""
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
    }
    return all(limits[condition] for condition in grant.conditions)


def fallen(log, revealed=()):
    """Entries of the delegates' consents that no longer stand, read forward from `(entry, statement)` of one log.

    Each rests on the delegations of its signer that were in the log and open. The end of one, by a revocation or by its
    secret on chain, ends all that were given to that delegate up to it; a word on paper ends alone.
    """
    given, rests, ended = {}, {}, set()
    for entry, said in log:
        kind = type(said).__name__
        if kind == "Delegation":
            given.setdefault((said.data_subject, said.delegate), []).append((entry, said))
        elif kind == "Consent" and said.signer != said.data_subject:
            earlier = given.get((said.data_subject, said.signer), [])
            rests[entry] = {
                one for one, office in earlier if said.signed_at in range(office.not_before, office.expires)
            }
        elif kind == "Revocation":
            ended |= reached(said.consent, given)
    ended |= {one for entry in revealed for one in reached(entry, given)}
    return {entry for entry, offices in rests.items() if offices <= ended}


def reached(entry, given):
    """The delegations that end when the one with this entry does."""
    for offices in given.values():
        entries = [one for one, _ in offices]
        if entry in entries:
            earlier = offices[: entries.index(entry)]
            return {entry} | {one for one, said in earlier if not said.relation.startswith("paper:")}
    return set()
