"""The text a person was shown; its hash is signed with the consent."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Notice:
    """One published version of a notice in one language (BCP 47), ISO/IEC 29184.

    `outdated` means an incompatible later version exists: consents that rest on this one need to be renewed.
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
