"""AuthZEN's evaluations, which machines ask a thousand times a second (ADR 15): read, asked, answered.

Why a question was refused stays in its receipt: the data subject's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, get_args

import orjson

from mydata_ledger.api.errors import Reply, closing, refusal
from mydata_ledger.api.fastpath.authzen import IDENTIFYING, PARTS, Said, question, subject_status, unasked
from mydata_ledger.api.fastpath.decisions import DecisionBatcher, DecisionOutcome, Question
from mydata_ledger.api.fastpath.limits import TokenBucket
from mydata_ledger.api.fastpath.request import Request
from mydata_ledger.ledger.access import Decision
from mydata_ledger.ledger.errors import LedgerError, MalformedInput, TooLarge, UnknownTerm
from mydata_ledger.ledger.kernel import Kernel
from mydata_ledger.ledger.receipt import AccessReceipt, LoggedStatement

MOST = 1_000
"""Evaluations in one call."""
Semantic = Literal["execute_all", "deny_on_first_deny", "permit_on_first_permit"]
SEMANTICS = EXECUTE_ALL, _, FIRST_PERMIT = get_args(Semantic)


@dataclass(frozen=True, slots=True)
class Call:
    """What one call asks, in order; `semantic` says when the rest need not be asked (AuthZEN §7.1.2.1).

    `single` marks a call that is answered with one decision and not with a list.
    """

    questions: Sequence[Question]
    semantic: str = EXECUTE_ALL
    single: bool = False


def evaluation(kernel: Kernel, raw: bytes) -> Call:
    """One question (AuthZEN §6.1). Raises MalformedInput."""
    return Call([_alone(kernel, _object(raw))], single=True)


def evaluations(kernel: Kernel, raw: bytes) -> Call:
    """Many, with defaults for what they leave out (AuthZEN §7.1). Raises MalformedInput, TooLarge.

    A question that cannot be asked is refused in its own place. Without any, the defaults are the question.
    """
    said = _object(raw)
    many, semantic = said.get("evaluations"), _semantic(said.get("options"))
    if many is None or many == []:
        return Call([_alone(kernel, said)], single=True)
    if not isinstance(many, list):
        raise MalformedInput("`evaluations` is a list of objects")
    if len(many) > MOST:
        raise TooLarge(f"one call has at most {MOST} evaluations; split it into smaller ones")
    defaults = {part: said[part] for part in PARTS if part in said}
    return Call([_one_of(kernel, defaults, item) for item in many], semantic)


def _alone(kernel: Kernel, said: Said) -> Question:
    try:
        return question(kernel, said)
    except UnknownTerm as error:
        return error


def _one_of(kernel: Kernel, defaults: Said, item: Any) -> Question:
    if not isinstance(item, dict):
        return MalformedInput("an evaluation is an object")
    try:
        return question(kernel, _merged(defaults, item))
    except LedgerError as error:
        return error


def _merged(defaults: Said, item: Said) -> Said:
    merged = {**defaults, **item}
    for part, members in IDENTIFYING.items():
        mine, theirs = item.get(part), defaults.get(part)
        if isinstance(mine, dict) and isinstance(theirs, dict):
            merged[part] = {name: theirs[name] for name in members if name in theirs} | mine
    return merged


def _object(raw: bytes) -> dict[str, Any]:
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise MalformedInput(f"not JSON: line {error.lineno}, column {error.colno}; is the body complete?") from error
    if not isinstance(said, dict):
        raise MalformedInput("the body is a JSON object with subject, action, resource and context")
    return said


def _semantic(options: Any) -> str:
    if not isinstance(options, dict | None):
        raise MalformedInput("`options` is an object")
    said = (options or {}).get("evaluations_semantic", EXECUTE_ALL)
    if said not in SEMANTICS:
        raise MalformedInput(f"`evaluations_semantic` is one of {', '.join(SEMANTICS)}")
    return str(said)


@dataclass(frozen=True, slots=True)
class EvaluationRoute:
    """A path on which evaluations are asked: how a body of at most `largest` bytes is read. Each question counts
    towards the rate of its session. No request is left to the framework.
    """

    has_own_limits: ClassVar[bool] = True
    read: Callable[[Kernel, bytes], Call]
    largest: int
    bucket: TokenBucket

    async def reply(self, batcher: DecisionBatcher, request: Request, _: str) -> bytes:
        """The body of the answer. Raises LedgerError; MalformedInput also for another media type, since AuthZEN has one
        status for what is asked wrongly.
        """
        session = request.session_key()
        self.bucket.take(session)
        if request.headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != b"application/json":
            raise MalformedInput("send `content-type: application/json`")
        call = self.read(batcher.kernel, await request.body(self.largest))
        if len(call.questions) > 1:
            self.bucket.take(session, len(call.questions) - 1)
        all_of_them = call.semantic == EXECUTE_ALL
        answers = await (batcher.ask(session, call.questions) if all_of_them else _until(batcher, session, call))
        return orjson.dumps(_single(answers[0]) if call.single else {"evaluations": [_listed(one) for one in answers]})

    def refusal(self, error: Exception) -> Reply:
        """Statuses are AuthZEN's."""
        reply = refusal(error)
        return closing(replace(reply, status=subject_status(reply.status)))


def evaluation_routes(bucket: TokenBucket) -> dict[str, EvaluationRoute]:
    """By path; `bucket` limits the questions of each session."""
    return {
        "/access/v1/evaluation": EvaluationRoute(evaluation, 64 * 1024, bucket),
        "/access/v1/evaluations": EvaluationRoute(evaluations, 2 * 1024 * 1024, bucket),
    }


async def _until(batcher: DecisionBatcher, session: bytes, call: Call) -> Sequence[DecisionOutcome]:
    """One after another, for a live session only; what lies behind the answer that decides is not asked and leaves no
    receipt.
    """
    answers: list[DecisionOutcome] = []
    for one in call.questions:
        answers += await batcher.ask(session, [one])
        last = answers[-1]
        permitted = not isinstance(last, LedgerError) and last[0].permitted
        if permitted == (call.semantic == FIRST_PERMIT):
            break
    return answers


def document(answer: tuple[Decision, LoggedStatement]) -> dict[str, Any]:
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


def _single(answer: DecisionOutcome) -> dict[str, Any]:
    """The decision on one question. What names nobody and nothing known here is a no (AuthZEN §10.1.3: an error is
    about the request, never about the outcome); what is not the caller's to ask is refused.
    """
    if isinstance(answer, LedgerError) and not isinstance(answer, UnknownTerm):
        raise answer
    return _listed(answer)


def _listed(answer: DecisionOutcome) -> dict[str, Any]:
    """One of many decisions (AuthZEN §7.2); what could not be asked is a no with its error."""
    if isinstance(answer, LedgerError):
        return {"decision": False, "context": {"error": unasked(answer)}}
    return document(answer)
