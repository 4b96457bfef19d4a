"""Attachments of a statement, which must agree with it: a notice, a record's content, chosen fields of it, or the
blinded consents of a receipt.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, NamedTuple

import orjson

from mydata_ledger.ledger.commitment import disclosure
from mydata_ledger.ledger.commitment.content import StreamedContent, record_commitment
from mydata_ledger.ledger.commitment.disclosure import Disclosure
from mydata_ledger.ledger.errors import InvalidStatement, LedgerError, MalformedInput, ProofInvalid
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.typed_data import read_hex
from mydata_ledger.scripts.release import pieces

MEMBERS = {"Consent": ("notice",), "Issue": ("content", "disclosure"), "AccessReceipt": ("consents",)}


@dataclass(frozen=True, slots=True)
class AttachedContent:
    """The content of an opened record: whether it is JSON, the 32-byte seed of its commitment, and its exact bytes.

    It has no media type, since the holder's signature covers only whether the content is JSON.
    """

    json: bool
    seed: bytes
    raw: bytes

    @property
    def size(self) -> int:
        """Size in bytes."""
        return len(self.raw)

    def agrees(self, commitment: bytes) -> bool:
        """True if the commitment of the holder is to this content; False for invalid JSON."""
        media_type = "application/json" if self.json else "application/octet-stream"
        try:
            return record_commitment(self.raw, media_type, self.seed) == commitment
        except LedgerError:
            return False

    def written(self) -> dict[str, Any]:
        """The content as a member of a document."""
        return {"json": self.json, "seed": "0x" + self.seed.hex(), "base64": base64.b64encode(self.raw).decode()}


@dataclass(frozen=True, slots=True)
class SeparateContent:
    """Content of a record in a file separate from its document: large content that is not JSON.

    `seed` is the 32-byte seed of the commitment; `file` is the path of the content, None if it is not given.
    """

    seed: bytes
    file: Path | None = None
    json: Literal[False] = False

    @property
    def size(self) -> int:
        """Size of the file in bytes. Raises OSError."""
        return self.file.stat().st_size if self.file else 0

    def agrees(self, commitment: bytes) -> bool:
        """True if the commitment of the holder is to the bytes of the file, read in pieces. Raises OSError."""
        content = StreamedContent(self.seed)
        if self.file:
            with self.file.open("rb") as opened:
                for _ in content.passing(pieces(opened)):
                    continue
        return self.file is not None and content.record_commitment() == commitment

    def written(self) -> dict[str, Any]:
        """The content as a member of a document."""
        return {"json": self.json, "seed": "0x" + self.seed.hex()}


class BlindedConsent(NamedTuple):
    """Core and lock (32 bytes each) of a consent that a receipt names by its entry."""

    core: bytes
    lock: bytes

    @property
    def entry(self) -> bytes:
        """SHA-256(core ‖ lock)."""
        return sha256(self.core + self.lock).digest()

    def written(self) -> dict[str, str]:
        """The consent as an item of a document."""
        return {"core": "0x" + self.core.hex(), "lock": "0x" + self.lock.hex()}


@dataclass(frozen=True, slots=True)
class Attachments:
    """All attachments of a document; an absent one is None."""

    notice: Notice | None = None
    content: AttachedContent | SeparateContent | None = None
    disclosure: Disclosure | None = None
    shown: dict[str, Any] = field(default_factory=dict)
    consents: tuple[BlindedConsent, ...] = ()

    def written(self) -> dict[str, Any]:
        """The attachments as members of a document."""
        members: dict[str, Any] = {}
        if self.notice:
            members["notice"] = {"language": self.notice.language, "text": self.notice.text}
        if self.content:
            members["content"] = self.content.written()
        if self.disclosure:
            members["disclosure"] = self.shown
        if self.consents:
            members["consents"] = [consent.written() for consent in self.consents]
        return members


NO_ATTACHMENTS = Attachments()


def read_attached(kind: str, raw: Mapping[str, Any]) -> Attachments:
    """Read the attachments of a document of that kind. Raises MalformedInput, TypeError, KeyError, AttributeError."""
    present = [name for name in MEMBERS.get(kind, ()) if raw.get(name) is not None]
    if not present:
        return NO_ATTACHMENTS
    if "content" in present and "disclosure" in present:
        raise MalformedInput("a record's document carries its content or chosen fields, not both")
    shown = _disclosed(raw["disclosure"]) if "disclosure" in present else None
    return Attachments(
        notice=_notice(raw["notice"]) if "notice" in present else None,
        content=_content(raw["content"]) if "content" in present else None,
        disclosure=shown,
        shown=orjson.loads(disclosure.to_json(shown)) if shown else {},
        consents=_consents(raw["consents"]) if "consents" in present else (),
    )


def _consents(raw: Any) -> tuple[BlindedConsent, ...]:
    if not isinstance(raw, list) or not raw:
        raise MalformedInput("the consents of a receipt are a list of cores and locks")
    return tuple(BlindedConsent(*(read_hex(each[name], name, 32) for name in ("core", "lock"))) for each in raw)


def _notice(raw: Mapping[str, Any]) -> Notice:
    language, text = raw["language"], raw["text"]
    if not isinstance(language, str) or not isinstance(text, str):
        raise MalformedInput("a notice has a language and a text")
    return Notice("", 0, language, text)


def _content(raw: Mapping[str, Any]) -> AttachedContent | SeparateContent:
    if "base64" not in raw and raw["json"] is False:
        return SeparateContent(read_hex(raw["seed"], "seed", 32))
    json, packed = raw["json"], raw["base64"]
    if not isinstance(json, bool) or not isinstance(packed, str):
        raise MalformedInput("a record's content is `json` or not, and has a seed and base64")
    try:
        return AttachedContent(json, read_hex(raw["seed"], "seed", 32), base64.b64decode(packed, validate=True))
    except (binascii.Error, ValueError) as error:
        raise MalformedInput("the record's content is not base64") from error


def _disclosed(raw: Any) -> Disclosure:
    try:
        return disclosure.from_json(orjson.dumps(raw))
    except orjson.JSONEncodeError as error:
        raise MalformedInput(disclosure.SHAPE) from error


def fields_shown(shown: Disclosure, commitment: bytes) -> dict[str, Any] | None:
    """The disclosed values by JSON Pointer; None unless all belong to the record of the commitment."""
    try:
        return disclosure.verify(shown, commitment)
    except (ProofInvalid, MalformedInput, InvalidStatement):
        return None
