"""FHIR Consent R4 and R5 to grants: never a permit wider than the resource, and everything left out is reported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ledger.canonical import read
from ledger.consent import ACTIONS, NEVER, Effect, Grant
from ledger.errors import InvalidStatement, MalformedInput, TooLarge
from ledger.party import ANYONE
from ledger.vocabulary import Vocabulary as Words
from services.health.formats.consents import codes, rules
from services.health.formats.consents.reading import Loss, Reader
from services.health.formats.consents.rules import Rule, Scope, without

LONGEST = 4 * 1024 * 1024
MOST_GRANTS = 64
Resolve = Callable[[str], str | None]
ACTIVE = "active"
NOT_FORBIDDEN = "not permitted here, but not forbidden to other consents"


class Outcome(StrEnum):
    """What an import came to."""

    IMPORTED = "imported"
    IMPORTED_IN_PART = "imported_in_part"
    NOTHING_TO_IMPORT = "nothing_to_import"


@dataclass(frozen=True, slots=True)
class Imported:
    """Grants by grantee, ready to be drafted for the person to sign; `losses` is everything else the resource says.

    `patient` is the FHIR reference or `system|value` of whose consent it is, `release` is R4 or R5.
    """

    outcome: Outcome
    release: str
    patient: str
    grants: Mapping[str, tuple[Grant, ...]]
    losses: tuple[Loss, ...]


def read_consent(
    raw: bytes, words: Words, *, grantee: Resolve, record: Resolve = lambda _: None, now: int = 0
) -> Imported:
    """What a FHIR Consent says, in grants. `grantee` names the party or role behind a FHIR reference, `record` the
    0x-hex record id; our own identifiers need neither. `now` leaves out what is over.

    Raises MalformedInput for what is no FHIR Consent, InvalidStatement for one that is not active or contradicts
    itself in time, TooLarge beyond 4 MiB or 64 grants to one grantee.
    """
    if len(raw) > LONGEST:
        raise TooLarge(f"a consent has at most {LONGEST} bytes")
    resource = read(raw)
    if not isinstance(resource, dict) or resource.get("resourceType") != "Consent":
        raise MalformedInput("not a FHIR Consent: a JSON object whose `resourceType` is `Consent`")
    _check_status(resource)
    reader = Reader(_own(codes.GRANTEE, grantee), _own(codes.RECORD, record), frozenset(words.purposes))
    release = "R5" if "decision" in resource or isinstance(resource.get("provision"), list) else "R4"
    base = _r5(resource, reader) if release == "R5" else _r4(resource, reader)
    compiled = _Compiler(words, reader, now)
    compiled.plan(base, Scope())
    compiled.rule(base, Scope())
    grants = {name: tuple(dict.fromkeys(said)) for name, said in compiled.grants.items()}
    if any(len(said) > MOST_GRANTS for said in grants.values()):
        raise TooLarge(f"the consent needs more than {MOST_GRANTS} grants to one grantee; split it")
    return Imported(_outcome(grants, reader.losses), release, _patient(resource), grants, tuple(reader.losses))


def _outcome(grants: Mapping[str, object], losses: list[Loss]) -> Outcome:
    if not grants:
        return Outcome.NOTHING_TO_IMPORT
    return Outcome.IMPORTED_IN_PART if losses else Outcome.IMPORTED


def _own(system: str, others: Resolve) -> Resolve:
    """Our own identifiers mean themselves; everything else is asked for."""
    return lambda name: name.removeprefix(f"{system}|") if name.startswith(f"{system}|") else others(name)


def _check_status(resource: Mapping[str, Any]) -> None:
    status = resource.get("status")
    if status != ACTIVE:
        raise InvalidStatement(f"the consent is `{str(status)[:20]}`, not `{ACTIVE}`: nothing of it is in force")


def _patient(resource: Mapping[str, Any]) -> str:
    subject = resource.get("patient", resource.get("subject"))
    reference = subject.get("reference", "") if isinstance(subject, Mapping) else ""
    return str(reference)[:200]


def _r4(resource: Mapping[str, Any], reader: Reader) -> Rule:
    """R4: `policyRule` is the base, the root provision bounds it, or with a type of its own is its exception."""
    coded = {code for _, code in _all_codes(resource.get("policyRule"))}
    base = next((codes.BASES[code] for code in sorted(coded) if code in codes.BASES), "")
    if not base:
        reader.lost("Consent.policyRule", "neither opt-in nor opt-out", "read as opt-out: what is not permitted is not")
    base = base or "deny"
    for name in ("policy", "verification", "modifierExtension"):
        if resource.get(name):
            reader.lost(f"Consent.{name}", f"`{name}` is kept with the resource only", "nothing of it is imported")
    provision = resource.get("provision")
    if provision is None:
        return Rule("Consent", base, Scope(), is_base=True)
    root = reader.rule(provision, "Consent.provision", base)
    if isinstance(provision, Mapping) and "type" in provision and root.decision != base:
        return Rule("Consent", base, Scope(), (root,), is_base=True)
    return Rule(root.path, root.decision, root.scope, root.exceptions, is_base="type" not in provision)


def _r5(resource: Mapping[str, Any], reader: Reader) -> Rule:
    """R5: `decision` is the base for `grantee` in `period`, every provision an exception to what is around it."""
    base = resource.get("decision", "deny")
    if base not in {"permit", "deny"}:
        raise MalformedInput("`Consent.decision` is permit or deny")
    reader.needs_type = False
    for name in ("policyBasis", "policyText", "regulatoryBasis", "verification", "modifierExtension"):
        if resource.get(name):
            reader.lost(f"Consent.{name}", f"`{name}` is kept with the resource only", "nothing of it is imported")
    grantees = resource.get("grantee", [])
    bounds: dict[str, Any] = {"period": resource["period"]} if "period" in resource else {}
    if grantees and base == "permit":
        bounds["actor"] = [{"reference": one} for one in grantees if isinstance(one, Mapping)]
    provisions = resource.get("provision", [])
    if not isinstance(provisions, list):
        raise MalformedInput("`Consent.provision` is a list in R5")
    nested = [
        reader.rule(one, f"Consent.provision[{number}]", "deny" if base == "permit" else "permit")
        for number, one in enumerate(provisions)
    ]
    return Rule("Consent", base, reader.scope(bounds, "Consent"), tuple(nested), is_base=True)


def _all_codes(concept: Any) -> Iterable[tuple[str, str]]:
    inner = concept.get("coding", []) if isinstance(concept, Mapping) else []
    return [(str(c.get("system", "")), str(c.get("code", ""))) for c in inner if isinstance(c, Mapping)]


class _Compiler:
    """Rules to grants. A forbid outranks every permit here, so an exception inside a deny is cut out of the deny; and a
    deny that no grant can say is cut, as wide as it may be meant, out of every permit outside it.
    """

    def __init__(self, words: Words, reader: Reader, now: int) -> None:
        self.grants: dict[str, list[Grant]] = defaultdict(list)
        self._reader, self._now = reader, now
        self._doubtful: list[tuple[str, Scope]] = []
        self._forbids: dict[str, tuple[Scope, ...]] = {}
        below = {p: frozenset(q for q in words.purposes if p in words.path(q)) for p in words.purposes}
        self._words = rules.Vocabulary(frozenset(words.categories), frozenset(words.purposes), ACTIONS, below)

    def plan(self, rule: Rule, outer: Scope) -> None:
        """Find what each deny forbids; one that cannot be said exactly is cut out of the permits outside it instead."""
        scope = rule.scope.within(outer, self._words)
        if rule.decision == "deny" and not rule.is_base and not scope.empty:
            self._forbids[rule.path], whole = self._forbidden(rule, scope)
            if not whole:
                self._doubtful.append((rule.path, scope))
        for exception in rule.exceptions:
            self.plan(exception, scope)

    def _forbidden(self, rule: Rule, scope: Scope) -> tuple[tuple[Scope, ...], bool]:
        """What of a deny can be forbidden without touching its exceptions, and whether that is all of it."""
        if not scope.sayable or scope.conditions:
            return (), False
        parts: tuple[Scope, ...] = (scope,)
        whole = True
        for hole in self._permitted_inside(rule, scope):
            cuts = [without(part, hole, self._words) for part in parts if not hole.empty]
            whole = whole and all(cut.whole for cut in cuts)
            parts = tuple(part for cut in cuts for part in cut.parts) if cuts else parts
        if not whole:
            self._reader.lost(rule.path, "an exception cannot be told apart from what is denied", NOT_FORBIDDEN)
        return parts, whole

    def _permitted_inside(self, rule: Rule, scope: Scope) -> Iterator[Scope]:
        """What the nearest permits below a deny are about, through denies that only repeat it; as far as they can be
        said, since no other permit is imported.
        """
        for exception in rule.exceptions:
            inner = exception.scope.within(scope, self._words)
            if exception.decision == "deny":
                yield from self._permitted_inside(exception, inner)
            elif inner.sayable:
                yield inner

    def rule(self, rule: Rule, outer: Scope) -> None:
        """The grants of a rule and of its exceptions."""
        scope = rule.scope.within(outer, self._words)
        if scope.empty:
            self._reader.lost(rule.path, "bounded to nothing by the rules around it", "it decides nothing")
            return
        self._note_contradictions(rule, scope)
        if rule.decision == "permit":
            self._permit(rule, scope)
        for part in self._forbids.get(rule.path, ()):
            self._say(rule, Effect.FORBID, part)
        for exception in rule.exceptions:
            self.rule(exception, scope)

    def _permit(self, rule: Rule, scope: Scope) -> None:
        if not scope.sayable:
            return
        if scope.grantees is None:
            self._reader.lost(rule.path, "permits whoever asks; a permit here names a party or a role")
            return
        parts: tuple[Scope, ...] = (scope,)
        for hole in (hole for path, hole in self._doubtful if not rule.path.startswith(path)):
            parts = tuple(part for cut in (without(one, hole, self._words) for one in parts) for part in cut.parts)
        if parts != (scope,):
            self._reader.lost(rule.path, "a deny that cannot be said touches it", "permitted is what lies outside that")
        for part in parts:
            self._say(rule, Effect.PERMIT, part)

    def _say(self, rule: Rule, effect: Effect, scope: Scope) -> None:
        if scope.window[1] <= self._now:
            self._reader.lost(rule.path, "its period is over")
            return
        grant = Grant(
            effect=effect,
            categories=_said(scope.categories, self._words.categories),
            purposes=_said(scope.purposes, self._words.purposes),
            actions=tuple(sorted(scope.actions if scope.actions is not None else ACTIONS)),
            not_before=scope.window[0],
            expires=scope.window[1],
            data_from=scope.data[0],
            data_until=0 if scope.data[1] == NEVER else scope.data[1],
            records=tuple(sorted(bytes.fromhex(name[2:]) for name in scope.records or ())),
            conditions=tuple(sorted(scope.conditions)),
        )
        for grantee in sorted(scope.grantees) if scope.grantees is not None else [ANYONE]:
            self.grants[grantee].append(grant)

    def _note_contradictions(self, rule: Rule, scope: Scope) -> None:
        permits = [e.scope.within(scope, self._words) for e in rule.exceptions if e.decision == "permit"]
        denies = [e.scope.within(scope, self._words) for e in rule.exceptions if e.decision == "deny"]
        if any(self._words.overlap(one, other) for one in permits for other in denies):
            self._reader.lost(rule.path, "permits and denies the same at one level", "the deny is followed")


def _said(names: frozenset[str] | None, everything: frozenset[str]) -> tuple[str, ...]:
    return ("*",) if names is None or names == everything else tuple(sorted(names))
