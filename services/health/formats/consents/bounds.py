"""The named bounds of a provision (who, what, why, how), in terms of this ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mydata_ledger.formats.fhir.kinds import categories_of
from mydata_ledger.ledger.consent import ACTIONS
from mydata_ledger.ledger.errors import UnknownTerm
from mydata_ledger.ledger.vocabulary import Vocabulary as Words
from mydata_ledger.services.health.formats.consents import codes
from mydata_ledger.services.health.formats.consents.elements import codings_in, members, names_in
from mydata_ledger.services.health.formats.consents.losses import MEMBER_LEFT_OUT, Losses
from mydata_ledger.services.health.formats.consents.resolving import Resolver
from mydata_ledger.services.health.formats.consents.rules import Names


@dataclass
class Bound:
    """One bound as it is read: the known members, and whether there are others, which may mean anything. `names` is
    None if there is no bound.
    """

    names: set[str] | None = None
    doubtful: bool = False

    @property
    def certain(self) -> Names:
        """The members that are understood."""
        return None if self.names is None else frozenset(self.names)

    @property
    def widest(self) -> Names:
        """The widest meaning of the bound."""
        return None if self.doubtful else self.certain


@dataclass
class BoundReader:
    """Reads bounds.

    A member without a word here is left out with a loss, and a permit then permits less. It makes the bound doubtful if
    it may mean something that we have a word for.
    """

    grantee: Resolver
    record: Resolver
    words: Words
    losses: Losses = field(default_factory=Losses)

    def _unknown(self, bound: Bound, path: str, what: str, *, doubtful: bool = True) -> None:
        self.losses.lost(path, what, MEMBER_LEFT_OUT)
        bound.doubtful |= doubtful

    def actors(self, provision: Mapping[str, Any], path: str, decision: str) -> Bound:
        """The grantees."""
        actors = members(provision, "actor", path)
        bound = Bound(set()) if actors else Bound()
        for number, actor in enumerate(actors):
            self._actor(bound, actor if isinstance(actor, Mapping) else {}, f"{path}.actor[{number}]", decision)
        return bound

    def _actor(self, bound: Bound, actor: Mapping[str, Any], path: str, decision: str) -> None:
        if not self._receives(bound, actor, path):
            return
        names_given = names_in(actor.get("reference"))
        resolved = self.grantee.all(names_given)
        if not resolved:
            name = "".join(names_given[:1])[:80]
            self._unknown(bound, path, f"unknown actor `{name}`; say which party or role it is")
        elif len(resolved) > 1 and decision == "permit":
            self._unknown(bound, path, "its reference and its identifier name two parties")
        else:
            bound.names = (bound.names or set()) | resolved

    def _receives(self, bound: Bound, actor: Mapping[str, Any], path: str) -> bool:
        """Whether the actor gets data: one without a role does, one whose role is not known here does not."""
        stated = list(codings_in(actor.get("role")))
        names = ", ".join(sorted({code for _, code in stated}))[:80] or "a role without a code"
        if actor.get("modifierExtension"):
            self._unknown(bound, f"{path}.modifierExtension", "it changes what the actor means and is not known here")
        elif actor.get("role") and not any(c in codes.RECIPIENTS and s in codes.ROLE_SYSTEMS for s, c in stated):
            self._unknown(bound, f"{path}.role", f"{names} receives nothing: a bound on where data come from")
        else:
            return True
        return False

    def classes(self, provision: Mapping[str, Any], name: str, path: str) -> Bound:
        """The categories, from `class` (R4) or `resourceType` (R5)."""
        codings = members(provision, name, path)
        bound, path = Bound(set()) if codings else Bound(), f"{path}.{name}"
        self._uncoded(bound, codings, path)
        for system, code in codings_in(codings):
            typed = system in codes.TYPE_SYSTEMS
            named = self._categories(system, code)
            if not named:
                self._unknown(bound, path, f"`{code[:80]}` is no category here", doubtful=not typed)
            bound.names = (bound.names or set()) | set(named)
        return bound

    def _categories(self, system: str, code: str) -> Iterable[str]:
        if system in codes.TYPE_SYSTEMS:
            return (codes.HEALTH,) if code in codes.ALL_TYPES else categories_of(code)
        return (code,) if system == codes.CATEGORIES and _is_category(self.words, code) else ()

    def purposes(self, provision: Mapping[str, Any], path: str) -> Bound:
        """The purposes."""
        codings, path = members(provision, "purpose", path), f"{path}.purpose"
        bound = Bound(set()) if codings else Bound()
        self._uncoded(bound, codings, path)
        for system, code in codings_in(codings):
            purpose = _purpose(system, code)
            if purpose == "*" or purpose in self.words.purposes:
                bound.names = (bound.names or set()) | {purpose}
            else:
                has_our_system = system in {codes.ACT_REASON, codes.PURPOSES}
                self._unknown(bound, path, f"`{code[:80]}` is no purpose here", doubtful=not has_our_system)
        return Bound() if bound.names and "*" in bound.names else bound

    def actions(self, provision: Mapping[str, Any], path: str, decision: str) -> Bound:
        """The actions; a deny of an HL7 action forbids more of ours than a permit of it permits."""
        concepts, path = members(provision, "action", path), f"{path}.action"
        bound = Bound(set()) if concepts else Bound()
        self._uncoded(bound, concepts, path)
        meanings = codes.DENIED_ACTIONS if decision == "deny" else codes.PERMITTED_ACTIONS
        for concept in concepts:
            codings = list(codings_in(concept))
            own = {code for system, code in codings if system == codes.ACTIONS} & ACTIONS
            theirs = {code for system, code in codings if system in {codes.CONSENT_ACTION, ""}} & meanings.keys()
            done = own or {action for code in theirs for action in meanings[code]}
            bound.names = (bound.names or set()) | done
            if codings and not done:
                self._unknown(bound, path, f"`{codings[0][1][:80]}` cannot be done here", doubtful=not theirs)
        return bound

    def records(self, provision: Mapping[str, Any], path: str) -> Bound:
        """The single records."""
        data = members(provision, "data", path)
        bound = Bound(set()) if data else Bound()
        for number, one in enumerate(data):
            resolved: set[str] = set()
            is_instance = isinstance(one, Mapping) and one.get("meaning") in ("instance", None)
            if is_instance and not one.get("modifierExtension"):
                resolved = self.record.all(names_in(one.get("reference")))
            if len(resolved) == 1:
                bound.names = (bound.names or set()) | resolved
            else:
                self._unknown(bound, f"{path}.data[{number}]", "a reference that names no single record here")
        return bound

    def _uncoded(self, bound: Bound, concepts: list[Any], path: str) -> None:
        if any(not list(codings_in(concept)) for concept in concepts):
            self._unknown(bound, path, "said without a code")


def _is_category(words: Words, code: str) -> bool:
    try:
        words.check_category(code)
    except UnknownTerm:
        return False
    return True


def _purpose(system: str, code: str) -> str:
    if system == codes.ACT_REASON:
        return "*" if code == codes.ALL_PURPOSES else f"hl7:{code}"
    return code if system == codes.PURPOSES else ""
