"""Notices: the text that a person is shown before signing; its hash is signed with the consent."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

LAYER = "\n\n---\n\n"
"""The separator of the layers of a notice: the key facts in plain language first, the full text last (ISO/IEC 29184
5.2.4).
"""


@dataclass(frozen=True, slots=True)
class Notice:
    """One published version of a notice in one language (BCP 47), ISO/IEC 29184.

    `outdated` means that an incompatible later version exists: consents that rest on this one must be renewed.
    """

    name: str
    version: int
    language: str
    text: str
    outdated: bool = False

    @property
    def digest(self) -> bytes:
        """SHA-256 of exactly the UTF-8 text that is shown."""
        return sha256(self.text.encode()).digest()

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers of the text, the shortest and plainest first; a single layer without separators."""
        return tuple(self.text.split(LAYER))
