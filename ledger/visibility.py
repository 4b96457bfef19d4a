"""What a consent withholds of a record: members left out, members blacked out, and whatever would name the person.

A member is meant wherever it stands, with all that lies in it, whatever its case; `value` also means `values`,
`valueQuantity` and `value_text`, and `birthDate` also `_birthDate`: one too many is withheld rather than one too few.
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
from mydata_ledger.ledger.terms import ABRIDGING, Condition

Choose = Callable[[bytes], Sequence[str]]
PART = re.compile(r"(?<=[^\W_])(?=[A-Z_-])")
"""Where the first word of a member's name may end."""
NOTHING_LEFT = "the consent withholds every field that was asked for"


@dataclass(frozen=True, slots=True)
class MemberVisibility:
    """Names of members, as `_plain` has them; `hides_person` where nothing may tell whom the record is about."""

    withheld: frozenset[str] = frozenset()
    masked: frozenset[str] = frozenset()
    hides_person: bool = False

    @classmethod
    def of(cls, obligations: Iterable[str], identifying: frozenset[str]) -> MemberVisibility:
        """What the obligations of a decision ask for; `identifying` are the members that name people."""
        terms = [term for text in obligations if (term := Condition.read(text)) and term.name in ABRIDGING]
        hides = any(term.name == "pseudonymise" for term in terms)
        named = {term.value for term in terms if term.name == "redact"} | (identifying if hides else set())
        masked = {term.value for term in terms if term.name == "mask"}
        return cls(frozenset(map(_plain, named)), frozenset(map(_plain, masked)), hides)

    def __bool__(self) -> bool:
        return bool(self.withheld or self.masked or self.hides_person)

    def shown(self, document: bytes) -> bytes:
        """The JSON document without what is left out, and with what is masked blacked out; arrays keep their places.

        Raises MalformedInput; InvalidStatement where the person is to be hidden in what has no members to leave out.
        """
        value = read(document, exact=True)
        if self.hides_person and not isinstance(value, dict):
            raise InvalidStatement("the consent withholds who this is about, and the record is no JSON object")
        return _written(self._kept(value, masked=False))

    def disclose(self, document: bytes, seed: bytes, choose: Choose) -> Disclosure:
        """The fields chosen, proved against the record, of those that are not withheld; the chooser sees no others.

        Raises InvalidStatement where nothing is left of them.
        """
        if not self:
            return disclosure.disclose(document, seed, choose(document))
        shown = self.shown(document)
        wanted = fields.below(shown, choose(shown))
        fates = {pointer: self._fate(pointer) for pointer in fields.below(document, [""])}
        left = [pointer for pointer in wanted if fates.get(pointer) == "shown"]
        if not left:
            raise InvalidStatement(NOTHING_LEFT)
        masked = {pointer: wanted[pointer].decode() for pointer in wanted if fates.get(pointer) == "masked"}
        return disclosure.disclose(document, seed, left, masked)

    def _fate(self, pointer: str) -> str:
        steps = [_words(step.replace("~1", "/").replace("~0", "~")) for step in pointer.split("/")[1:]]
        if any(not self.withheld.isdisjoint(words) for words in steps):
            return "left out"
        return "masked" if any(not self.masked.isdisjoint(words) for words in steps) else "shown"

    def _kept(self, value: Any, *, masked: bool) -> Any:
        if isinstance(value, dict):
            words = {name: _words(name) for name in value}
            return {
                name: self._kept(item, masked=masked or not self.masked.isdisjoint(words[name]))
                for name, item in value.items()
                if self.withheld.isdisjoint(words[name])
            }
        if isinstance(value, list):
            return [self._kept(item, masked=masked) for item in value]
        return _blacked_out(value) if masked else value


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name.lstrip("_") or name).casefold()


def _words(name: str) -> frozenset[str]:
    """The names a member goes by: its own, every shorter one that ends where a word of it ends, and each for one."""
    ends = [found.start() for found in PART.finditer(name)]
    known = [_plain(name[:end]) for end in [*ends, len(name)]]
    return frozenset(text.removesuffix(plural) for text in known for plural in ("", "s", "es"))


def _blacked_out(value: Any) -> Any:
    """The first character, and a star for each other letter or digit; a star for what has no characters."""
    if not isinstance(value, str):
        return "*"
    return value[:1] + "".join("*" if character.isalnum() else character for character in value[1:])


def _written(value: Any) -> bytes:
    """JSON text, with numbers in their own digits."""
    if type(value) is Digits:
        return value.encode()
    if isinstance(value, dict):
        return b"{" + b",".join(canonical(name) + b":" + _written(item) for name, item in value.items()) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(_written, value)) + b"]"
    return canonical(value)
