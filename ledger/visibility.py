"""What a consent withholds of a record: omitted members, masked members, everything that is not among the shown ones,
and everything that would identify the person. The strictest wins.

A member's name applies at any depth, together with everything below it, in any case. `value` also means `values`,
`valueQuantity` and `value_text`, and `birthDate` also means `_birthDate`: when in doubt a member is withheld. A
name has the same meaning where it is shown alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mydata_ledger.ledger.canonical import Digits, canonical, read
from mydata_ledger.ledger.commitment import disclosure, fields
from mydata_ledger.ledger.commitment.disclosure import Disclosure
from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.terms import ABRIDGING, Condition, shown_by

Choose = Callable[[bytes], Sequence[str]]
PART = re.compile(r"(?<=[^\W_])(?=[A-Z_-])")
"""The positions at which the first word of a member's name may end."""
Lists = frozenset[frozenset[str]]
TYPE, TYPE_POINTER, TYPE_NAME = "resourceType", "/resourceType", re.compile(r"[A-Za-z]{1,40}")
"""The member that names the type of a FHIR resource, and the form of such a name."""
HIDDEN = object()
NOTHING_LEFT = "the consent withholds every field that was asked for"


@dataclass(frozen=True, slots=True)
class MemberVisibility:
    """Names of members in normalised form (`_normalised`). `hides_person` is true where nothing may reveal the data
    subject. `only` has a list for each grant that shows named members alone: what is seen is in every list. A member
    that is shown is shown with everything below it; what contains it is seen as its container, without other members.
    """

    withheld: frozenset[str] = frozenset()
    masked: frozenset[str] = frozenset()
    hides_person: bool = False
    only: Lists = frozenset()

    @classmethod
    def of(cls, obligations: Iterable[str], identifying: frozenset[str]) -> MemberVisibility:
        """The visibility that the obligations of a decision require; `identifying` are the members that name people."""
        texts = list(obligations)
        terms = [term for text in texts if (term := Condition.read(text)) and term.name in ABRIDGING]
        only = frozenset(frozenset(map(_normalised, shown)) for text in texts if (shown := shown_by(text)))
        hides = any(term.name == "pseudonymise" for term in terms)
        withheld = {term.value for term in terms if term.name == "redact"} | (identifying if hides else set())
        masked = {term.value for term in terms if term.name == "mask"}
        return cls(frozenset(map(_normalised, withheld)), frozenset(map(_normalised, masked)), hides, only)

    def __bool__(self) -> bool:
        return self.hides_members or self.hides_person

    @property
    def hides_members(self) -> bool:
        """Whether members are withheld by their names, so that only JSON can be seen."""
        return bool(self.withheld or self.masked or self.only)

    def redact(self, document: bytes) -> bytes:
        """The JSON document without the withheld members and with the masked members masked; arrays keep their
        positions.

        Raises:
            MalformedInput: the document is not JSON.
            InvalidStatement: the person must be hidden, and the document is not an object with members to omit.
        """
        value = read(document, exact=True)
        if self.hides_person and not isinstance(value, dict):
            raise InvalidStatement("the consent withholds who this is about, and the record is no JSON object")
        return _to_json(_with_only(self._filtered(value, masked=False), self.only))

    def disclose(self, document: bytes, seed: bytes, choose: Choose) -> Disclosure:
        """The chosen fields among those that are not withheld, with proofs against the record; `choose` sees no other
        fields.

        Raises:
            InvalidStatement: no chosen field remains.
        """
        if not self:
            return disclosure.disclose(document, seed, choose(document))
        visible_document = self.redact(document)
        chosen = fields.fields_below(visible_document, choose(visible_document))
        visibility = {pointer: self._visibility_of(pointer) for pointer in fields.fields_below(document, [""])}
        visible = [pointer for pointer in chosen if visibility.get(pointer) == "shown"]
        if not visible:
            raise InvalidStatement(NOTHING_LEFT)
        masked = {pointer: chosen[pointer].decode() for pointer in chosen if visibility.get(pointer) == "masked"}
        return disclosure.disclose(document, seed, visible, masked)

    def _visibility_of(self, pointer: str) -> str:
        steps = [_names_of(step.replace("~1", "/").replace("~0", "~")) for step in pointer.split("/")[1:]]
        if any(not self.withheld.isdisjoint(names) for names in steps):
            return "left out"
        if pointer != TYPE_POINTER and any(all(shown.isdisjoint(names) for names in steps) for shown in self.only):
            return "left out"
        return "masked" if any(not self.masked.isdisjoint(names) for names in steps) else "shown"

    def _filtered(self, value: Any, *, masked: bool) -> Any:
        if isinstance(value, dict):
            names = {name: _names_of(name) for name in value}
            return {
                name: self._filtered(item, masked=masked or not self.masked.isdisjoint(names[name]))
                for name, item in value.items()
                if self.withheld.isdisjoint(names[name])
            }
        if isinstance(value, list):
            return [self._filtered(item, masked=masked) for item in value]
        return _masked(value) if masked else value


def _with_only(document: Any, lists: Lists) -> Any:
    """The document with what is in every list alone. The member that says of which type a resource is stays: the
    record's category says it too.
    """
    if lists and isinstance(document, dict) and _is_type(document.get(TYPE)):
        return {TYPE: document[TYPE]} | _or_empty(_seen(document, lists), document)
    return _or_empty(_seen(document, lists), document)


def _seen(value: Any, lists: Lists) -> Any:
    """The value without what is not in every list that no member above it is in; HIDDEN if nothing is left of it."""
    if not lists:
        return value
    if isinstance(value, dict):
        members = {name: _seen(item, _below(name, lists)) for name, item in value.items()}
        return {name: item for name, item in members.items() if item is not HIDDEN} or HIDDEN
    items = [_seen(item, lists) for item in value] if isinstance(value, list) else []
    if all(item is HIDDEN for item in items):
        return HIDDEN
    return [_or_empty(item, whole) for item, whole in zip(items, value, strict=True)]


def _below(name: str, lists: Lists) -> Lists:
    names = _names_of(name)
    return frozenset(shown for shown in lists if shown.isdisjoint(names))


def _or_empty(seen: Any, whole: Any) -> Any:
    """What is seen; for nothing, the empty value of its kind."""
    if seen is not HIDDEN:
        return seen
    return {} if isinstance(whole, dict) else [] if isinstance(whole, list) else None


def _is_type(value: Any) -> bool:
    return isinstance(value, str) and bool(TYPE_NAME.fullmatch(value))


def _normalised(name: str) -> str:
    return unicodedata.normalize("NFC", name.lstrip("_") or name).casefold()


def _names_of(name: str) -> frozenset[str]:
    """The names that match a member: its own, each prefix that ends at the end of a word, and the singular of each."""
    ends = [match.start() for match in PART.finditer(name)]
    prefixes = [_normalised(name[:end]) for end in [*ends, len(name)]]
    return frozenset(text.removesuffix(plural) for text in prefixes for plural in ("", "s", "es"))


def _masked(value: Any) -> Any:
    """The first character, and a star for each further letter or digit; a star for a value that is no text."""
    if not isinstance(value, str):
        return "*"
    return value[:1] + "".join("*" if character.isalnum() else character for character in value[1:])


def _to_json(value: Any) -> bytes:
    """JSON text, with numbers in their original digits."""
    if type(value) is Digits:
        return value.encode()
    if isinstance(value, dict):
        return b"{" + b",".join(canonical(name) + b":" + _to_json(item) for name, item in value.items()) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(_to_json, value)) + b"]"
    return canonical(value)
