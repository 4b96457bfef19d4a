"""FHIRPath selections: the fields of a resource that an expression selects, as JSON Pointers (RFC 6901).

Only paths, filters and tests on them are evaluated. An expression that computes a value selects no field, and functions
that may never end (`repeat`, `matches`) are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import fhirpathpy
from fhirpathpy.engine.nodes import ResourceNode
from fhirpathpy.models import models

from mydata_ledger.ledger.canonical import read
from mydata_ledger.ledger.errors import InvalidStatement, MalformedInput, TooLarge

MAX_EXPRESSION, MAX_EXPRESSIONS = 500, 100
MAX_DOCUMENT = 1 << 20
CALL = re.compile(r"(\w+)\s*\(")
STRING_LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'")
ALLOWED_FUNCTIONS = {
    *("where", "exists", "empty", "not", "all", "any", "count", "first", "last", "tail", "single", "skip", "take"),
    *("ofType", "as", "is", "extension", "hasValue", "children", "descendants", "startsWith", "endsWith", "contains"),
    *("in", "and", "or", "lower", "upper", "length", "toString", "distinct"),
}
STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
Compiled = Callable[[Any, Any], list[Any]]


def pointers(document: bytes, expressions: Sequence[str]) -> list[str]:
    """JSON Pointers of the fields that FHIRPath expressions select in a FHIR resource, in order of selection.

    Raises:
        MalformedInput: The document is not FHIR JSON, or an expression is not FHIRPath.
        InvalidStatement: An expression selects no field, computes a value, or uses a function that is not allowed.
        TooLarge: The document has more than 1 MiB.
    """
    if len(expressions) > MAX_EXPRESSIONS:
        raise InvalidStatement(f"at most {MAX_EXPRESSIONS} expressions; choose whole elements instead of their parts")
    if len(document) > MAX_DOCUMENT:
        raise TooLarge(f"FHIRPath is evaluated on at most {MAX_DOCUMENT} bytes; choose by JSON Pointer")
    resource = read(document)
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        raise MalformedInput("not FHIR: a resource has a `resourceType`; choose its fields by JSON Pointer instead")
    selected = [pointer for expression in expressions for pointer in _select(resource, expression)]
    return list(dict.fromkeys(selected))


def elements(resource: dict[str, Any], expression: str) -> list[Any]:
    """What a FHIRPath expression selects in a FHIR resource, as JSON values; nothing where it cannot be evaluated.

    Raises MalformedInput or InvalidStatement for an expression that is not allowed.
    """
    compiled = _compiled(expression)
    try:
        nodes = compiled(resource, {})
    except Exception:  # a resource of the wrong shape fails in many ways inside the library
        return []
    return [node.data if isinstance(node, ResourceNode) else node for node in nodes]


def _select(resource: dict[str, Any], expression: str) -> Iterator[str]:
    nodes = _evaluate(resource, expression)
    if not nodes:
        raise InvalidStatement("the FHIRPath expression selects no field of the record")
    for node in nodes:
        if not isinstance(node, ResourceNode):
            raise InvalidStatement("the FHIRPath expression computes a value; name the fields it is made of")
        yield _pointer(resource, node)


def _evaluate(resource: dict[str, Any], expression: str) -> list[Any]:
    compiled = _compiled(expression)
    try:
        return compiled(resource, {})
    except Exception as error:
        raise MalformedInput("the FHIRPath expression cannot be evaluated on this record") from error


@lru_cache(maxsize=256)
def _compiled(expression: str) -> Compiled:
    bare = STRING_LITERAL.sub("''", expression)
    strange = next((name for name in CALL.findall(bare) if name not in ALLOWED_FUNCTIONS), "%" if "%" in bare else "")
    if strange or bare.count("descendants") > 1 or len(expression) > MAX_EXPRESSION:
        raise InvalidStatement(
            f"a selection has at most {MAX_EXPRESSION} characters, `descendants` once, and of functions only "
            + ", ".join(sorted(ALLOWED_FUNCTIONS))
        )
    try:
        return fhirpathpy.compile(expression, models["r4"], {"returnRawData": True})
    except Exception as error:
        raise MalformedInput("not a FHIRPath expression") from error


def _pointer(resource: dict[str, Any], node: ResourceNode) -> str:
    """The pointer of a node. Its FHIRPath says `value` where the record says `valueQuantity`
    (FHIR's choice of types).
    """
    if node.data is resource:
        return ""
    try:
        value, pointer = _walk(resource, (node.propName or "").partition(".")[2])
    except (LookupError, TypeError, AttributeError):
        value, pointer = None, ""
    if not pointer or not _same(value, node.data):
        raise InvalidStatement("the FHIRPath expression selects what has no place of its own; use a JSON Pointer")
    return pointer


def _walk(value: Any, path: str) -> tuple[Any, str]:
    pointer = ""
    for name, index in STEP.findall(path):
        step = int(index) if index else _member(value, name)
        value = value[step]
        pointer += "/" + str(step).replace("~", "~0").replace("/", "~1")
    return value, pointer


def _member(value: dict[str, Any], name: str) -> str:
    if name in value:
        return name
    typed = [one for one in value if one.startswith(name) and one[len(name) : len(name) + 1].isupper()]
    return typed[0] if len(typed) == 1 else name


def _same(value: Any, data: Any) -> bool:
    return value is data or (isinstance(data, Decimal) and Decimal(str(value)) == data)
