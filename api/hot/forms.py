"""AuthZEN requests as the kernel's questions. What is missing or misshapen is refused by name; what is well said but
names nobody and nothing known here is a question that cannot be put: it is answered no, and why stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import orjson

from mydata_ledger.ledger.access import EVERYTHING, AccessRequest
from mydata_ledger.ledger.consent import NEVER
from mydata_ledger.ledger.errors import LedgerError, MalformedInput, TooLarge, UnknownTerm
from mydata_ledger.ledger.kernel import Kernel
from mydata_ledger.ledger.party import requester_name

MOST = 1_000
"""Evaluations in one call."""
IDENTIFYING = {"subject": ("type", "id"), "action": ("name",), "resource": ("type", "id")}
"""What an item's own part takes from the call's where it leaves it out; all else it replaces whole."""
ID = re.compile("0x[0-9a-fA-F]{64}")
SIGNERS = {"party": re.compile("0x[0-9a-fA-F]{40}"), "person": re.compile("0x(?:[0-9a-fA-F]{2}){20,1000}")}
"""Who may be a subject: wallets by address, and persons also by the longer bytes of a passkey (ERC-7913)."""
PARTS = ("subject", "action", "resource", "context")
LONGEST = 2_048
EXECUTE_ALL, FIRST_DENY, FIRST_PERMIT = "execute_all", "deny_on_first_deny", "permit_on_first_permit"
NO_INCIDENT = bytes(32)


@dataclass(frozen=True, slots=True)
class Form:
    """What one call asks, in order; `semantic` says when the rest need not be asked (AuthZEN §7.1.2.1).

    `single` marks a call that is answered with one decision and not with a list.
    """

    questions: Sequence[AccessRequest | LedgerError]
    semantic: str = EXECUTE_ALL
    single: bool = False


def evaluation(kernel: Kernel, raw: bytes) -> Form:
    """One question (AuthZEN §6.1). Raises MalformedInput."""
    return Form([_put(kernel, _object(raw))], single=True)


def evaluations(kernel: Kernel, raw: bytes) -> Form:
    """Many, with defaults for what they leave out (AuthZEN §7.1). Raises MalformedInput, TooLarge.

    A question that cannot be asked is refused in its own place. Without any, the defaults are the question.
    """
    said = _object(raw)
    many, semantic = said.get("evaluations"), _semantic(said.get("options"))
    if many is None or many == []:
        return Form([_put(kernel, said)], single=True)
    if not isinstance(many, list):
        raise MalformedInput("`evaluations` is a list of objects")
    if len(many) > MOST:
        raise TooLarge(f"one call has at most {MOST} evaluations; split it into smaller ones")
    defaults = {part: said[part] for part in PARTS if part in said}
    return Form([_one_of(kernel, defaults, item) for item in many], semantic)


def _one_of(kernel: Kernel, defaults: Mapping[str, Any], item: Any) -> AccessRequest | LedgerError:
    if not isinstance(item, dict):
        return MalformedInput("an evaluation is an object")
    try:
        return _question(kernel, _merged(defaults, item))
    except LedgerError as error:
        return error


def _merged(defaults: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**defaults, **item}
    for part, members in IDENTIFYING.items():
        mine, theirs = item.get(part), defaults.get(part)
        if isinstance(mine, dict) and isinstance(theirs, dict):
            merged[part] = {name: theirs[name] for name in members if name in theirs} | mine
    return merged


def _put(kernel: Kernel, said: Mapping[str, Any]) -> AccessRequest | LedgerError:
    try:
        return _question(kernel, said)
    except UnknownTerm as error:
        return error


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
    if said not in (EXECUTE_ALL, FIRST_DENY, FIRST_PERMIT):
        raise MalformedInput(f"`evaluations_semantic` is one of {EXECUTE_ALL}, {FIRST_DENY}, {FIRST_PERMIT}")
    return str(said)


def _question(kernel: Kernel, said: Mapping[str, Any]) -> AccessRequest:
    subject, action, resource = (_part(said, name) for name in ("subject", "action", "resource"))
    context = said.get("context", {})
    if not isinstance(context, dict):
        raise MalformedInput("`context` is an object")
    purpose = context.get("purpose", _properties(action, "action").get("purpose"))
    if not isinstance(purpose, str | None):
        raise MalformedInput("the purpose is a code, in `context.purpose` or `action.properties.purpose`")
    name, category, known = _text(action, "action", "name"), _category(resource), _size(context)
    requester, record, incident = _requester(subject), _record(resource), _incident(context.get("incident"))
    if not purpose:
        raise UnknownTerm("say what for: a code in `context.purpose` or `action.properties.purpose`")
    return kernel.decisions.search.question(
        requester, purpose, name, category, record_id=record, incident=incident, at_least=known
    )


def under(question: AccessRequest, context: Mapping[str, Any]) -> AccessRequest:
    """The question under the incident, and with the size at least, that a context names. Raises MalformedInput."""
    if context.keys().isdisjoint(("incident", "consents_at_least")):
        return question
    return replace(question, incident=_incident(context.get("incident")), at_least=_size(context))


def _part(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = said.get(name)
    if not isinstance(part, dict):
        raise MalformedInput(f"`{name}` is missing or no object")
    return part


def _text(part: Mapping[str, Any], name: str, member: str) -> str:
    text = part.get(member)
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST:
        raise MalformedInput(f"`{name}.{member}` is a text of 1 to {LONGEST} characters")
    return text


def _properties(part: Mapping[str, Any], name: str) -> dict[str, Any]:
    properties = part.get("properties", {})
    if not isinstance(properties, dict):
        raise MalformedInput(f"`{name}.properties` is an object")
    return properties


def _requester(subject: Mapping[str, Any]) -> str:
    kind, name = _text(subject, "subject", "type"), _text(subject, "subject", "id")
    _properties(subject, "subject")
    if kind not in SIGNERS or not SIGNERS[kind].fullmatch(name):
        raise UnknownTerm("nobody: `subject` is a `party` or `person`, its id an address, or signer bytes, in 0x-hex")
    return account(name)


@lru_cache(maxsize=4_096)
def account(name: str) -> str:
    """The requester whom signer bytes in 0x-hex name."""
    return requester_name(bytes.fromhex(name[2:]))


def _record(resource: Mapping[str, Any]) -> bytes:
    kind, name = _text(resource, "resource", "type"), _text(resource, "resource", "id")
    if kind != "record" or not ID.fullmatch(name):
        raise UnknownTerm("nothing: `resource` is a `record`, its id 32 bytes in 0x-hex")
    return bytes.fromhex(name[2:])


def _category(resource: Mapping[str, Any]) -> str:
    category = _properties(resource, "resource").get("category", EVERYTHING)
    if not isinstance(category, str) or len(category) > LONGEST:
        raise MalformedInput(f"`resource.properties.category` is a text of at most {LONGEST} characters")
    return category


def _incident(said: Any) -> bytes:
    if said is None:
        return NO_INCIDENT
    if not isinstance(said, str) or not ID.fullmatch(said):
        raise MalformedInput("`context.incident` is the entry of a declared incident, 32 bytes in 0x-hex")
    return bytes.fromhex(said[2:])


def _size(context: Mapping[str, Any]) -> int:
    said = context.get("consents_at_least")
    if said is None:
        return 0
    if type(said) is not int or not 0 <= said <= NEVER:
        raise MalformedInput("`context.consents_at_least` is a number of consents")
    return said
