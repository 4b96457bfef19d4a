"""AuthZEN evaluations, a route for machines at a thousand requests a second (ADR 15).

The reason of a refusal is in its receipt, which the data subject can read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, get_args

import orjson

from mydata_ledger.api.errors import Reply, closing, refusal
from mydata_ledger.api.fastpath.authzen import (
    IDENTIFYING,
    PARTS,
    JsonObject,
    access_request,
    error_context,
    subject_status,
)
from mydata_ledger.api.fastpath.decisions import DecisionBatcher, DecisionOutcome, RequestOrError
from mydata_ledger.api.fastpath.limits import TokenBucket
from mydata_ledger.api.fastpath.request import Request
from mydata_ledger.ledger.access import Decision
from mydata_ledger.ledger.errors import LedgerError, MalformedInput, TooLarge, UnknownTerm
from mydata_ledger.ledger.kernel import Kernel
from mydata_ledger.ledger.receipt import AccessReceipt, LoggedStatement

MAX_EVALUATIONS = 1_000
"""Evaluations in one call."""
Semantic = Literal["execute_all", "deny_on_first_deny", "permit_on_first_permit"]
SEMANTICS = EXECUTE_ALL, _, FIRST_PERMIT = get_args(Semantic)


@dataclass(frozen=True, slots=True)
class Call:
    """The requests of one call, in order.

    `semantic` says after which decision the remaining ones are skipped (AuthZEN §7.1.2.1). `single` marks a call that
    is answered with one decision instead of a list.
    """

    questions: Sequence[RequestOrError]
    semantic: str = EXECUTE_ALL
    single: bool = False


def evaluation(kernel: Kernel, raw: bytes) -> Call:
    """Parse one evaluation (AuthZEN §6.1). Raises MalformedInput."""
    return Call([_single_question(kernel, _json_object(raw))], single=True)


def evaluations(kernel: Kernel, raw: bytes) -> Call:
    """Parse a batch of evaluations with defaults (AuthZEN §7.1).

    An item that cannot be evaluated is refused in its own place. Without items, the defaults are the one evaluation.

    Raises:
        MalformedInput, TooLarge.
    """
    body = _json_object(raw)
    items, semantic = body.get("evaluations"), _semantic(body.get("options"))
    if items is None or items == []:
        return Call([_single_question(kernel, body)], single=True)
    if not isinstance(items, list):
        raise MalformedInput("`evaluations` is a list of objects")
    if len(items) > MAX_EVALUATIONS:
        raise TooLarge(f"one call has at most {MAX_EVALUATIONS} evaluations; split it into smaller ones")
    defaults = {part: body[part] for part in PARTS if part in body}
    return Call([_batch_question(kernel, defaults, item) for item in items], semantic)


def _single_question(kernel: Kernel, body: JsonObject) -> RequestOrError:
    try:
        return access_request(kernel, body)
    except UnknownTerm as error:
        return error


def _batch_question(kernel: Kernel, defaults: JsonObject, item: Any) -> RequestOrError:
    if not isinstance(item, dict):
        return MalformedInput("an evaluation is an object")
    try:
        return access_request(kernel, _merged(defaults, item))
    except LedgerError as error:
        return error


def _merged(defaults: JsonObject, item: JsonObject) -> JsonObject:
    merged = {**defaults, **item}
    for part, members in IDENTIFYING.items():
        item_part, default_part = item.get(part), defaults.get(part)
        if isinstance(item_part, dict) and isinstance(default_part, dict):
            merged[part] = {name: default_part[name] for name in members if name in default_part} | item_part
    return merged


def _json_object(raw: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise MalformedInput(f"not JSON: line {error.lineno}, column {error.colno}; is the body complete?") from error
    if not isinstance(body, dict):
        raise MalformedInput("the body is a JSON object with subject, action, resource and context")
    return body


def _semantic(options: Any) -> str:
    if not isinstance(options, dict | None):
        raise MalformedInput("`options` is an object")
    semantic = (options or {}).get("evaluations_semantic", EXECUTE_ALL)
    if semantic not in SEMANTICS:
        raise MalformedInput(f"`evaluations_semantic` is one of {', '.join(SEMANTICS)}")
    return str(semantic)


@dataclass(frozen=True, slots=True)
class EvaluationRoute:
    """A path of evaluations. `read` parses a body of at most `max_body` bytes; each evaluation takes one token of the
    session's bucket. No request is left to FastAPI.
    """

    has_own_limits: ClassVar[bool] = True
    read: Callable[[Kernel, bytes], Call]
    max_body: int
    bucket: TokenBucket

    async def reply(self, batcher: DecisionBatcher, request: Request, _: str) -> bytes:
        """The body of the response. Raises LedgerError; MalformedInput also for another media type, since AuthZEN has
        one status for every malformed request.
        """
        session = request.session_key()
        self.bucket.take(session)
        if request.headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != b"application/json":
            raise MalformedInput("send `content-type: application/json`")
        call = self.read(batcher.kernel, await request.body(self.max_body))
        if len(call.questions) > 1:
            self.bucket.take(session, len(call.questions) - 1)
        execute_all = call.semantic == EXECUTE_ALL
        answers = await (
            batcher.ask(session, call.questions) if execute_all else _evaluate_in_order(batcher, session, call)
        )
        return orjson.dumps(
            _single_result(answers[0]) if call.single else {"evaluations": [_result(answer) for answer in answers]}
        )

    def refusal(self, error: Exception) -> Reply:
        """The error response, with a status that AuthZEN has."""
        reply = refusal(error)
        return closing(replace(reply, status=subject_status(reply.status)))


def evaluation_routes(bucket: TokenBucket) -> dict[str, EvaluationRoute]:
    """The routes by path; `bucket` limits the evaluations of each session."""
    return {
        "/access/v1/evaluation": EvaluationRoute(evaluation, 64 * 1024, bucket),
        "/access/v1/evaluations": EvaluationRoute(evaluations, 2 * 1024 * 1024, bucket),
    }


async def _evaluate_in_order(batcher: DecisionBatcher, session: bytes, call: Call) -> Sequence[DecisionOutcome]:
    """Evaluate one request after another, until a decision ends the call; those after it are not evaluated and get no
    receipt.
    """
    answers: list[DecisionOutcome] = []
    for question in call.questions:
        answers += await batcher.ask(session, [question])
        last = answers[-1]
        permitted = not isinstance(last, LedgerError) and last[0].permitted
        if permitted == (call.semantic == FIRST_PERMIT):
            break
    return answers


def document(answer: tuple[Decision, LoggedStatement]) -> dict[str, Any]:
    """One decision (AuthZEN §5.5); not found and not permitted are identical.

    `context.receipt` names the signed receipt by its position in the access log, `context.at` the log sizes and block
    of the decision. A permit adds its obligations.
    """
    decision, logged = answer
    receipt = logged.signed.statement
    if not isinstance(receipt, AccessReceipt):
        raise TypeError("a decision is logged as an access receipt")
    context: dict[str, Any] = {
        "reason": decision.reason if decision.permitted else "access_denied",
        "receipt": {"position": logged.position, "request_id": "0x" + receipt.request_id.hex()},
        "at": {
            "consents": receipt.consents_size,
            "records": receipt.records_size,
            "block": receipt.block,
            "time": receipt.decided_at,
        },
    }
    if decision.permitted:
        context["obligations"] = sorted(decision.obligations)
    return {"decision": decision.permitted, "context": context}


def _single_result(answer: DecisionOutcome) -> dict[str, Any]:
    """The decision of a single evaluation. An unknown subject, resource or term gives a negative decision (AuthZEN
    §10.1.3: an error is about the request, never about the outcome); any other error is raised.
    """
    if isinstance(answer, LedgerError) and not isinstance(answer, UnknownTerm):
        raise answer
    return _result(answer)


def _result(answer: DecisionOutcome) -> dict[str, Any]:
    """One decision of a batch (AuthZEN §7.2); an item that could not be evaluated is a negative decision with its
    error.
    """
    if isinstance(answer, LedgerError):
        return {"decision": False, "context": {"error": error_context(answer)}}
    return document(answer)
