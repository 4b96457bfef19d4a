"""AuthZEN 1.0's subject, action, resource and context: of what they are made, what the interface's description says of
them, and what they mean here.

AuthZEN's subject is our requester (`party`, by account, or `person`, by signer bytes), its resource a record (`record`,
by id). The purpose stands in `context.purpose` or `action.properties.purpose`, a category in
`resource.properties.category`. In a search an entity may name anything, and what is not known here is not found; in an
evaluation what is misshapen is refused by name, and what is unknown is answered no.
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

LONGEST = 2_048
"""Characters of a type, an id, a name or a category."""
ADDRESS = "^0x[0-9a-fA-F]{40}$"
SIGNERS = {"party": re.compile(ADDRESS), "person": re.compile("0x(?:[0-9a-fA-F]{2}){20,1000}")}
"""Who may be a subject: wallets by address, and persons also by the longer bytes of a passkey (ERC-7913)."""
ID = re.compile(HEX32)
NO_INCIDENT = bytes(32)
Name = Annotated[str, Field(min_length=1, max_length=LONGEST)]
Properties = Annotated[dict[str, Any], Field(max_length=64, default_factory=dict)]
AnyProperties = Annotated[dict[str, Any], Field(default_factory=dict)]
Said = Mapping[str, Any]
"""A JSON object."""


class EntityType(BaseModel):
    """An entity of which only the kind is known: what is searched for (AuthZEN §5.1, §5.2)."""

    type: Name
    properties: Properties


class Entity(EntityType):
    """A subject or resource."""

    id: Name


class Action(BaseModel):
    """An action (AuthZEN §5.3)."""

    name: Name
    properties: Properties


class Requester(BaseModel):
    """Who would read: the caller, or anyone where the caller is an accredited enforcement point."""

    type: Literal["party", "person"]
    id: Annotated[str, Field(pattern=ADDRESS, examples=["0x" + "ab" * 20])]


class RequestedAction(BaseModel):
    """What they would do; `properties.purpose` may say what for."""

    name: Annotated[Term, Field(examples=["view"])]
    properties: AnyProperties


class RequestedRecord(BaseModel):
    """A record by its id; `properties.category` where only one of that category is meant."""

    type: Literal["record"]
    id: Hex32
    properties: AnyProperties


class EvaluationContext(BaseModel):
    """What for, under which declared incident, and how many consents the answer must rest on at least."""

    purpose: Annotated[str, Field(max_length=200, examples=["hl7:CLINTRCH"])]
    incident: Hex32 | None = None
    consents_at_least: Annotated[int, Field(ge=0)] = 0


ENTITIES: dict[str, type[BaseModel]] = {"subject": Requester, "action": RequestedAction, "resource": RequestedRecord}
PARTS = (*ENTITIES, "context")
"""Of an evaluation."""
IDENTIFYING = {
    part: [member for member in entity.model_fields if member != "properties"] for part, entity in ENTITIES.items()
}
"""What an item's own part takes from the call's where it leaves it out; all else it replaces whole."""


def question(kernel: Kernel, asked: Said) -> AccessRequest:
    """What an evaluation asks. Raises MalformedInput for what is missing or misshapen, UnknownTerm for what is well
    said but names nobody or nothing known here.
    """
    subject, action, resource = (_part(asked, name) for name in ENTITIES)
    context = asked.get("context", {})
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


def under(asked: AccessRequest, context: Said) -> AccessRequest:
    """The question under the incident, and with the size at least, that a context names. Raises MalformedInput."""
    if context.keys().isdisjoint(("incident", "consents_at_least")):
        return asked
    return replace(asked, incident=_incident(context.get("incident")), at_least=_size(context))


def requester_of(kind: str, name: str) -> str | None:
    """The requester that a subject names, if it is one."""
    return _account(name) if kind in SIGNERS and SIGNERS[kind].fullmatch(name) else None


def record_of(kind: str, name: str) -> bytes | None:
    """The id of the record that a resource names, if it is one."""
    return bytes.fromhex(name[2:]) if kind == "record" and ID.fullmatch(name) else None


def unasked(error: LedgerError) -> dict[str, Any]:
    """Why a question that is well said could not be put."""
    return {"status": subject_status(status_of(error)), "message": str(error), **refusal_members(error)}


def subject_status(status: int) -> int:
    """A status as everywhere, but what names an unknown term is a bad request here (AuthZEN §10.1.3 knows no 422)."""
    return 400 if status == 422 else status


@lru_cache(maxsize=4_096)
def _account(name: str) -> str:
    return requester_name(bytes.fromhex(name[2:]))


def _part(asked: Said, name: str) -> dict[str, Any]:
    part = asked.get(name)
    if not isinstance(part, dict):
        raise MalformedInput(f"`{name}` is missing or no object")
    return part


def _text(part: Said, name: str, member: str) -> str:
    text = part.get(member)
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST:
        raise MalformedInput(f"`{name}.{member}` is a text of 1 to {LONGEST} characters")
    return text


def _properties(part: Said, name: str) -> dict[str, Any]:
    properties = part.get("properties", {})
    if not isinstance(properties, dict):
        raise MalformedInput(f"`{name}.properties` is an object")
    return properties


def _requester(subject: Said) -> str:
    kind, name = _text(subject, "subject", "type"), _text(subject, "subject", "id")
    _properties(subject, "subject")
    if (requester := requester_of(kind, name)) is None:
        raise UnknownTerm("nobody: `subject` is a `party` or `person`, its id an address, or signer bytes, in 0x-hex")
    return requester


def _record(resource: Said) -> bytes:
    record = record_of(_text(resource, "resource", "type"), _text(resource, "resource", "id"))
    if record is None:
        raise UnknownTerm("nothing: `resource` is a `record`, its id 32 bytes in 0x-hex")
    return record


def _category(resource: Said) -> str:
    category = _properties(resource, "resource").get("category", EVERYTHING)
    if not isinstance(category, str) or len(category) > LONGEST:
        raise MalformedInput(f"`resource.properties.category` is a text of at most {LONGEST} characters")
    return category


def _incident(entry: Any) -> bytes:
    if entry is None:
        return NO_INCIDENT
    if not isinstance(entry, str) or not ID.fullmatch(entry):
        raise MalformedInput("`context.incident` is the entry of a declared incident, 32 bytes in 0x-hex")
    return bytes.fromhex(entry[2:])


def _size(context: Said) -> int:
    size = context.get("consents_at_least")
    if size is None:
        return 0
    if type(size) is not int or not 0 <= size <= NEVER:
        raise MalformedInput("`context.consents_at_least` is a number of consents")
    return size
