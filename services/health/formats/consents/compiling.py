"""Rules to grants, never with a permit wider than the provision tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from mydata_ledger.ledger.consent import ACTIONS, NEVER, Effect, Grant
from mydata_ledger.ledger.party import ANYONE
from mydata_ledger.ledger.vocabulary import Vocabulary as Words
from mydata_ledger.services.health.formats.consents import rules
from mydata_ledger.services.health.formats.consents.reading import ConsentReader
from mydata_ledger.services.health.formats.consents.rules import Rule, Scope, without

NOT_FORBIDDEN = "not permitted here, but not forbidden to other consents"


class Compiler:
    """Compiles rules to grants.

    A forbid outranks every permit in this ledger, so an exception to a deny is cut out of the deny. A deny that no
    grant can express is cut, in its widest meaning, out of every permit outside it.
    """

    def __init__(self, words: Words, reader: ConsentReader, now: int) -> None:
        self.grants: dict[str, list[Grant]] = defaultdict(list)
        self._reader, self._now = reader, now
        self._doubtful: list[tuple[str, Scope]] = []
        self._forbids: dict[str, tuple[Scope, ...]] = {}
        below = {p: frozenset(q for q in words.purposes if p in words.path(q)) for p in words.purposes}
        self._words = rules.TermSets(frozenset(words.categories), frozenset(words.purposes), ACTIONS, below)

    def plan(self, rule: Rule, outer: Scope) -> None:
        """Find what each deny forbids. One that cannot be expressed exactly is cut out of the permits outside it
        instead.
        """
        scope = rule.scope.within(outer, self._words)
        if rule.decision == "deny" and not rule.is_base and not scope.empty:
            self._forbids[rule.path], whole = self._forbidden(rule, scope)
            if not whole:
                self._doubtful.append((rule.path, scope))
        for exception in rule.exceptions:
            self.plan(exception, scope)

    def _forbidden(self, rule: Rule, scope: Scope) -> tuple[tuple[Scope, ...], bool]:
        """The part of a deny that can be forbidden without its exceptions, and whether that is all of it."""
        if not scope.expressible or scope.conditions:
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
        """The scopes of the nearest permits below a deny, through denies that only repeat it. Permits that cannot be
        expressed are left out, since they are not imported.
        """
        for exception in rule.exceptions:
            inner = exception.scope.within(scope, self._words)
            if exception.decision == "deny":
                yield from self._permitted_inside(exception, inner)
            elif inner.expressible:
                yield inner

    def rule(self, rule: Rule, outer: Scope) -> None:
        """Add the grants of a rule and of its exceptions."""
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
        if not scope.expressible:
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
            categories=_term_names(scope.categories, self._words.categories),
            purposes=_term_names(scope.purposes, self._words.purposes),
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


def _term_names(names: frozenset[str] | None, everything: frozenset[str]) -> tuple[str, ...]:
    return ("*",) if names is None or names == everything else tuple(sorted(names))
