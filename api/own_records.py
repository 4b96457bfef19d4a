"""A person's own records as they see them: each with those that have equal content."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import BaseModel, Field

from mydata_ledger.api.acting import Acting
from mydata_ledger.api.schemas import Hex32, RecordView, record_document, to_hex
from mydata_ledger.ledger.kernel import Kernel
from mydata_ledger.ledger.record import Record


class SameContentView(BaseModel):
    """A record of the same person with equal content."""

    record_id: Hex32
    holder: str


class OwnRecordView(RecordView):
    """A record in its data subject's list. Only they, and who acts for them, see `same_as`. `holder_name` is the name
    of the party that holds it, empty for the operator of a person's own document or a party that is listed no more.
    """

    holder_name: str = Field(default="", examples=["Demo Hospital"])
    same_as: list[SameContentView] = Field(default_factory=list)

    @classmethod
    def with_same(cls, record: Record, others: Sequence[Record], holder_name: str = "") -> OwnRecordView:
        """The view of a record and of those with equal content."""
        same = [SameContentView(record_id=to_hex(one.issue.record_id), holder=one.issue.holder) for one in others]
        return cls(**record_document(record), same_as=same, holder_name=holder_name)


def own_records(
    acting: Acting,
    kernel: Kernel,
    is_listed: Callable[[Record], bool] = lambda _: True,
    choose: Callable[[list[Record]], list[Record]] = list,
) -> list[OwnRecordView]:
    """The records of the person of this call that the caller sees, oldest first; `choose` takes a page of them."""
    records = [record for record in kernel.queries.records_of(acting.person) if acting.covers((record.issue.category,))]
    same = kernel.records.equal_content.same(acting.person, acting.covers)
    page = choose([record for record in records if is_listed(record)])
    names = {party.account: party.name for party in kernel.queries.parties()} if page else {}
    return [
        OwnRecordView.with_same(record, same.get(record.issue.record_id, ()), names.get(record.issue.holder, ""))
        for record in page
    ]
