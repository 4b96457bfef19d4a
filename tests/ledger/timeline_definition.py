"""A second definition of pages of the timeline: it reads every line, and takes no thought of work."""

from mydata_ledger.ledger.party import requester_name


def is_own(statement, delegations, uses):
    """Whether the person asked, not by their link; or a delegate of that moment saw what the person sees."""
    if type(statement).__name__ != "AccessReceipt" or statement.request_id in uses:
        return False
    if statement.requester == requester_name(statement.data_subject):
        return True
    relations = {
        one.relation
        for one in delegations
        if requester_name(one.delegate) == statement.requester
        and one.signed_at <= statement.decided_at
        and one.not_before <= statement.decided_at < one.expires
        and not one.relation.startswith("paper:")
    }
    is_own_view = statement.purpose == "mydata:SELF_VIEW"
    return is_own_view and ("own-device" in relations or (bool(relations) and statement.reason == "searched"))


def kinds(statement):
    """The values of `only` under which a line is listed."""
    if type(statement).__name__ != "AccessReceipt":
        return {None, "emergency"}
    answer = "permitted" if statement.permitted else "refused"
    return {None, answer, "emergency"} if any(statement.justification) else {None, answer}


def lines(statements, delegations, uses, party="", only=None, *, own=True, record=b""):
    """The positions of what is wanted, oldest first; `statements` are by position."""
    return [
        position
        for position, statement in sorted(statements.items())
        if only in kinds(statement)
        and party in {"", getattr(statement, "requester", None) or getattr(statement, "responder", None)}
        and record in {b"", getattr(statement, "record_id", None)}
        and (own or not is_own(statement, delegations, uses))
    ]
