"""Decisions and refusals as AuthZEN documents. Why a question was refused stays in its receipt: the data subject's."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import orjson

from mydata_ledger.api import errors
from mydata_ledger.api.groups import Answer
from mydata_ledger.ledger.access import Decision
from mydata_ledger.ledger.errors import LedgerError, UnknownTerm
from mydata_ledger.ledger.receipt import AccessReceipt, Logged

LOGGER = logging.getLogger("mydata.hot")


def document(answer: tuple[Decision, Logged]) -> dict[str, Any]:
    """One decision (AuthZEN §5.5): absent and forbidden look the same; a permit says what it rests on and obliges to.

    `receipt` names the signed receipt, by its place in the access log; `at` the heads it was decided under.
    """
    decision, logged = answer
    said = logged.signed.statement
    assert isinstance(said, AccessReceipt)  # noqa: S101 - narrows for the type checker; the kernel logs nothing else
    context: dict[str, Any] = {
        "reason": decision.reason if decision.permitted else "access_denied",
        "receipt": {"position": logged.position, "request_id": "0x" + said.request_id.hex()},
        "at": {
            "consents": said.consents_size,
            "records": said.records_size,
            "block": said.block,
            "time": said.decided_at,
        },
    }
    if decision.permitted:
        context["obligations"] = sorted(decision.obligations)
    return {"decision": decision.permitted, "context": context}


def alone(answer: Answer) -> dict[str, Any]:
    """The decision on one question. What names nobody and nothing known here is a no (AuthZEN §10.1.3: an error is
    about the request, never about the outcome); what is not the caller's to ask is refused.
    """
    if isinstance(answer, UnknownTerm):
        return _unasked(answer)
    if isinstance(answer, LedgerError):
        raise answer
    return document(answer)


def whole(answers: Sequence[Answer]) -> dict[str, Any]:
    """Many decisions in the order asked (AuthZEN §7.2); what could not be asked is a no with its error."""
    return {"evaluations": [_unasked(one) if isinstance(one, LedgerError) else document(one) for one in answers]}


def _unasked(error: LedgerError) -> dict[str, Any]:
    return {"decision": False, "context": {"error": unasked(error)}}


def unasked(error: LedgerError) -> dict[str, Any]:
    """Why a question that is well said could not be put."""
    return {"status": status_of(error), "message": str(error), **errors.said(error)}


def refusal(error: Exception) -> tuple[int, bytes]:
    """Status and body of a call that is not answered."""
    if isinstance(error, LedgerError):
        return status_of(error), orjson.dumps(errors.said(error))
    LOGGER.error("an evaluation failed in a way nobody expected", exc_info=error)
    return 500, orjson.dumps(errors.UNEXPECTED)


def status_of(error: LedgerError) -> int:
    """As everywhere, but what names an unknown term is a bad request here (AuthZEN §10.1.3 knows no 422)."""
    status = errors.status_of(error)
    return 400 if status == 422 else status
