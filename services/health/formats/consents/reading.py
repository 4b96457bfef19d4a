"""Provision trees out of FHIR JSON, R4 and R5, element by element; whatever has no word of ours is noted as lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ledger.consent import NEVER
from ledger.errors import MalformedInput
from services.health.formats.consents import codes
from services.health.formats.consents.rules import NAMED, Names, Rule, Scope
from services.health.formats.periods import span_of

DEEPEST = 100
UNDERSTOOD = frozenset(
    {"type", "period", "actor", "action", "purpose", "class", "resourceType", "data", "dataPeriod", "provision"}
    | {"extension", "modifierExtension", "id"}
)
Resolve = Callable[[str], str | None]
UNKNOWN = ""
"""Stands in a bound for something that has no name here: the rule then cannot be said."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Something the resource says that our grants do not: where, what, and what follows for the import."""

    path: str
    what: str
    consequence: str


@dataclass
class Reader:
    """Reads one resource. `grantee` and `record` tell what a FHIR reference or identifier is called here."""

    grantee: Resolve
    record: Resolve
    known_purposes: frozenset[str]
    losses: list[Loss] = field(default_factory=list)
    needs_type: bool = True

    def lost(self, path: str, what: str, consequence: str = "the rule is not imported") -> None:
        """Note a loss."""
        self.losses.append(Loss(path, what, consequence))

    def rule(self, provision: Mapping[str, Any], path: str, decision: str, depth: int = 1) -> Rule:
        """One provision with its exceptions. Raises MalformedInput for what is no provision or nests too deep."""
        if not isinstance(provision, Mapping):
            raise MalformedInput(f"`{path}` is no provision; it must be an object")
        if depth > DEEPEST:
            raise MalformedInput(f"provisions nest more than {DEEPEST} deep; flatten the tree")
        decided = self._decision(provision, path, decision, depth)
        nested = [
            self.rule(one, f"{path}.provision[{number}]", _opposite(decided), depth + 1)
            for number, one in enumerate(_list(provision, "provision", path))
        ]
        return Rule(path, decided, self.scope(provision, path), tuple(nested))

    def _decision(self, provision: Mapping[str, Any], path: str, expected: str, depth: int) -> str:
        said = provision.get("type")
        for extension in _list(provision, "modifierExtension", path):
            if isinstance(extension, Mapping) and extension.get("url") == codes.EFFECT:
                said = extension.get("valueCode")
        if said in {"permit", "deny"}:
            return str(said)
        if said is not None:
            raise MalformedInput(f"`{path}.type` is permit or deny")
        if depth > 1 and "type" not in provision and expected and self.needs_type:
            self.lost(f"{path}.type", "no permit or deny", f"read as `{expected}`, the exception to what is around it")
        return expected

    def scope(self, provision: Mapping[str, Any], path: str) -> Scope:
        """What the provision is about."""
        scope = Scope(
            grantees=self._actors(provision, path),
            categories=self._classes(provision, path),
            purposes=self._purposes(provision, path),
            actions=self._actions(provision, path),
            records=self._records(provision, path),
            window=_period(provision.get("period"), f"{path}.period"),
            data=_period(provision.get("dataPeriod"), f"{path}.dataPeriod"),
            conditions=self._conditions(provision, path),
        )
        unsaid = [name for name in provision if name not in UNDERSTOOD and provision[name] not in ([], {}, None)]
        for name in unsaid:
            self.lost(f"{path}.{name}", f"`{name}` bounds the rule and has no word here")
        strange = [e for e in _list(provision, "modifierExtension", path) if _url(e) != codes.EFFECT]
        if strange:
            self.lost(f"{path}.modifierExtension", "an extension that changes the meaning and is not known here")
        sayable = not unsaid and not strange and UNKNOWN not in _values(scope)
        return replace(_widened(scope), sayable=sayable)

    def _actors(self, provision: Mapping[str, Any], path: str) -> Names:
        actors = _list(provision, "actor", path)
        if not actors:
            return None
        return frozenset(self._actor(actor, f"{path}.actor[{n}]") for n, actor in enumerate(actors))

    def _actor(self, actor: Any, path: str) -> str:
        roles = {code for _, code in _codings(actor.get("role") if isinstance(actor, Mapping) else None)}
        if roles and not roles & codes.RECIPIENTS:
            self.lost(f"{path}.role", f"{', '.join(sorted(roles))} receives nothing: a bound on where data come from")
            return UNKNOWN
        name = _reference(actor.get("reference") if isinstance(actor, Mapping) else None)
        found = self.grantee(name) if name else None
        if found is None:
            self.lost(path, f"unknown actor `{name[:80]}`; say which party or role it is")
        return found or UNKNOWN

    def _classes(self, provision: Mapping[str, Any], path: str) -> Names:
        codings = [*_list(provision, "class", path), *_list(provision, "resourceType", path)]
        found: set[str] = set()
        for system, code in _codings(codings):
            typed = codes.categories_of(code) if system in codes.TYPE_SYSTEMS else ()
            mine = (code,) if system == codes.CATEGORIES else typed
            if not mine:
                self.lost(f"{path}.class", f"`{code[:80]}` is no category here")
            found |= set(mine) or {UNKNOWN}
        return None if not codings or "*" in found else frozenset(found)

    def _purposes(self, provision: Mapping[str, Any], path: str) -> Names:
        codings = _list(provision, "purpose", path)
        found: set[str] = set()
        for system, code in _codings(codings):
            mine = code if system == codes.PURPOSES else f"hl7:{code}" if system == codes.ACT_REASON else ""
            known = mine == "*" or mine in self.known_purposes
            if not known:
                self.lost(f"{path}.purpose", f"`{code[:80]}` is no purpose here")
            found.add(mine if known else UNKNOWN)
        return None if not codings or "*" in found else frozenset(found)

    def _actions(self, provision: Mapping[str, Any], path: str) -> Names:
        codings = list(_codings(_list(provision, "action", path)))
        own = {code for system, code in codings if system == codes.ACTIONS}
        if own:
            return frozenset(own)
        found: set[str] = set()
        for _, code in codings:
            if code not in codes.DONE:
                self.lost(f"{path}.action", f"`{code[:80]}` cannot be done here", "the other actions are imported")
            found |= set(codes.DONE.get(code, ()))
        return frozenset(found) if codings else None

    def _records(self, provision: Mapping[str, Any], path: str) -> Names:
        data = _list(provision, "data", path)
        found: set[str] = set()
        for number, one in enumerate(data):
            name = _reference(one.get("reference") if isinstance(one, Mapping) else None)
            meant = isinstance(one, Mapping) and one.get("meaning") in {"instance", None}
            record = self.record(name) if name and meant else None
            if record is None:
                self.lost(f"{path}.data[{number}]", "a reference that names no single record here")
            found.add(record or UNKNOWN)
        return frozenset(found) if data else None

    @staticmethod
    def _conditions(provision: Mapping[str, Any], path: str) -> frozenset[str]:
        found = [e for e in _list(provision, "extension", path) if _url(e) == codes.CONDITION]
        return frozenset(str(e["valueString"]) for e in found if isinstance(e.get("valueString"), str))


