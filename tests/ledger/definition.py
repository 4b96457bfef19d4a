"""The rule said again, another way, borrowing nothing from `ledger.decide` or the methods it calls."""

from tests.ledger.questions import NOW

FOREVER = 10**30


def should(request, facts):  # noqa: PLR0911 - one line for each possible answer
    """The reason the rule must give, as text."""
    record = facts.record
    if record is None or record.erased:
        return "no_record"
    if record.issue.category != request.category:
        return "wrong_category"
    person = "0x" + record.issue.data_subject.hex()
    if request.requester.lower() == person and request.purposes[0] == "mydata:SELF_VIEW":
        return "own"
    if facts.blocked:
        return "blocked"
    emergency = declared_emergency(request, facts)
    heard = [state for state in facts.consents if is_heard(state, facts)]
    spoken = [(s, g) for s in heard for g in s.consent.grants if speaks(g, request, record)]
    said = {(g.effect.value, standing(s, g, request, emergency)) for s, g in spoken}
    if any(effect == "forbid" for effect, _ in said):
        return "refused"
    if ("permit", "fresh") in said:
        return "consented"
    if emergency:
        return "broke_glass"
    if ("permit", "outdated") in said:
        return "needs_reconsent"
    return "no_consent"


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


def is_heard(state, facts):
    names = {"*"}
    party = facts.requester
    if party and party.valid_from <= NOW and (not party.valid_until or party.valid_until > NOW):
        names |= {party.account, *("role:" + role for role in party.roles)}
    mine = state.consent.data_subject == facts.record.issue.data_subject
    return mine and state.consent.grantee in names and not state.revoked and not state.superseded


def speaks(grant, request, record):
    category = any(c == "*" or (request.category + ".").startswith(c + ".") for c in grant.categories)
    purpose = "*" in grant.purposes or bool(set(grant.purposes) & set(request.purposes))
    named = not grant.records or request.record_id in set(grant.records)
    return (
        category
        and purpose
        and named
        and request.action in grant.actions
        and NOW in window(grant.not_before, grant.expires)
        and in_period(grant, record.issue)
    )


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


def standing(state, grant, request, emergency):
    """fresh, outdated, or nothing: what a permit that speaks is worth."""
    limits = {"once": state.uses_of_record < 1, "max-uses:2": state.uses < 2}
    limits |= {"aggregate-only:5": request.action == "compute", "emergency-only": emergency}
    limits |= {f"retain-until:{NOW}": False}
    met = all(limits.get(condition, True) for condition in grant.conditions)
    if not met or not state.anchored or state.consent.grantee == "*":
        return "nothing"
    return "outdated" if state.notice_outdated else "fresh"
