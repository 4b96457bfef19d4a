"""GA4GH Data Use Ontology: may a research purpose use data under these terms? APPROVE, DENY or ABSTAIN, with reasons.

The terms are those of the ontology release 2021-02-23. A fact that the request does not state, and a term that no rule
can decide, give ABSTAIN: then a person decides. A permitted diagnosis includes the diagnoses below it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

Ancestors = Callable[[str], Collection[str] | None]
"""The diseases above a disease, without itself; None for a disease that is not in the ontology."""


class Match(StrEnum):
    """The result, for a whole purpose or for one term."""

    APPROVE = "APPROVE"
    ABSTAIN = "ABSTAIN"
    DENY = "DENY"


@dataclass(frozen=True, slots=True)
class DataUse:
    """Terms on data: DUO codes (`DUO:0000042`) with the values some of them carry.

    DS names diseases, GS regions (ISO 3166), IS institutions, PS projects, US users, RS kinds of research; TS and MOR
    name a day (ISO 8601).
    """

    terms: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Purpose:
    """The purpose of the research, as its request states it; None where it does not.

    `aims` are members of AIMS, `diseases` those it studies; dates are ISO 8601.
    """

    aims: frozenset[str]
    diseases: frozenset[str] = frozenset()
    not_for_profit_use: bool | None = None
    not_for_profit_organisation: bool | None = None
    ethics_approval: bool | None = None
    will_publish: bool | None = None
    publishes_from: date | None = None
    will_collaborate: bool | None = None
    returns_results: bool | None = None
    until: date | None = None
    names: Mapping[str, str] = field(default_factory=dict)


AIMS = frozenset({"health", "disease", "methods", "population", "genetic", "clinical-care", "other"})


@dataclass(frozen=True, slots=True)
class TermFinding:
    """The result of one term."""

    term: str
    match: Match
    reason: str


@dataclass(frozen=True, slots=True)
class UseDecision:
    """The result for all terms: one DENY denies, else one ABSTAIN abstains, else APPROVE."""

    match: Match
    findings: tuple[TermFinding, ...]


def match(use: DataUse, purpose: Purpose, ancestors: Ancestors) -> UseDecision:
    """Match a purpose against every term. Without a permission term the result is ABSTAIN, since nobody permitted the
    use.
    """
    findings = [_finding(term, values, purpose, ancestors) for term, values in sorted(use.terms.items())]
    if not PERMISSIONS & set(use.terms):
        findings.append(TermFinding("", Match.ABSTAIN, "the data carry no permission term; ask who holds them"))
    matches = {finding.match for finding in findings}
    overall = Match.DENY if Match.DENY in matches else Match.ABSTAIN if Match.ABSTAIN in matches else Match.APPROVE
    return UseDecision(overall, tuple(findings))


def _finding(term: str, values: tuple[str, ...], purpose: Purpose, ancestors: Ancestors) -> TermFinding:
    if term == DISEASES:
        return TermFinding(term, *_match_diseases(values, purpose, ancestors))
    if term in NAME_TERMS:
        return TermFinding(term, *_match_name(NAME_TERMS[term], values, purpose))
    if term in DATE_TERMS:
        return TermFinding(term, *_match_date(term, values, purpose))
    if term in PROMISE_TERMS:
        return TermFinding(term, *_match_promises(*PROMISE_TERMS[term], purpose))
    if term in AIM_TERMS:
        return TermFinding(term, *_match_aims(term, purpose))
    return TermFinding(term, Match.ABSTAIN, "this term is not one that a rule can answer")


TermResult = tuple[Match, str]


def _match_aims(term: str, purpose: Purpose) -> TermResult:
    allowed, refused, label = AIM_TERMS[term]
    if not purpose.aims or not purpose.aims <= AIMS:
        return Match.ABSTAIN, "the request does not say what the research aims at"
    if excluded := purpose.aims & refused:
        return Match.DENY, f"{label}: {', '.join(sorted(excluded))} is not"
    if allowed and (excluded := purpose.aims - allowed):
        return Match.DENY, f"{label}: {', '.join(sorted(excluded))} is not"
    return Match.APPROVE, label


def _match_diseases(permitted: tuple[str, ...], purpose: Purpose, ancestors: Ancestors) -> TermResult:
    if not permitted:
        return Match.ABSTAIN, "the term names no disease"
    if not purpose.diseases:
        return Match.DENY, "only research on a named disease is permitted, and the request names none"
    if refused := purpose.aims & NOT_DISEASE_RESEARCH:
        return Match.DENY, f"only research on a disease is permitted: {', '.join(sorted(refused))} is none"
    above = [ancestors(disease) for disease in sorted(purpose.diseases - set(permitted))]
    if any(ancestors_of is not None and not set(ancestors_of) & set(permitted) for ancestors_of in above):
        return Match.DENY, "a disease of the request lies outside those permitted"
    if None in above:
        return Match.ABSTAIN, "a disease of the request is not known to the ontology in use"
    return Match.APPROVE, "every disease of the request is permitted or lies below one that is"


def _match_name(kind: str, values: tuple[str, ...], purpose: Purpose) -> TermResult:
    name = purpose.names.get(kind)
    if not values or name is None:
        return Match.ABSTAIN, f"the {kind} is not named" + (" by the term" if not values else " by the request")
    return (Match.APPROVE if name in values else Match.DENY), f"use is limited to a named {kind}"


def _match_date(term: str, values: tuple[str, ...], purpose: Purpose) -> TermResult:
    try:
        day = date.fromisoformat(values[0])
    except (IndexError, ValueError):
        return Match.ABSTAIN, "the term names no day"
    if term == UNTIL:
        if purpose.until is None:
            return Match.ABSTAIN, "the request does not say how long it uses the data"
        return (Match.APPROVE if purpose.until <= day else Match.DENY), f"use is permitted until {day}"
    if purpose.will_publish is False:
        return Match.APPROVE, "nothing will be published"
    if purpose.publishes_from is None:
        return Match.ABSTAIN, "the request does not say from when it publishes"
    return (Match.APPROVE if purpose.publishes_from >= day else Match.DENY), f"nothing may be published before {day}"


def _match_promises(members: str, label: str, purpose: Purpose) -> TermResult:
    """APPROVE if everything is promised; one refusal denies, whatever else is not stated."""
    promises = [getattr(purpose, member) for member in members.split()]
    if False in promises:
        return Match.DENY, label
    return (Match.ABSTAIN, f"{label}: the request does not say") if None in promises else (Match.APPROVE, label)


DISEASES, UNTIL, MORATORIUM = "DUO:0000007", "DUO:0000025", "DUO:0000024"
PERMISSIONS = frozenset({"DUO:0000004", "DUO:0000042", "DUO:0000006", DISEASES, "DUO:0000011", "DUO:0000043"})
"""NRES, GRU, HMB, DS and POA permit; clinical care use (CC) permits care."""
DATE_TERMS = frozenset({UNTIL, MORATORIUM})
NAME_TERMS = {
    "DUO:0000012": "kind of research",
    "DUO:0000022": "region",
    "DUO:0000026": "user",
    "DUO:0000027": "project",
    "DUO:0000028": "institution",
}
PROMISE_TERMS = {
    "DUO:0000018": (
        "not_for_profit_use not_for_profit_organisation",
        "only not-for-profit, non-commercial use by such organisations",
    ),
    "DUO:0000019": ("will_publish", "results must be published"),
    "DUO:0000020": ("will_collaborate", "collaboration with the first investigators is required"),
    "DUO:0000021": ("ethics_approval", "approval by an ethics board is required"),
    "DUO:0000029": ("returns_results", "derived data must be returned"),
    "DUO:0000045": ("not_for_profit_organisation", "only not-for-profit organisations"),
    "DUO:0000046": ("not_for_profit_use", "only non-commercial use"),
}
RESEARCH = AIMS - {"clinical-care"}
NOT_DISEASE_RESEARCH = frozenset({"population", "clinical-care"})
"""Aims that are not research on a disease, whichever disease the request names: by DUOS, ancestry needs GRU."""
AIM_TERMS: Mapping[str, tuple[frozenset[str], frozenset[str], str]] = {
    "DUO:0000004": (frozenset(), frozenset(), "no restriction on use"),
    "DUO:0000006": (RESEARCH - {"population", "other"}, frozenset(), "health, medical and biomedical research only"),
    "DUO:0000011": (frozenset({"population"}), frozenset(), "only the study of population origins or ancestry"),
    "DUO:0000015": (frozenset(), frozenset({"methods"}), "no general methods research"),
    "DUO:0000016": (frozenset({"genetic"}), frozenset(), "genetic studies only"),
    "DUO:0000042": (RESEARCH, frozenset(), "any research"),
    "DUO:0000043": (AIMS, frozenset(), "clinical use and care too"),
    "DUO:0000044": (frozenset(), frozenset({"population"}), "no population, origin or ancestry research"),
}
"""By term: the aims it is limited to (empty for any), the aims it refuses, and its label."""


def by_prefix(disease: str) -> list[str]:
    """The classes above an ICD-10 or KCD code, by the code itself: E11.65 is in E11.6, and that in E11."""
    plain = disease.replace(".", "")
    above = [plain[:length] for length in range(len(plain) - 1, 2, -1)]
    return [code if len(code) == 3 else f"{code[:3]}.{code[3:]}" for code in above]
