"""Provision trees from FHIR JSON, R4 and R5, element by element; whatever has no equivalent here is noted as a loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mydata_ledger.ledger.consent import ACTIONS
from mydata_ledger.ledger.errors import InvalidStatement, MalformedInput, UnknownTerm
from mydata_ledger.ledger.terms import Condition
from mydata_ledger.ledger.vocabulary import Vocabulary as Words
from mydata_ledger.services.health.formats.consents import codes
from mydata_ledger.services.health.formats.consents.elements import codings_in, members, period_of, reference_of, url_of
from mydata_ledger.services.health.formats.consents.rules import NAME_BOUNDS, Names, Rule, Scope

MAX_DEPTH = 100
KNOWN_ELEMENTS = frozenset(
    {"type", "period", "actor", "action", "purpose", "class", "resourceType", "data", "dataPeriod", "provision"}
    | {"extension", "modifierExtension", "id"}
)
Resolve = Callable[[str], str | None]
UNKNOWN = ""
"""A value of a bound that has no name here; the rule is then not expressible."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Something the resource says that our grants do not: where, what, and the consequence for the import."""

    path: str
    what: str
    consequence: str


@dataclass
class ConsentReader:
    """Reads one resource. `grantee` and `record` resolve FHIR references and identifiers to names of this ledger;
    `words` is the vocabulary.
    """

    grantee: Resolve
    record: Resolve
    words: Words
    losses: list[Loss] = field(default_factory=list)
    needs_type: bool = True

    def lost(self, path: str, what: str, consequence: str = "the rule is not imported") -> None:
        """Note a loss."""
        self.losses.append(Loss(path, what, consequence))

    def rule(self, provision: Mapping[str, Any], path: str, decision: str, depth: int = 1) -> Rule:
        """One provision with its exceptions. Raises MalformedInput if it is not a provision, or nested too deeply."""
        if not isinstance(provision, Mapping):
            raise MalformedInput(f"`{path}` is no provision; it must be an object")
        if depth > MAX_DEPTH:
            raise MalformedInput(f"provisions nest more than {MAX_DEPTH} deep; flatten the tree")
        decided = self._decision(provision, path, decision, depth)
        nested = [
            self.rule(one, f"{path}.provision[{number}]", _opposite(decided), depth + 1)
            for number, one in enumerate(members(provision, "provision", path))
        ]
        return Rule(path, decided, self.scope(provision, path, decided), tuple(nested))

    def _decision(self, provision: Mapping[str, Any], path: str, expected: str, depth: int) -> str:
        effect = provision.get("type")
        for extension in members(provision, "modifierExtension", path):
            if isinstance(extension, Mapping) and extension.get("url") == codes.EFFECT:
                effect = extension.get("valueCode")
        if effect in {"permit", "deny"}:
            return str(effect)
        if effect is not None:
            raise MalformedInput(f"`{path}.type` is permit or deny")
        if depth > 1 and "type" not in provision and expected and self.needs_type:
            self.lost(f"{path}.type", "no permit or deny", f"read as `{expected}`, the exception to what is around it")
        return expected

    def scope(self, provision: Mapping[str, Any], path: str, decision: str) -> Scope:
        """The scope of a provision. An unknown part may be left out of a permit, but never out of a deny."""
        scope = Scope(
            grantees=self._actors(provision, path),
            categories=self._classes(provision, path),
            purposes=self._purposes(provision, path),
            actions=self._actions(provision, path, decision),
            records=self._records(provision, path),
            window=period_of(provision.get("period"), f"{path}.period"),
            data=period_of(provision.get("dataPeriod"), f"{path}.dataPeriod"),
            conditions=self._conditions(provision, path),
        )
        unknown_elements = [
            name for name in provision if name not in KNOWN_ELEMENTS and provision[name] not in ([], {}, None)
        ]
        for name in unknown_elements:
            self.lost(f"{path}.{name}", f"`{name}` bounds the rule and has no word here")
        unknown_extensions = [e for e in members(provision, "modifierExtension", path) if url_of(e) != codes.EFFECT]
        if unknown_extensions:
            self.lost(f"{path}.modifierExtension", "an extension that changes the meaning and is not known here")
        terms = self._are_known(scope.conditions, path)
        expressible = terms and not unknown_elements and not unknown_extensions and UNKNOWN not in _values(scope)
        return replace(_without_unknown_bounds(scope), expressible=expressible)

    def _actors(self, provision: Mapping[str, Any], path: str) -> Names:
        actors = members(provision, "actor", path)
        if not actors:
            return None
        return frozenset(self._actor(actor, f"{path}.actor[{n}]") for n, actor in enumerate(actors))

    def _actor(self, actor: Any, path: str) -> str:
        roles = {code for _, code in codings_in(actor.get("role") if isinstance(actor, Mapping) else None)}
        if roles and not roles & codes.RECIPIENTS:
            self.lost(f"{path}.role", f"{', '.join(sorted(roles))} receives nothing: a bound on where data come from")
            return UNKNOWN
        name = reference_of(actor.get("reference") if isinstance(actor, Mapping) else None)
        grantee = self.grantee(name) if name else None
        if grantee is None:
            self.lost(path, f"unknown actor `{name[:80]}`; say which party or role it is")
        return grantee or UNKNOWN

    def _classes(self, provision: Mapping[str, Any], path: str) -> Names:
        codings = [*members(provision, "class", path), *members(provision, "resourceType", path)]
        categories: set[str] = self._uncoded(codings, f"{path}.class")
        for system, code in codings_in(codings):
            typed = codes.categories_of(code) if system in codes.TYPE_SYSTEMS else ()
            named = (code,) if system == codes.CATEGORIES and _is_category(self.words, code) else typed
            if not named:
                self.lost(f"{path}.class", f"`{code[:80]}` is no category here")
            categories |= set(named) or {UNKNOWN}
        return None if not codings or "*" in categories else frozenset(categories)

    def _purposes(self, provision: Mapping[str, Any], path: str) -> Names:
        codings = members(provision, "purpose", path)
        purposes: set[str] = self._uncoded(codings, f"{path}.purpose")
        for system, code in codings_in(codings):
            purpose = code if system == codes.PURPOSES else f"hl7:{code}" if system == codes.ACT_REASON else ""
            is_known = purpose == "*" or purpose in self.words.purposes
            if not is_known:
                self.lost(f"{path}.purpose", f"`{code[:80]}` is no purpose here")
            purposes.add(purpose if is_known else UNKNOWN)
        return None if not codings or "*" in purposes else frozenset(purposes)

    def _actions(self, provision: Mapping[str, Any], path: str, decision: str) -> Names:
        concepts = members(provision, "action", path)
        actions: set[str] = self._uncoded(concepts, f"{path}.action")
        for concept in concepts:
            codings = list(codings_in(concept))
            own = {code for system, code in codings if system == codes.ACTIONS} & ACTIONS
            theirs = {
                code for system, code in codings if system in {codes.CONSENT_ACTION, ""}
            } & codes.ACTIONS_BY_CODE.keys()
            actions |= own or {done for code in theirs for done in codes.ACTIONS_BY_CODE[code]}
            if codings and not own and not any(codes.ACTIONS_BY_CODE[code] for code in theirs):
                self.lost(f"{path}.action", f"`{codings[0][1][:80]}` cannot be done here", "other actions are imported")
                actions |= {UNKNOWN} if decision == "deny" and not theirs else set()
        return frozenset(actions) if concepts else None

    def _uncoded(self, concepts: list[Any], path: str) -> set[str]:
        """UNKNOWN if something is written in text only: the rule is then restricted to something undeterminable."""
        count = sum(not list(codings_in(concept)) for concept in concepts)
        if count:
            self.lost(path, "said without a code")
        return {UNKNOWN} if count else set()

    def _are_known(self, conditions: frozenset[str], path: str) -> bool:
        for text in sorted(conditions):
            try:
                Condition.parse(text)
            except InvalidStatement:
                self.lost(f"{path}.extension", f"`{text[:80]}` is no condition here")
                return False
        return True

    def _records(self, provision: Mapping[str, Any], path: str) -> Names:
        data = members(provision, "data", path)
        records: set[str] = set()
        for number, one in enumerate(data):
            name = reference_of(one.get("reference") if isinstance(one, Mapping) else None)
            is_instance = isinstance(one, Mapping) and one.get("meaning") in {"instance", None}
            record = self.record(name) if name and is_instance else None
            if record is None:
                self.lost(f"{path}.data[{number}]", "a reference that names no single record here")
            records.add(record or UNKNOWN)
        return frozenset(records) if data else None

    @staticmethod
    def _conditions(provision: Mapping[str, Any], path: str) -> frozenset[str]:
        extensions = [e for e in members(provision, "extension", path) if url_of(e) == codes.CONDITION]
        return frozenset(str(e["valueString"]) for e in extensions if isinstance(e.get("valueString"), str))


def _is_category(words: Words, code: str) -> bool:
    try:
        words.check_category(code)
    except UnknownTerm:
        return False
    return True


def _opposite(decision: str) -> str:
    return {"permit": "deny", "deny": "permit"}.get(decision, "permit")


def _values(scope: Scope) -> set[str]:
    bounds = [getattr(scope, name) for name in NAME_BOUNDS]
    return {value for bound in bounds if bound is not None for value in bound}


def _without_unknown_bounds(scope: Scope) -> Scope:
    """The scope without the bounds that are partly unknown: the widest meaning of the rule."""
    bounds = {name: getattr(scope, name) for name in NAME_BOUNDS}
    open_: dict[str, Any] = {name: None for name, bound in bounds.items() if bound is not None and UNKNOWN in bound}
    return replace(scope, **open_)
