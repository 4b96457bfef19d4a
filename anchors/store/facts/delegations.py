"""Reads the delegations that concern a question, and those to one delegate."""

from __future__ import annotations

from sqlalchemy import bindparam

from mydata_ledger.anchors.store.db.prepared import Driver, PreparedQuery, ReadConnection
from mydata_ledger.anchors.store.facts.facts import DELEGATION_KIND, INDEXED_STATEMENTS, LOG, delegations_of
from mydata_ledger.anchors.store.rows import statements
from mydata_ledger.anchors.store.rows.codec import key
from mydata_ledger.anchors.store.schema import CONSENTS
from mydata_ledger.ledger.access import SELF_VIEW, AccessRequest
from mydata_ledger.ledger.delegation import Delegation, DelegationState, delegate_name

DELEGATIONS_TO_DELEGATE = PreparedQuery(
    INDEXED_STATEMENTS.where(CONSENTS.c.grantee == bindparam("grantee"), LOG.c.kind == DELEGATION_KIND)
    .where(CONSENTS.c.position > bindparam("after"))
    .limit(bindparam("most"))
)


def delegations_for(
    connection: ReadConnection, request: AccessRequest, data_subject: bytes
) -> tuple[DelegationState, ...]:
    """The delegations of a person to the requester, if the question is in the person's own view."""
    if request.purpose != SELF_VIEW or (signer := bytes.fromhex(request.requester[2:])) == data_subject:
        return ()
    return tuple(s for s in delegations_of(connection, data_subject) if s.delegation.delegate == signer)


def delegations_to(connection: ReadConnection, delegate: bytes, after: int, limit: int) -> list[DelegationState]:
    """Delegations to a delegate, ended ones too, by position above `after`."""
    values = {"grantee": key(delegate_name(delegate)), "after": after, "most": limit}
    named = [statements.statement_of(row) for row in DELEGATIONS_TO_DELEGATE.all(Driver.of(connection), values)]
    persons = {s.data_subject for s in named if isinstance(s, Delegation) and s.delegate == delegate}
    states = (state for person in persons for state in delegations_of(connection, person))
    found = (state for state in states if state.delegation.delegate == delegate and state.position > after)
    return sorted(found, key=lambda state: state.position)[:limit]
