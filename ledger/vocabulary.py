"""The declared categories and purposes and their hierarchy, from the services' catalogs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from heapq import nlargest
from itertools import pairwise

from mydata_ledger.ledger.consent import ACTIONS, Grant
from mydata_ledger.ledger.emergency import NOTHING, EmergencyScope
from mydata_ledger.ledger.errors import InvalidStatement, UnknownTerm
from mydata_ledger.ledger.message import MessageTemplate, TemplateName
from mydata_ledger.ledger.terms import Condition


@dataclass(frozen=True, slots=True)
class Term:
    """A category or purpose: its labels in English and Korean, and for a purpose the code above it."""

    label: str
    label_ko: str
    above: str = ""


LONGEST, CANDIDATES = 80, 4
"""How many characters of an unknown term are examined, and how many declared terms it is compared with."""
NAMES_PEOPLE = frozenset(
    {
        *("name", "nickname", "surname", "firstName", "lastName", "fullName", "givenName", "familyName", "owner"),
        *("id", "uuid", "identifier", "ssn", "rrn", "passport", "licence", "license", "account", "card", "user"),
        *("customer", "member", "address", "street", "postcode", "postalCode", "zip", "latitude", "longitude"),
        *("phone", "telephone", "mobile", "fax", "email", "mail", "url", "contact", "photo", "image", "signature"),
        *("birth", "born", "dateOfBirth", "dob", "text", "note", "comment", "remark", "memo", "description"),
    }
)
"""Members that name a person, or hold free text that may, in records of any kind; catalogs add further members."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """A service's vocabulary: categories by dotted path, purposes by namespaced code, and the members of its records
    that identify the data subject.
    """

    name: str
    categories: Mapping[str, Term]
    purposes: Mapping[str, Term]
    identifying: frozenset[str] = frozenset()
    area: Term | None = None
    """The labels of all its categories together: of the category above them, which has the catalog's name."""
    emergency: EmergencyScope = NOTHING
    """Those of its categories that an incident, and an extension of it, reach without consent."""
    derived: frozenset[str] = frozenset()
    """Those of its categories that no record is issued in: what is in them was derived from records."""
    templates: Mapping[TemplateName, MessageTemplate] = field(default_factory=dict)
    """The texts that parties may send to people, by id and version."""
    advertising: frozenset[str] = frozenset()
    """Those of its purposes that are advertising, with the purposes below them."""
    sensitive: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What records of its categories may reveal: kinds of `ledger.sensitivity` by category."""

    def __post_init__(self) -> None:
        """Raise ValueError if an emergency would reach, or a mark is on, anything but this catalog's own categories."""
        own = self.categories.keys() | {self.name}
        if not own.issuperset(self.emergency.urgent + self.emergency.further):
            raise ValueError(f"{self.name}: an emergency reaches categories of this catalog only")
        if not self.categories.keys() >= self.sensitive.keys():
            raise ValueError(f"{self.name}: sensitive are categories of this catalog only")


class Vocabulary:
    """All catalogs combined; only this class knows the hierarchy of purposes.

    `emergency` is what an emergency reaches, from the UTC second `emergency_since` on, and `emergency_now` the same
    for questions that are answered now, whatever the clock says. `derived` are the categories of derived records.
    """

    def __init__(self, catalogs: Iterable[Catalog], emergency_since: int = 0) -> None:
        self.categories: dict[str, Term] = {}
        self.purposes: dict[str, Term] = {}
        self.areas: dict[str, Term] = {}
        self.identifying: frozenset[str] = NAMES_PEOPLE
        self.emergency = EmergencyScope(since=emergency_since)
        self.derived: frozenset[str] = frozenset()
        self.templates: dict[TemplateName, MessageTemplate] = {}
        self.sensitive: dict[str, tuple[str, ...]] = {}
        self._advertising: frozenset[str] = frozenset()
        for catalog in catalogs:
            self.categories |= catalog.categories
            self.purposes |= catalog.purposes
            self.areas |= {catalog.name: catalog.area} if catalog.area else {}
            self.identifying |= catalog.identifying
            self.emergency = self.emergency.with_scope(catalog.emergency)
            self.derived |= catalog.derived
            self.templates |= catalog.templates
            self.sensitive |= catalog.sensitive
            self._advertising |= catalog.advertising
        self.emergency_now = self.emergency.always
        self._paths: dict[str, tuple[str, ...]] = {}
        self._below = {
            category: tuple(sorted(lower for lower in self.categories if lower.startswith(category + ".")))
            for category in self.categories
        }
        self._grantable = frozenset(above for category in self.categories for above in _upwards(category)) | {"*"}

    def path(self, purpose: str) -> tuple[str, ...]:
        """The purpose and every purpose above it. Raises UnknownTerm, with the nearest declared term."""
        if purpose not in self._paths:
            above = self._term(purpose, self.purposes, "purpose").above
            self._paths[purpose] = (purpose, *(self.path(above) if above else ()))
        return self._paths[purpose]

    def is_advertising(self, purpose: str) -> bool:
        """Whether the purpose, or one above it, is advertising. Raises UnknownTerm."""
        return not self._advertising.isdisjoint(self.path(purpose))

    def template(self, name: TemplateName) -> MessageTemplate:
        """The declared template of an id and version. Raises UnknownTerm."""
        if name in self.templates:
            return self.templates[name]
        raise UnknownTerm("no template has this id and version; `GET /contacts/templates` lists them")

    def below(self, category: str) -> tuple[str, ...]:
        """The declared categories below one, sorted; a question about it includes them."""
        return self._below.get(category, ())

    def check_category(self, category: str) -> None:
        """Raise UnknownTerm unless `category` is declared, has declared categories below it, or is `*`."""
        if category not in self._grantable:
            self._term(category, self.categories, "category")

    def check_declared(self, category: str) -> None:
        """Raise UnknownTerm unless exactly `category` is declared, as records and questions require."""
        self._term(category, self.categories, "category")

    def check_issuable(self, category: str) -> None:
        """Raise UnknownTerm for a category that is not declared, InvalidStatement for one of derived records."""
        self.check_declared(category)
        if category in self.derived:
            raise InvalidStatement(f"`{category}` is derived from records here; issue the records themselves")

    def check_grant(self, grant: Grant) -> None:
        """Raise UnknownTerm or InvalidStatement for the first term of the grant that is not declared."""
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
        """Raise UnknownTerm unless the action is one of `ACTIONS`."""
        if action not in ACTIONS:
            raise UnknownTerm(f"unknown action; use one of {', '.join(sorted(ACTIONS))}")

    @staticmethod
    def _term(code: str, declared: Mapping[str, Term], kind: str) -> Term:
        if term := declared.get(code):
            return term
        excerpt = code[:LONGEST]
        raise UnknownTerm(f"unknown {kind} `{excerpt}`; the nearest declared is `{_nearest(excerpt, declared)}`")


def _upwards(category: str) -> Iterator[str]:
    """The category and every category above it."""
    while category:
        yield category
        category = category.rpartition(".")[0]


def _nearest(code: str, declared: Iterable[str]) -> str:
    """The closest match among the few declared terms that share most pairs of letters; limited because a call may have
    a thousand unknown terms.
    """
    pairs = _pairs(code)
    candidates = nlargest(CANDIDATES, declared, key=lambda term: len(pairs & _pairs(term)))
    closest = get_close_matches(code, candidates, n=1, cutoff=0.0)
    return closest[0] if closest else "-"


@lru_cache(maxsize=1_024)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(map("".join, pairwise(text)))
