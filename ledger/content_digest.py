"""Digests by which equal content of one person is recognised. They are keyed, so that who reads them cannot test a
guess.

A digest is HMAC-SHA-256 (key, data subject ‖ fingerprint); the fingerprint is SHA-256 (name of the form ‖ newline ‖
canonical content) and is never stored.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from mydata_ledger.ledger.canonical import canonical, read
from mydata_ledger.ledger.commitment.content import Piece, is_json
from mydata_ledger.ledger.errors import MalformedInput, TooLarge

KEY_SIZE = 32
REPEATED = "your record 0x{} stands with this content already; draft again what is left"
JSON, BYTES = "json", "bytes"
CanonicalForm = Callable[[bytes], tuple[str, bytes]]
"""From exact bytes to the name of a form and the canonical content in it. Raises MalformedInput for other content."""
CanonicalForms = Mapping[str, CanonicalForm]
"""Forms by media type, in lower case and without parameters."""


@dataclass(frozen=True, slots=True, repr=False)
class ContentKeys:
    """The keys of digests, 32 bytes each, the newest first. A digest under any of them is found."""

    keys: tuple[bytes, ...]

    @classmethod
    def random(cls) -> ContentKeys:
        """One new key, for a ledger whose database ends with the process."""
        return cls((secrets.token_bytes(KEY_SIZE),))

    def digests(self, data_subject: bytes, fingerprint: bytes) -> tuple[bytes, ...]:
        """The digest (32 bytes) of a person's content under each key."""
        return tuple(hmac.digest(key, data_subject + fingerprint, sha256) for key in self.keys)


@dataclass(frozen=True, slots=True)
class DraftedContent:
    """The digests of one record's content under all keys of its time.

    `copy` numbers, from 1, records of one holder and one person with equal content: a source may hold equal ones.
    `holder` is who they are known again for: a holder's account, or what `self_declared.source_of` says.
    """

    record_id: bytes
    holder: str
    digests: tuple[bytes, ...]
    copy: int

    def repeats(self, other: DraftedContent) -> bool:
        """Whether both stand for the same copy of equal content of one holder and one person."""
        is_same_copy = (self.holder, self.copy) == (other.holder, other.copy)
        return is_same_copy and not set(self.digests).isdisjoint(other.digests)


def fingerprint(content: bytes, media_type: str, forms: CanonicalForms) -> bytes:
    """32 bytes, equal for equal content: in the form of the media type, else RFC 8785 for JSON, else the exact bytes.

    Content that has no canonical form counts by its exact bytes.
    """
    name, canonical_content = canonical_form(content, media_type, forms)
    return sha256(name.encode() + b"\n" + canonical_content).digest()


def fingerprint_of(pieces: Iterable[Piece], media_type: str, forms: CanonicalForms) -> bytes:
    """`fingerprint` of content that arrives in pieces; only content with a form of its own is read whole."""
    if is_json(media_type) or _kind(media_type) in forms:
        return fingerprint(b"".join(pieces), media_type, forms)
    whole = StreamedFingerprint()
    for _ in whole.passing(pieces):
        continue
    return whole.fingerprint()


def _kind(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def canonical_form(content: bytes, media_type: str, forms: CanonicalForms) -> tuple[str, bytes]:
    """The name of the form that counts for the content, and the content in it."""
    form = forms.get(_kind(media_type))
    try:
        if form:
            return form(content)
        return (JSON, canonical(read(content))) if is_json(media_type) else (BYTES, content)
    except (MalformedInput, TooLarge):
        return BYTES, content


class StreamedFingerprint:
    """Computes the fingerprint of exact bytes while another reader consumes them."""

    def __init__(self) -> None:
        self._hash = sha256(BYTES.encode() + b"\n")

    def passing(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The pieces, unchanged; each is hashed as it is read."""
        for piece in pieces:
            self._hash.update(piece)
            yield piece

    def fingerprint(self) -> bytes:
        """`fingerprint` of the bytes read so far."""
        return self._hash.digest()
