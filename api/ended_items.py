"""What ended with a statement, with the names that a person needs to understand it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, Field

from mydata_ledger.api.numbers import Time
from mydata_ledger.api.schemas import AcceptedView, accepted
from mydata_ledger.ledger.delegation import DelegationState, name_of_delegate
from mydata_ledger.ledger.kernel import EndedItem, Kernel
from mydata_ledger.ledger.kernel.consents.endings import WRAPPED_KEY
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.typed_data import read_hex


class EndedRecordView(BaseModel):
    """The record of a handed key: its category, who issued it and when, and the period of its data."""

    category: str = Field(examples=["health.lab"])
    issuer: str
    issuer_name: str = Field(examples=["Demo Hospital"])
    issued_at: int
    data_from: Time
    data_until: Time


class EndedView(BaseModel):
    """One thing based on a consent that ended with it. The holder of a `wrapped_key` is notified to delete it.

    `holder_name` is the name of the party or delegate who held it, empty for a role. `record` is there for a
    `wrapped_key`. Who submits what somebody else signed gets neither a delegate's name nor `record`.
    """

    kind: str = Field(examples=["wrapped_key"])
    reference: str
    holder: str
    holder_name: str = Field(default="", examples=["Demo Trial"])
    since: int
    record: EndedRecordView | None = None


class ReplacedView(AcceptedView):
    """Where an accepted statement is stored, and what ended with the version it replaces."""

    ended: list[EndedView]


def replaced(
    logged: LoggedStatement, status: str, ended: Iterable[EndedItem], kernel: Kernel, caller: bytes
) -> ReplacedView:
    """The view of an accepted statement, with what ended with the version it replaces, for its submitter `caller`."""
    items, statement = list(ended), logged.signed.statement
    person = getattr(statement, "data_subject", b"")
    is_theirs = caller in {person, getattr(statement, "signer", person), getattr(statement, "delegator", person)}
    delegations = kernel.queries.delegations_of(person) if items and is_theirs else []
    views = [_view(item, delegations, kernel, is_theirs=is_theirs) for item in items]
    return ReplacedView(**accepted(logged, status).model_dump(), ended=views)


def _view(item: EndedItem, delegations: Sequence[DelegationState], kernel: Kernel, *, is_theirs: bool) -> EndedView:
    name = _name(item.holder, delegations, kernel)
    record = _record(item.reference, kernel) if is_theirs and item.kind == WRAPPED_KEY else None
    return EndedView(
        kind=item.kind, reference=item.reference, holder=item.holder, holder_name=name, since=item.since, record=record
    )


def _name(account: str, delegations: Sequence[DelegationState], kernel: Kernel) -> str:
    if party := kernel.queries.party(account):
        return party.name
    name = name_of_delegate(account, delegations)
    return "" if name == account else name


def _record(reference: str, kernel: Kernel) -> EndedRecordView | None:
    record = kernel.queries.record(read_hex(reference, "reference", 32))
    if record is None:
        return None
    issue, issuer = record.issue, kernel.queries.party(record.issue.holder)
    return EndedRecordView(
        category=issue.category,
        issuer=issue.holder,
        issuer_name=issuer.name if issuer else "",
        issued_at=issue.issued_at,
        data_from=issue.data_from,
        data_until=issue.data_until,
    )
