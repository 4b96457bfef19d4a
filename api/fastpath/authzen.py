"""Subject, action, resource and context of AuthZEN 1.0: their schemas, and their meaning in this ledger.

An AuthZEN subject is our requester (`party` by account, or `person` by signer bytes); its resource is a record
(`record`, by id). The purpose is in `context.purpose` or `action.properties.purpose`, a category in
`resource.properties.category`. A search accepts any entity and returns nothing for an unknown one. An evaluation
refuses a malformed entity by name and answers an unknown one with a negative decision.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from mydata_ledger.api.errors import refusal_members, status_of
from mydata_ledger.api.schemas import HEX32, Hex32, Term
from mydata_ledger.ledger.access import EVERYTHING, AccessRequest
from mydata_ledger.ledger.consent import NEVER
from mydata_ledger.ledger.errors import LedgerError, MalformedInput, UnknownTerm
from mydata_ledger.ledger.kernel import Kernel
from mydata_ledger.ledger.party import requester_name

MAX_TEXT = 2_048
"""Most characters of a type, an id, a name or a category."""
ADDRESS = "^0x[0-9a-fA-F]{40}$"
SUBJECT_IDS = {"party": re.compile(ADDRESS), "person": re.compile("0x(?:[0-9a-fA-F]{2}){20,1000}")}
"""Accepted ids by type of subject: wallet addresses, and for persons also a passkey's longer signer
bytes (ERC-7913).
"""
RECORD_ID = re.compile(HEX32)
NO_INCIDENT = bytes(32)
Name = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
Properties = Annotated[dict[str, Any], Field(max_length=64, default_factory=dict)]
AnyProperties = Annotated[dict[str, Any], Field(default_factory=dict)]
JsonObject = Mapping[str, Any]
"""A JSON object."""


class EntityType(BaseModel):
    """An entity of which only the type is given: what is searched for (AuthZEN §5.1, §5.2)."""

    type: Name
    properties: Properties


class Entity(EntityType):
    """A subject or resource (AuthZEN §5.1, §5.2)."""

    id: Name


class Action(BaseModel):
    """An action (AuthZEN §5.3)."""

    name: Name
    properties: Properties


class Requester(BaseModel):
    """Who would read: the caller, or anyone if the caller is an accredited enforcement point."""

    type: Literal["party", "person"]
    id: Annotated[str, Field(pattern=ADDRESS, examples=["0x" + "ab" * 20])]


class RequestedAction(BaseModel):
    """What the requester would do with the record; `properties.purpose` may carry the purpose."""

    name: Annotated[Term, Field(examples=["view"])]
    properties: AnyProperties


class RequestedRecord(BaseModel):
    """A record by its id; `properties.category` restricts the question to that category."""

    type: Literal["record"]
    id: Hex32
    properties: AnyProperties


class EvaluationContext(BaseModel):
    """The purpose, the declared incident in an emergency, and the least number of consents on chain that the answer
    must take into account (`consents_at_least`).
    """

    purpose: Annotated[str, Field(max_length=200, examples=["hl7:CLINTRCH"])]
    incident: Hex32 | None = None
    consents_at_least: Annotated[int, Field(ge=0)] = 0


ENTITIES: dict[str, type[BaseModel]] = {"subject": Requester, "action": RequestedAction, "resource": RequestedRecord}
PARTS = (*ENTITIES, "context")
"""The members of an evaluation request."""
IDENTIFYING = {
    part: [member for member in entity.model_fields if member != "properties"] for part, entity in ENTITIES.items()
}
"""Members that an item's own part takes from the call's default where it omits them; every other member is replaced as
a whole.
"""


def access_request(kernel: Kernel, members: JsonObject) -> AccessRequest:
    """The access request that an evaluation describes.

    Raises:
        MalformedInput: A member is missing or malformed.
        UnknownTerm: The request is well formed, but names an unknown subject, resource or term.
    """
    subject, action, resource = (_part(members, name) for name in ENTITIES)
    context = members.get("context", {})
    if not isinstance(context, dict):
        raise MalformedInput("`context` is an object")
    purpose = context.get("purpose", _properties(action, "action").get("purpose"))
    if not isinstance(purpose, str | None):
        raise MalformedInput("the purpose is a code, in `context.purpose` or `action.properties.purpose`")
    name, category, consents_at_least = (
        _text(action, "action", "name"),
        _category(resource),
        _consents_at_least(context),
    )
    requester, record, incident = _requester(subject), _record(resource), _incident(context.get("incident"))
    if not purpose:
        raise UnknownTerm("say what for: a code in `context.purpose` or `action.properties.purpose`")
    return kernel.decisions.search.question(
        requester, purpose, name, category, record_id=record, incident=incident, at_least=consents_at_least
    )


def with_context(request: AccessRequest, context: JsonObject) -> AccessRequest:
    """The request with the incident and the least number of consents that the context names. Raises MalformedInput."""
    if context.keys().isdisjoint(("incident", "consents_at_least")):
        return request
    return replace(request, incident=_incident(context.get("incident")), at_least=_consents_at_least(context))


def requester_of(kind: str, name: str) -> str | None:
    """The requester that a subject names; None if it names none."""
    return _account(name) if kind in SUBJECT_IDS and SUBJECT_IDS[kind].fullmatch(name) else None


def record_of(kind: str, name: str) -> bytes | None:
    """The id of the record that a resource names; None if it names none."""
    return bytes.fromhex(name[2:]) if kind == "record" and RECORD_ID.fullmatch(name) else None


def error_context(error: LedgerError) -> dict[str, Any]:
    """`context.error` of a well-formed request that could not be evaluated."""
    return {"status": subject_status(status_of(error)), "message": str(error), **refusal_members(error)}


def subject_status(status: int) -> int:
    """An HTTP status as AuthZEN has it: an unknown term is a bad request here, since AuthZEN §10.1.3 has no 422."""
    return 400 if status == 422 else status


@lru_cache(maxsize=4_096)
def _account(name: str) -> str:
    return requester_name(bytes.fromhex(name[2:]))


def _part(members: JsonObject, name: str) -> dict[str, Any]:
    part = members.get(name)
    if not isinstance(part, dict):
        raise MalformedInput(f"`{name}` is missing or no object")
    return part


def _text(part: JsonObject, name: str, member: str) -> str:
    text = part.get(member)
    if not isinstance(text, str) or not 0 < len(text) <= MAX_TEXT:
        raise MalformedInput(f"`{name}.{member}` is a text of 1 to {MAX_TEXT} characters")
    return text


def _properties(part: JsonObject, name: str) -> dict[str, Any]:
    properties = part.get("properties", {})
    if not isinstance(properties, dict):
        raise MalformedInput(f"`{name}.properties` is an object")
    return properties


def _requester(subject: JsonObject) -> str:
    kind, name = _text(subject, "subject", "type"), _text(subject, "subject", "id")
    _properties(subject, "subject")
    if (requester := requester_of(kind, name)) is None:
        raise UnknownTerm("nobody: `subject` is a `party` or `person`, its id an address, or signer bytes, in 0x-hex")
    return requester


def _record(resource: JsonObject) -> bytes:
    record = record_of(_text(resource, "resource", "type"), _text(resource, "resource", "id"))
    if record is None:
        raise UnknownTerm("nothing: `resource` is a `record`, its id 32 bytes in 0x-hex")
    return record


def _category(resource: JsonObject) -> str:
    category = _properties(resource, "resource").get("category", EVERYTHING)
    if not isinstance(category, str) or len(category) > MAX_TEXT:
        raise MalformedInput(f"`resource.properties.category` is a text of at most {MAX_TEXT} characters")
    return category


def _incident(entry: Any) -> bytes:
    if entry is None:
        return NO_INCIDENT
    if not isinstance(entry, str) or not RECORD_ID.fullmatch(entry):
        raise MalformedInput("`context.incident` is the entry of an incident or of its extension, 32 bytes in 0x-hex")
    return bytes.fromhex(entry[2:])


def _consents_at_least(context: JsonObject) -> int:
    count = context.get("consents_at_least")
    if count is None:
        return 0
    if type(count) is not int or not 0 <= count <= NEVER:
        raise MalformedInput("`context.consents_at_least` is a number of consents")
    return count
