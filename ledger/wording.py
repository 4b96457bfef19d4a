"""Consents in English and Korean sentences: the meaning of a grant, and the changes of a new version."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from mydata_ledger.ledger.consent import NEVER, Effect, Grant
from mydata_ledger.ledger.korean_grants import actions_sentence
from mydata_ledger.ledger.labels import ROLES_KO, TERMS, VALUE
from mydata_ledger.ledger.party import ANYONE, ROLE_PREFIX, name_in
from mydata_ledger.ledger.terms import FROM, grouped
from mydata_ledger.ledger.transfer import terms_of
from mydata_ledger.ledger.vocabulary import Term, Vocabulary

ENGLISH = "en"


class TermChange(StrEnum):
    """How one term differs between two versions."""

    ADDS = "adds"
    REMOVES = "removes"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class Difference:
    """One term that differs: `member` is the grant's member, `before` and `after` are its text, empty where absent.

    A whole grant that was added or removed has the member `grant`.
    """

    change: TermChange
    member: str
    effect: Effect
    before: str = ""
    after: str = ""


class Words:
    """One language over one vocabulary; any language other than Korean gives English. `name_of` gives the name of the
    party with an address, or the address.
    """

    def __init__(self, vocabulary: Vocabulary, language: str, name_of: Callable[[str], str] = str) -> None:
        self._vocabulary, self._name_of = vocabulary, name_of
        self._korean = language.partition("-")[0].lower() == "ko"

    def sentence(self, grant: Grant, grantee_name: str) -> str:
        """The meaning of the grant, for a person who is about to sign."""
        what, why = self._list(grant.categories, "categories"), self._list(grant.purposes, "purposes")
        name = name_in(grantee_name, korean=self._korean)
        text = (self._korean_sentence if self._korean else self._english_sentence)(grant, name, what, why)
        return text if terms_of(grant) is None else ("전송요구 — " if self._korean else "Transfer request: ") + text

    def named(self, grantee: str, name: str) -> str:
        """The grantee's name for people; `name` is the signed one, which is English for roles and for anyone."""
        if not self._korean:
            return name_in(name, korean=False)
        if grantee.startswith(ROLE_PREFIX):
            role = grantee.removeprefix(ROLE_PREFIX)
            return f"인증된 모든 {ROLES_KO.get(role, role)}"
        return "모든 사람" if grantee == ANYONE else name_in(name, korean=True)

    def _english_sentence(self, grant: Grant, name: str, what: str, why: str) -> str:
        actions = self._list(grant.actions, "actions")
        verb = "may" if grant.effect is Effect.PERMIT else "may never"
        end = "you withdraw" if grant.expires == NEVER else moment(grant.expires)
        until = f"From {moment(grant.not_before)} until {end}" if grant.not_before else f"Until {end}"
        only = f", only {len(grant.records)} named records" if grant.records else ""
        period = f", only data {self._period(grant)}" if self._period(grant) else ""
        terms = f"; conditions: {self._list(grant.conditions, 'conditions')}" if grant.conditions else ""
        return f"{name} {verb} {actions}: {what}{only}{period}. For: {why}. {until}{terms}."

    def _korean_sentence(self, grant: Grant, name: str, what: str, why: str) -> str:
        permits = actions_sentence(what, grant.actions, permitted=grant.effect is Effect.PERMIT)
        until = "철회할 때까지" if grant.expires == NEVER else f"{moment(grant.expires)}까지"
        since = f"{moment(grant.not_before)}부터 " if grant.not_before else ""
        only = [f"지정한 기록 {len(grant.records)}건만"] if grant.records else []
        period = [f"{self._period(grant)} 데이터만"] if self._period(grant) else []
        scope = f" 범위: {', '.join((*only, *period))}." if only or period else ""
        terms = f" 조건: {self._list(grant.conditions, 'conditions')}." if grant.conditions else ""
        return f"{name}: {permits}.{scope} 목적: {why}. 기간: {since}{until}.{terms}"

    def describe(self, difference: Difference) -> str:
        """One difference as a line: `adds: Genetic data`, `removes: expiry (2027-01-01 00:00 UTC)`."""
        label = (MEMBERS_KO if self._korean else MEMBERS)[difference.member]
        effect = "" if difference.effect is Effect.PERMIT else (" (금지)" if self._korean else " (forbidden)")
        change = (CHANGES_KO if self._korean else CHANGES)[difference.change]
        if difference.change is TermChange.CHANGES:
            return f"{change}: {label}{effect}, {difference.before} → {difference.after}"
        value = difference.after or difference.before
        text = value if difference.member in {"categories", "grant"} else f"{label} ({value})"
        return f"{change}: {text}{effect}"

    def differences(self, before: Sequence[Grant], after: Sequence[Grant], grantee_name: str) -> list[Difference]:
        """The changes from the earlier to the later grants. Grants that stay are not mentioned; each other one is
        compared with the one that is most similar.
        """
        gone = [grant for grant in before if grant not in after]
        new = [grant for grant in after if grant not in before]
        pairs = _most_similar(gone, new)
        changes: list[Difference] = []
        for old in gone:
            changes += self._member_differences(old, pairs[old]) if old in pairs else [self._removed(old, grantee_name)]
        added = [grant for grant in new if grant not in pairs.values()]
        return changes + [
            Difference(TermChange.ADDS, "grant", g.effect, after=self.sentence(g, grantee_name)) for g in added
        ]

    def _removed(self, grant: Grant, grantee_name: str) -> Difference:
        return Difference(TermChange.REMOVES, "grant", grant.effect, before=self.sentence(grant, grantee_name))

    def _member_differences(self, old: Grant, new: Grant) -> Iterator[Difference]:
        for member in ("categories", "purposes", "actions", "conditions"):
            had, has = getattr(old, member), getattr(new, member)
            yield from (self._term(TermChange.ADDS, member, new, term) for term in has if term not in had)
            yield from (self._term(TermChange.REMOVES, member, old, term) for term in had if term not in has)
        for member in ("expires", "not_before", "period", "records"):
            if difference := _difference(member, new.effect, self._value(old, member), self._value(new, member)):
                yield difference

    def _term(self, change: TermChange, member: str, grant: Grant, term: str) -> Difference:
        text = self._list((term,), member)
        return Difference(change, member, grant.effect, **{"after" if change is TermChange.ADDS else "before": text})

    def _value(self, grant: Grant, member: str) -> str:
        """The text of the member, empty where it sets no bound."""
        if member == "expires":
            return "" if grant.expires == NEVER else moment(grant.expires)
        if member == "not_before":
            return moment(grant.not_before) if grant.not_before else ""
        if member == "period":
            return self._period(grant)
        return ", ".join("0x" + record.hex()[:8] + "…" for record in grant.records)

    def _period(self, grant: Grant) -> str:
        if not grant.data_from and not grant.data_until:
            return ""
        start = moment(grant.data_from) if grant.data_from else "…"
        return f"{start} - {moment(grant.data_until) if grant.data_until else '…'}"

    def _list(self, codes: Sequence[str], member: str) -> str:
        terms: Mapping[str, Term] = TERMS.get(member) or getattr(self._vocabulary, member)
        terms = {**self._vocabulary.areas, **terms} if member == "categories" else terms
        if member == "conditions":
            return ", ".join(self._condition(name, value, terms) for name, value in grouped(codes))
        return ", ".join(self._label(code, terms) for code in codes)

    def _condition(self, name: str, value: str, terms: Mapping[str, Term]) -> str:
        if name not in terms:
            return f"{name}:{value}" if value else name
        text = terms[name].label_ko if self._korean else terms[name].label
        shown = moment(int(value)) if name == "retain-until" and value.isdigit() else value
        if name == FROM:
            shown = ", ".join(self._holder(address) for address in value.split(", "))
        if VALUE in text:
            return text.replace(VALUE, shown)
        return f"{text} ({shown})" if shown else text

    def _holder(self, address: str) -> str:
        name = name_in(self._name_of(address), korean=self._korean)
        return address if name == address else f"{name} ({address})"

    def _label(self, code: str, terms: Mapping[str, Term]) -> str:
        if code == "*":
            return "모든 것" if self._korean else "everything"
        term = terms.get(code)
        if term is None:
            return code
        return term.label_ko if self._korean else term.label


