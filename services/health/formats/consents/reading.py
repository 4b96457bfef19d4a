"""Provision trees from FHIR JSON, R4 and R5, element by element; whatever has no equivalent here is noted as a loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mydata_ledger.ledger.errors import InvalidStatement, MalformedInput
from mydata_ledger.ledger.terms import Condition
from mydata_ledger.services.health.formats.consents import codes
from mydata_ledger.services.health.formats.consents.bounds import Bound, BoundReader
from mydata_ledger.services.health.formats.consents.elements import members, period_of, url_of
from mydata_ledger.services.health.formats.consents.losses import WIDENED, Losses
from mydata_ledger.services.health.formats.consents.rules import Rule, Scope
from mydata_ledger.services.health.formats.consents.terms import TermSets

MAX_DEPTH = 100
READ_ELEMENTS = frozenset(
    {"type", "period", "actor", "action", "purpose", "class", "resourceType", "data", "dataPeriod", "provision"}
    | {"extension", "modifierExtension", "id"}
)
FINER_BOUNDS = frozenset({"code", "securityLabel", "documentType"})
"""Bounds finer than our words: no table of ours has codes or labels of a record."""


@dataclass
class ConsentReader:
    """Reads one resource. `bounds` reads the named bounds; `needs_type` says that a nested rule has to say its type."""

    bounds: BoundReader
    words: TermSets
    needs_type: bool = True

    @property
    def losses(self) -> Losses:
        """What was lost so far."""
        return self.bounds.losses

    def rule(
        self, provision: Mapping[str, Any], path: str, decision: str, depth: int = 1, inner: str | None = None
    ) -> Rule:
        """One provision with its exceptions. `decision` is what it means without a type, `inner` what its exceptions do
        (the opposite, if that is not given); empty if nobody can say.

        Raises MalformedInput if it is not a provision, or nested too deeply.
        """
        if not isinstance(provision, Mapping):
            raise MalformedInput(f"`{path}` is no provision; it must be an object")
        if depth > MAX_DEPTH:
            raise MalformedInput(f"provisions nest more than {MAX_DEPTH} deep; flatten the tree")
        stated = self._decision(provision, path, decision, depth)
        decided = stated or "deny"
        expected = _opposite(decided) if inner is None else inner
        nested = [
            self.rule(one, f"{path}.provision[{number}]", expected, depth + 1)
            for number, one in enumerate(members(provision, "provision", path))
        ]
        if decided == "deny" and FINER_BOUNDS & provision.keys():
            nested = [exception.inexpressible() for exception in nested]
        rule = self.scoped(provision, path, decided, tuple(nested))
        return rule if stated else rule.inexpressible()

    def _decision(self, provision: Mapping[str, Any], path: str, expected: str, depth: int) -> str:
        marks = [e for e in members(provision, "modifierExtension", path) if url_of(e) == codes.EFFECT]
        effects = [mark.get("valueCode") for mark in marks]
        if effects and effects not in (["permit"], ["deny"]):
            raise MalformedInput(f"`{path}.modifierExtension` says permit or deny, once")
        effect = effects[0] if effects else provision.get("type")
        if effect in ("permit", "deny"):
            return str(effect)
        if effect is not None:
            raise MalformedInput(f"`{path}.type` is permit or deny")
        if not expected:
            self.losses.lost(f"{path}.type", "no permit or deny, and nothing around it says which")
        elif depth > 1 and self.needs_type:
            read = f"read as `{expected}`, the exception to what is around it"
            self.losses.lost(f"{path}.type", "no permit or deny", read)
        return expected

    def scoped(self, provision: Mapping[str, Any], path: str, decision: str, nested: tuple[Rule, ...]) -> Rule:
        """The rule of a provision: what it certainly means, and what it may mean."""
        named = self._named_bounds(provision, path, decision)
        conditions = _conditions(provision, path)
        unnamed = Scope(
            window=period_of(provision.get("period"), f"{path}.period"),
            data=period_of(provision.get("dataPeriod"), f"{path}.dataPeriod"),
            conditions=conditions,
            expressible=self._is_expressible(provision, path, decision, conditions),
        )
        certain: dict[str, Any] = {name: bound.certain for name, bound in named.items()}
        widest: dict[str, Any] = {name: bound.widest for name, bound in named.items()}
        return Rule(path, decision, replace(unnamed, **certain), replace(unnamed, **widest), nested)

    def _named_bounds(self, provision: Mapping[str, Any], path: str, decision: str) -> dict[str, Bound]:
        by_class, by_type = (self.bounds.classes(provision, name, path) for name in ("class", "resourceType"))
        both = self.words.both("categories", by_class.certain, by_type.certain)
        categories = Bound(None if both is None else set(both), by_class.doubtful or by_type.doubtful)
        return {
            "grantees": self.bounds.actors(provision, path, decision),
            "categories": categories,
            "purposes": self.bounds.purposes(provision, path),
            "actions": self.bounds.actions(provision, path, decision),
            "records": self.bounds.records(provision, path),
        }

    def _is_expressible(
        self, provision: Mapping[str, Any], path: str, decision: str, conditions: frozenset[str]
    ) -> bool:
        """Whether a grant can say all bounds. A deny with a bound finer than our words is widened instead."""
        present = [
            n
            for n in provision
            if n not in READ_ELEMENTS and not n.startswith("_") and provision[n] not in ([], {}, None)
        ]
        widened = [name for name in present if name in FINER_BOUNDS and decision == "deny"]
        for name in widened:
            self.losses.lost(f"{path}.{name}", f"`{name}` bounds the rule and has no word here", WIDENED)
        unknown = [name for name in present if name not in widened]
        for name in unknown:
            self.losses.lost(f"{path}.{name}", f"`{name}` bounds the rule and has no word here")
        strange = [e for e in members(provision, "modifierExtension", path) if url_of(e) != codes.EFFECT]
        if strange:
            self.losses.lost(f"{path}.modifierExtension", "an extension that changes the meaning and is not known here")
        return self._are_known(conditions, path) and not unknown and not strange

    def _are_known(self, conditions: frozenset[str], path: str) -> bool:
        for text in sorted(conditions):
            try:
                Condition.parse(text)
            except InvalidStatement:
                self.losses.lost(f"{path}.extension", f"`{text[:80]}` is no condition here")
                return False
        return True


def _conditions(provision: Mapping[str, Any], path: str) -> frozenset[str]:
    """The conditions; one without a text is the empty one, which is none that is known here."""
    extensions = [e for e in members(provision, "extension", path) if url_of(e) == codes.CONDITION]
    return frozenset(str(e.get("valueString", "")) for e in extensions)


def _opposite(decision: str) -> str:
    return {"permit": "deny", "deny": "permit"}[decision]