def _opposite(decision: str) -> str:
    return {"permit": "deny", "deny": "permit"}.get(decision, "permit")


def _values(scope: Scope) -> set[str]:
    bounds = [getattr(scope, name) for name in NAMED]
    return {value for bound in bounds if bound is not None for value in bound}


def _widened(scope: Scope) -> Scope:
    """The scope without the bounds of which a part is unknown: what the rule may be about at most."""
    bounds = {name: getattr(scope, name) for name in NAMED}
    open_: dict[str, Any] = {name: None for name, bound in bounds.items() if bound is not None and UNKNOWN in bound}
    return replace(scope, **open_)


def _list(element: Mapping[str, Any], name: str, path: str) -> list[Any]:
    """The members of a repeating element; a single one counts as a list of one."""
    found = element.get(name, [])
    if isinstance(found, list):
        return found
    if isinstance(found, Mapping):
        return [found]
    raise MalformedInput(f"`{path}.{name}` must be a list of objects")


def _codings(concepts: Any) -> Iterator[tuple[str, str]]:
    """System and code of codings, and of the codings inside codeable concepts."""
    for concept in concepts if isinstance(concepts, list) else [concepts]:
        if not isinstance(concept, Mapping):
            continue
        inner = concept.get("coding")
        for coding in inner if isinstance(inner, list) else [concept]:
            if isinstance(coding, Mapping) and isinstance(coding.get("code"), str):
                yield str(coding.get("system", "")), coding["code"]


def _url(extension: Any) -> str:
    return str(extension.get("url", "")) if isinstance(extension, Mapping) else ""


def _reference(reference: Any) -> str:
    """`system|value` of an identifier, or the literal reference; empty for neither."""
    if not isinstance(reference, Mapping):
        return ""
    identifier = reference.get("identifier")
    if isinstance(identifier, Mapping) and isinstance(identifier.get("value"), str):
        return f"{identifier.get('system', '')}|{identifier['value']}"
    return str(reference.get("reference", ""))


def _period(period: Any, path: str) -> tuple[int, int]:
    """[start, end) of a FHIR Period, whose end includes all of its own precision. Raises MalformedInput."""
    if period is None:
        return 0, NEVER
    if not isinstance(period, Mapping):
        raise MalformedInput(f"`{path}` is no period")
    start, end = (span_of(period[name]) if name in period else None for name in ("start", "end"))
    if ("start" in period and start is None) or ("end" in period and end is None):
        raise MalformedInput(f"`{path}` has a date that cannot be read")
    return (start[0] if start else 0), (end[1] if end else NEVER)