def _difference(member: str, effect: Effect, before: str, after: str) -> Difference | None:
    if before == after:
        return None
    kind = TermChange.ADDS if not before else TermChange.REMOVES if not after else TermChange.CHANGES
    return Difference(kind, member, effect, before, after)


def _most_similar(gone: Sequence[Grant], new: Sequence[Grant]) -> dict[Grant, Grant]:
    """For each grant that is gone, the new one that is most similar; each is in one pair at most."""
    scored = [(_likeness(old, other), old, other) for old in dict.fromkeys(gone) for other in dict.fromkeys(new)]
    pairs: dict[Grant, Grant] = {}
    for likeness, old, other in sorted(scored, key=lambda one: -one[0]):
        if likeness and old not in pairs and other not in pairs.values():
            pairs[old] = other
    return pairs


def _likeness(first: Grant, second: Grant) -> int:
    """How many terms two grants of the same effect share; 0 for grants about different data and purposes."""
    if first.effect is not second.effect:
        return 0
    shared = [set(getattr(first, m)) & set(getattr(second, m)) for m in ("categories", "purposes")]
    return (
        1 + 4 * len(shared[0]) + 2 * len(shared[1]) + (_unordered_members(first) == _unordered_members(second))
        if any(shared)
        else 0
    )


def _unordered_members(grant: Grant) -> tuple[object, ...]:
    """All members of the grant, independent of the order of their items."""
    values = (getattr(grant, field.name) for field in fields(grant))
    return tuple(frozenset(value) if isinstance(value, tuple) else value for value in values)


def moment(seconds: int) -> str:
    """A UTC second as text; times beyond the calendar give the last time that the calendar has."""
    latest = datetime.max.replace(tzinfo=UTC)
    beyond = seconds >= int(latest.timestamp())
    moment = latest if beyond else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%d %H:%M UTC")


CHANGES = {TermChange.ADDS: "adds", TermChange.REMOVES: "removes", TermChange.CHANGES: "changes"}
CHANGES_KO = {TermChange.ADDS: "추가", TermChange.REMOVES: "삭제", TermChange.CHANGES: "변경"}
MEMBERS = {
    "categories": "data",
    "purposes": "purpose",
    "actions": "action",
    "conditions": "condition",
    "expires": "expiry",
    "not_before": "start",
    "period": "period of the data",
    "records": "named records",
    "grant": "grant",
}
MEMBERS_KO = {
    "categories": "데이터 항목",
    "purposes": "목적",
    "actions": "이용 방법",
    "conditions": "조건",
    "expires": "만료",
    "not_before": "시작",
    "period": "데이터 기간",
    "records": "지정 기록",
    "grant": "허용",
}
