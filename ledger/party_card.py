"""What a party states about itself beside its entry in the registry: nobody has checked it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.party import NAMES_SEPARATOR, name_in
from mydata_ledger.ledger.written_text import is_name

LONGEST = 300
HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")


@dataclass(frozen=True, slots=True)
class PartyCard:
    """How to reach the party, its registration (of a study, a review board, a firm), its https home page, and its name
    in a language that the registry does not have; each may be empty. `stated_at` is in UTC seconds.
    """

    contact: str = ""
    registration: str = ""
    homepage: str = ""
    name_en: str = ""
    name_ko: str = ""
    stated_at: int = 0

    @property
    def says_anything(self) -> bool:
        """Whether any member is given."""
        return any((self.contact, self.registration, self.homepage, self.name_en, self.name_ko))

    def check(self, registered_name: str) -> None:
        """Raise InvalidStatement unless each member is one line of plain text, the home page an https URL, and each
        name in a language that the registered name does not have.
        """
        for member in ("contact", "registration", "homepage", "name_en", "name_ko"):
            text = getattr(self, member)
            if text and not is_name(text, LONGEST):
                raise InvalidStatement(f"`{member}` is one line of 1 to {LONGEST} visible characters")
        if self.homepage and not is_homepage(self.homepage):
            raise InvalidStatement("`homepage` is an https URL without a user name, such as https://example.org/study")
        for member in ("name_en", "name_ko"):
            if getattr(self, member) and member not in missing_names(registered_name):
                raise InvalidStatement(f"the registry has the name in this language already; leave `{member}` out")


def missing_names(registered_name: str) -> frozenset[str]:
    """Of `name_en` and `name_ko` the one in whose language a registered name is not."""
    if name_in(registered_name, korean=True) != name_in(registered_name, korean=False):
        return frozenset()
    both = NAMES_SEPARATOR in registered_name
    return frozenset() if both else frozenset({"name_en" if HANGUL.search(registered_name) else "name_ko"})


def is_homepage(text: str) -> bool:
    """Whether the text is an https URL of a host, without a user name, in the characters of RFC 3986."""
    if not re.fullmatch(r"https://[A-Za-z0-9._~:/?#@!$&'()*+,;=%\[\]-]+", text):
        return False
    try:
        url = urlsplit(text)
        return bool(url.hostname) and "@" not in url.netloc and (url.port is None or url.port > 0)
    except ValueError:
        return False
