"""Rules to grants, never with a permit wider than the provision tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mydata_ledger.ledger.access import EMERGENCY
from mydata_ledger.ledger.consent import NEVER, Effect, Grant
from mydata_ledger.ledger.party import ANYONE
from mydata_ledger.services.health.formats.consents import codes
from mydata_ledger.services.health.formats.consents.losses import Losses
from mydata_ledger.services.health.formats.consents.rules import Rule, Scope, Span, overlap, without
from mydata_ledger.services.health.formats.consents.terms import TermSets

LEFT_OUT = "those are left out"
NOT_FORBIDDEN = "not permitted here, but not forbidden to other consents"
EMERGENCIES = Scope(purposes=frozenset({EMERGENCY}))
FIRST_SECOND = 1
"""The earliest bound of data in a permit; records of before 1970 have no known period."""


@dataclass
class Compiler:
    """Compiles rules to grants.

    A forbid outranks every permit in this ledger, so an exception to a deny is cut out of the deny. What of a deny no
    grant can express is cut, in its widest meaning, out of every permit outside it.

    Attributes:
        now: UTC seconds; what ended before is left out.
        everyone: The role, or party, that a permit for whoever asks is given to; empty for none.
        spares_emergencies: Whether no deny is made to forbid emergency treatment.
    """

    words: TermSets
    losses: Losses
    now: int
    everyone: str = ""
    spares_emergencies: bool = False
    grants: dict[str, list[Grant]] = field(default_factory=lambda: defaultdict(list))
    _doubtful: list[tuple[str, Scope]] = field(default_factory=list)
    _forbids: dict[str, tuple[Scope, ...]] = field(default_factory=dict)

    def compile(self, rule: Rule) -> None:
        """Add the grants of a whole tree."""
        self._plan(rule, Scope(), Scope())
        self._rule(rule, Scope(), Scope())

    def _within(self, rule: Rule, outer: Scope) -> Scope:
        return rule.scope.within(outer, self.words, widely=rule.decision == "deny")

    def _plan(self, rule: Rule, outer: Scope, outer_widest: Scope) -> None:
        """Find what each deny forbids. One that cannot be expressed exactly is cut out of the permits outside it."""
        scope, widest = self._within(rule, outer), rule.widest.within(outer_widest, self.words, widely=True)
        if rule.decision == "deny" and not rule.silent and not widest.empty:
            self._forbids[rule.path], whole = self._forbidden(rule, self._in_domain(rule, scope))
            if not whole or widest != scope:
                self._doubtful.append((rule.path, widest))
        certain = rule.scope.within(outer, self.words)
        for exception in rule.exceptions:
            self._plan(exception, certain, widest)

    @staticmethod
    def _in_domain(rule: Rule, scope: Scope) -> Scope:
        """The scope with the bounds that a FHIR Consent has by itself: it is about health data, and about the actions
        of FHIR.
        """
        categories = frozenset({codes.HEALTH}) if scope.categories is None else scope.categories
        actions, of_fhir = scope.actions, codes.ACTIONS_OF_FHIR[rule.decision]
        if actions is None or (rule.decision == "permit" and rule.scope.actions is None):
            actions = of_fhir if actions is None else actions & of_fhir
        return replace(scope, categories=categories, actions=actions)

    def _forbidden(self, rule: Rule, scope: Scope) -> tuple[tuple[Scope, ...], bool]:
        """The part of a deny that can be forbidden without its exceptions, and whether that is all of it."""
        if scope.empty or not scope.expressible or scope.conditions:
            return (), scope.empty
        parts, whole = self._cut((scope,), list(self._permitted_inside(rule, scope)))
        if not whole:
            self.losses.lost(rule.path, "an exception cannot be told apart from what is denied", NOT_FORBIDDEN)
        if rule.spares_emergencies or self.spares_emergencies:
            parts, all_else = self._cut(parts, [EMERGENCIES])
            if not all_else:
                what = "a purpose that includes emergency treatment cannot be forbidden without it"
                self.losses.lost(rule.path, what, NOT_FORBIDDEN)
            whole = whole and not overlap(scope, EMERGENCIES, self.words)
        return parts, whole

    def _cut(self, parts: tuple[Scope, ...], holes: list[Scope]) -> tuple[tuple[Scope, ...], bool]:
        """The parts without the holes, and whether that is all that lies outside these."""
        whole = True
        for hole in holes:
            cuts = [without(part, hole, self.words) for part in parts]
            whole = whole and all(cut.whole for cut in cuts)
            parts = tuple(part for cut in cuts for part in cut.parts)
        return parts, whole

    def _permitted_inside(self, rule: Rule, scope: Scope) -> Iterator[Scope]:
        """The scopes of the nearest permits below a deny, through denies that only repeat it. Permits that cannot be
        expressed are left out, since they are not imported.
        """
        for exception in rule.exceptions:
            inner = self._within(exception, scope)
            if exception.decision == "deny":
                yield from self._permitted_inside(exception, inner)
            elif inner.expressible and not inner.empty:
                yield inner

    def _rule(self, rule: Rule, outer: Scope, possible_outer: Scope) -> None:
        """Add the grants of a rule and of its exceptions. `possible_outer` is `outer` if each party around it had every
        role around it.
        """
        scope, possible = self._within(rule, outer), rule.scope.within(possible_outer, self.words, widely=True)
        if scope.grantees != possible.grantees and not possible.empty:
            self.losses.lost(rule.path, "a party only while it has a role, which no grant can say", LEFT_OUT)
        elif scope.empty and scope.expressible:
            self.losses.lost(rule.path, "bounded to nothing", "it decides nothing")
        self._note_contradictions(rule, scope)
        if rule.decision == "permit":
            self._permit(rule, self._in_domain(rule, scope))
        for part in self._forbids.get(rule.path, ()):
            self._say(rule, Effect.FORBID, part)
        certain = rule.scope.within(outer, self.words)
        for exception in rule.exceptions:
            self._rule(exception, certain, possible)

    def _permit(self, rule: Rule, scope: Scope) -> None:
        if not scope.expressible or scope.empty:
            return
        if scope.grantees is None:
            if not self.everyone:
                self.losses.lost(rule.path, "permits whoever asks; a permit here names a party or a role")
                return
            scope = replace(scope, grantees=frozenset({self.everyone}))
        holes = [hole for path, hole in self._doubtful if not rule.path.startswith(path)]
        parts, _ = self._cut((scope,), holes)
        if parts != (scope,):
            self.losses.lost(rule.path, "a deny that cannot be said touches it", "permitted is what lies outside that")
        for part in parts:
            self._say(rule, Effect.PERMIT, part)

    def _say(self, rule: Rule, effect: Effect, scope: Scope) -> None:
        if scope.window[1] <= self.now:
            self.losses.lost(rule.path, "its period is over")
            return
        data = self._data_period(rule, effect, scope.data)
        if data is None:
            return
        grant = Grant(
            effect=effect,
            categories=tuple(sorted(self.words.joined(scope.categories or frozenset()))),
            purposes=("*",) if scope.purposes is None else tuple(sorted(scope.purposes)),
            actions=tuple(sorted(scope.actions or ())),
            not_before=max(0, scope.window[0]),
            expires=scope.window[1],
            data_from=data[0],
            data_until=data[1],
            records=tuple(sorted(bytes.fromhex(name[2:]) for name in scope.records or ())),
            conditions=tuple(sorted(scope.conditions)),
        )
        for grantee in sorted(scope.grantees) if scope.grantees is not None else [ANYONE]:
            self.grants[grantee].append(grant)

    def _data_period(self, rule: Rule, effect: Effect, data: Span) -> Span | None:
        """The period of the data as grants write it, where 0 means open; None if no permit can have it."""
        start, end = data
        until = 0 if end == NEVER else max(FIRST_SECOND, end)
        if effect is Effect.FORBID:
            return max(0, start), until
        if end <= FIRST_SECOND:
            self.losses.lost(f"{rule.path}.dataPeriod", "data of before 1970 only, whose time no record here has")
            return None
        if start == -NEVER:
            return 0, until
        if start < FIRST_SECOND:
            self.losses.lost(f"{rule.path}.dataPeriod", "data of before 1970", "permitted is data from 1970 on")
        return max(FIRST_SECOND, start), until

    def _note_contradictions(self, rule: Rule, scope: Scope) -> None:
        inner = [(exception.decision, self._within(exception, scope)) for exception in rule.exceptions]
        permits = [scope for decision, scope in inner if decision == "permit"]
        denies = [scope for decision, scope in inner if decision == "deny"]
        if any(overlap(one, other, self.words) for one in permits for other in denies):
            self.losses.lost(rule.path, "permits and denies the same at one level", "the deny is followed")
