"""Requests and wishes to and from work items."""

from __future__ import annotations

from typing import Any

from mydata_ledger.ledger.consent import Grant
from mydata_ledger.ledger.consent_request import ConsentRequest, Origin, RequestState, Wish, Wishes, WishKind
from mydata_ledger.ledger.kernel.work_items import ANSWERED_INVITATION, INVITATION, QUESTION, REQUEST, WISHES
from mydata_ledger.ledger.typed_data import message, parse
from mydata_ledger.ledger.work_item import WorkItem

KINDS = {Origin.ASKED: REQUEST, Origin.QUESTION: QUESTION, Origin.OFFER: INVITATION}
ORIGINS = {kind: origin for origin, kind in KINDS.items()} | {ANSWERED_INVITATION: Origin.OFFER}
TEXTS, TIMES = ("benefit", "reference"), ("asked_at", "answer_by", "asked_after", "answered_at")


def request_item(request: ConsentRequest, changed_at: int, version: int = 0) -> WorkItem:
    """The request as a work item that changes at `changed_at` (UTC seconds)."""
    body: dict[str, Any] = {name: getattr(request, name) for name in (*TEXTS, *TIMES, "silent")}
    body["benefit_ko"] = request.benefit_ko
    body["grants"] = [message(grant) for grant in request.grants]
    body["notice_hash"], body["consent"] = request.notice_hash.hex(), request.consent.hex()
    sides = (request.data_subject, request.requester)
    kind, state = KINDS[request.origin], str(request.state)
    return WorkItem(kind, request.request_id, *sides, state, changed_at, body, version)


def read_request(item: WorkItem) -> ConsentRequest:
    """The request in a work item."""
    body = item.body
    return ConsentRequest(
        request_id=item.id,
        requester=item.party,
        data_subject=item.person,
        grants=tuple(parse(Grant, grant) for grant in body["grants"]),
        notice_hash=bytes.fromhex(body["notice_hash"]),
        state=RequestState(item.state),
        consent=bytes.fromhex(body["consent"]),
        silent=body["silent"],
        origin=ORIGINS[item.kind],
        benefit_ko=body.get("benefit_ko", ""),
        **{name: body[name] for name in (*TEXTS, *TIMES)},
    )


def wishes_item(wishes: Wishes, version: int) -> WorkItem:
    """The wishes as a work item: one for each person, under the person's signer bytes."""
    entries = [
        {"kind": w.kind, "purpose": w.purpose, "category": w.category, "topics": w.topics} for w in wishes.wishes
    ]
    body = {"wishes": entries, "validity": dict(wishes.validity)}
    return WorkItem(WISHES, wishes.data_subject, person=wishes.data_subject, body=body, version=version)


def read_wishes(item: WorkItem) -> Wishes:
    """The wishes in a work item."""
    entries = [Wish(WishKind(w["kind"]), w["purpose"], w["category"], tuple(w["topics"])) for w in item.body["wishes"]]
    return Wishes(item.person, tuple(entries), dict(item.body["validity"]))
