"""Which categories and purposes exist, and which lie above which; filled from the services' catalogs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from heapq import nlargest
from itertools import pairwise

from mydata_ledger.ledger.consent import ACTIONS, Grant
from mydata_ledger.ledger.errors import UnknownTerm
from mydata_ledger.ledger.terms import Condition


@dataclass(frozen=True, slots=True)
class Term:
    """A category or purpose: what people read, in English and Korean, and for a purpose the code above it."""

    label: str
    label_ko: str
    above: str = ""


LONGEST, FEW = 80, 4
"""Characters of an unknown term that are looked at, and how many declared ones it is compared with."""
NAMES_PEOPLE = frozenset(
    {
        *("name", "nickname", "surname", "firstName", "lastName", "fullName", "givenName", "familyName", "owner"),
        *("id", "uuid", "identifier", "ssn", "rrn", "passport", "licence", "license", "account", "card", "user"),
        *("customer", "member", "address", "street", "postcode", "postalCode", "zip", "latitude", "longitude"),
        *("phone", "telephone", "mobile", "fax", "email", "mail", "url", "contact", "photo", "image", "signature"),
        *("birth", "born", "dateOfBirth", "dob", "text", "note", "comment", "remark", "memo", "description"),
    }
)
"""Members that name a person, or hold free text that may, in records of any kind; catalogs add their own."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """A service's vocabulary: categories by dotted path, purposes by namespaced code, and the members of its records
    that tell whom they are about.
    """

    name: str
    categories: Mapping[str, Term]
    purposes: Mapping[str, Term]
    identifying: frozenset[str] = frozenset()


class Vocabulary:
    """All catalogs as one; the only place that knows the hierarchy of purposes."""

    def __init__(self, catalogs: Iterable[Catalog]) -> None:
        self.categories: dict[str, Term] = {}
        self.purposes: dict[str, Term] = {}
        self.identifying: frozenset[str] = NAMES_PEOPLE
        for catalog in catalogs:
            self.categories |= catalog.categories
            self.purposes |= catalog.purposes
            self.identifying |= catalog.identifying
        self._grantable = frozenset(above for category in self.categories for above in _upwards(category)) | {"*"}

    def path(self, purpose: str) -> tuple[str, ...]:
        """The purpose and every purpose above it. Raises UnknownTerm, naming the nearest."""
        path = [purpose]
        while above := self._term(path[-1], self.purposes, "purpose").above:
            path.append(above)
        return tuple(path)

    def check_category(self, category: str) -> None:
        """Raise UnknownTerm unless `category` is declared, or has declared ones below it, or is `*`."""
        if category not in self._grantable:
            self._term(category, self.categories, "category")

    def check_declared(self, category: str) -> None:
        """Raise UnknownTerm unless exactly `category` is declared: what a record has and a question names."""
        self._term(category, self.categories, "category")

    def check_grant(self, grant: Grant) -> None:
        """Raise UnknownTerm or InvalidStatement for the first term of the grant that nothing declares."""
        for category in grant.categories:
            self.check_category(category)
        for purpose in grant.purposes:
            if purpose != "*":
                self._term(purpose, self.purposes, "purpose")
        for action in grant.actions:
            self.check_action(action)
        for condition in grant.conditions:
            Condition.parse(condition)

    @staticmethod
    def check_action(action: str) -> None:
        """Raise UnknownTerm unless the action is one of the seven."""
        if action not in ACTIONS:
            raise UnknownTerm(f"unknown action; use one of {', '.join(sorted(ACTIONS))}")

    @staticmethod
    def _term(code: str, known: Mapping[str, Term], kind: str) -> Term:
        if term := known.get(code):
            return term
        said = code[:LONGEST]
        raise UnknownTerm(f"unknown {kind} `{said}`; the nearest declared is `{_nearest(said, known)}`")


def _upwards(category: str) -> Iterator[str]:
    """The category and every one above it."""
    while category:
        yield category
        category = category.rpartition(".")[0]


def _nearest(code: str, known: Iterable[str]) -> str:
    """Judged closely among the few that share most pairs of letters: a call may name a thousand unknown terms."""
    pairs = _pairs(code)
    few = nlargest(FEW, known, key=lambda term: len(pairs & _pairs(term)))
    near = get_close_matches(code, few, n=1, cutoff=0.0)
    return near[0] if near else "-"


@lru_cache(maxsize=1_024)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(map("".join, pairwise(text)))
