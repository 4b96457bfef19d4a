"""Publication of notices: the next version of a notice, in all its languages at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.notice import LAYER, Notice

LONGEST = 64 * 1024
"""Characters of one notice."""
LONGEST_NAME = 100


class Notices:
    """A notice belongs to the party that published its first version; its name begins with the party's account."""

    def __init__(self, world: World) -> None:
        self._world = world

    def publish(
        self, publisher: str, slug: str, layers: Mapping[str, tuple[str, ...]], *, compatible: bool
    ) -> list[Notice]:
        """Publish `layers` by language as the next version of the publisher's notice `slug`.

        With an incompatible version, consents under every earlier one are answered with `needs_reconsent`; a compatible
        version leaves them valid. Publishing equal texts again returns the published notices. Raises NotEntitled,
        InvalidStatement.
        """
        party = self._world.directory.party(publisher)
        if party is None or not party.accredited(self._world.clock.now()):
            raise NotEntitled("only an accredited party may publish a notice")
        name = _named(publisher, slug)
        texts = {language: LAYER.join(text) for language, text in layers.items()}
        _check(texts)
        earlier = [notice for notice in self._world.directory.notices() if notice.name == name]
        newest = max((notice.version for notice in earlier), default=0)
        present = [notice for notice in earlier if notice.version == newest]
        if {n.language: n.text for n in present} == texts:
            return present
        self._check_unpublished(texts, name)
        return self._replace(name, newest + 1, texts, [] if compatible else earlier)

    def _replace(self, name: str, version: int, texts: Mapping[str, str], outdated: list[Notice]) -> list[Notice]:
        """Publish the new version before the old one is outdated: in between, both are valid."""
        published = [Notice(name, version, language, text) for language, text in sorted(texts.items())]
        for notice in published:
            self._world.directory.publish(notice)
        for notice in outdated:
            self._world.directory.publish(replace(notice, outdated=True))
        return published

    def _check_unpublished(self, texts: Mapping[str, str], name: str) -> None:
        """A hash names one notice permanently, so no text may be published again under another version."""
        for language, text in texts.items():
            earlier = self._world.directory.notice(Notice(name, 0, language, text).digest)
            if earlier is not None:
                raise InvalidStatement(f"the {language} text was published before; say in it what is new")


def _named(publisher: str, slug: str) -> str:
    if not slug or len(slug) > LONGEST_NAME or not all(c.isascii() and (c.isalnum() or c in "-_.") for c in slug):
        raise InvalidStatement(f"a notice's name has 1 to {LONGEST_NAME} letters, digits, `-`, `_` or `.`")
    return f"{publisher}/{slug}"


def _check(texts: Mapping[str, str]) -> None:
    if not texts:
        raise InvalidStatement("a notice needs its text in at least one language")
    for language, text in texts.items():
        if not text.strip() or len(text) > LONGEST:
            raise InvalidStatement(f"the {language[:20]} text is empty or longer than {LONGEST} characters")
