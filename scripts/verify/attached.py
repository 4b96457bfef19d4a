"""What may come with a statement and must agree with it: a notice, a record's content, chosen fields of a record."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import orjson

from mydata_ledger.ledger.commitment import disclosure
from mydata_ledger.ledger.commitment.content import StreamedContent, record_commitment
from mydata_ledger.ledger.commitment.disclosure import Disclosure
from mydata_ledger.ledger.errors import InvalidStatement, LedgerError, MalformedInput, ProofInvalid
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.typed_data import read_hex
from mydata_ledger.scripts.release import pieces

MEMBERS = {"Consent": ("notice",), "Issue": ("content", "disclosure")}


@dataclass(frozen=True, slots=True)
class AttachedContent:
    """A record as it was opened: whether it was committed to as JSON, the commitment's 32-byte seed, its exact bytes.

    Its media type is not here: the holder's signature vouches for no more of it than whether it is JSON.
    """

    json: bool
    seed: bytes
    raw: bytes

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.raw)

    def agrees(self, commitment: bytes) -> bool:
        """Whether the holder's commitment is to this; not when it should be JSON and is none."""
        media_type = "application/json" if self.json else "application/octet-stream"
        try:
            return record_commitment(self.raw, media_type, self.seed) == commitment
        except LedgerError:
            return False

    def written(self) -> dict[str, Any]:
        """As it stands in a document."""
        return {"json": self.json, "seed": "0x" + self.seed.hex(), "base64": base64.b64encode(self.raw).decode()}


@dataclass(frozen=True, slots=True)
class SeparateContent:
    """A record's content that is kept apart from its document, in a file of its own: what is no JSON, and large.

    `seed` is the commitment's 32-byte seed; `file` is where the content lies, None while nobody has said it.
    """

    seed: bytes
    file: Path | None = None
    json: Literal[False] = False

    @property
    def size(self) -> int:
        """Bytes of the file. Raises OSError."""
        return self.file.stat().st_size if self.file else 0

    def agrees(self, commitment: bytes) -> bool:
        """Whether the holder's commitment is to the file's bytes, read in pieces. Raises OSError."""
        content = StreamedContent(self.seed)
        if self.file:
            with self.file.open("rb") as opened:
                for _ in content.passing(pieces(opened)):
                    continue
        return self.file is not None and content.record_commitment() == commitment

    def written(self) -> dict[str, Any]:
        """As it stands in a document."""
        return {"json": self.json, "seed": "0x" + self.seed.hex()}


@dataclass(frozen=True, slots=True)
class Attachments:
    """All of it; each None when absent."""

    notice: Notice | None = None
    content: AttachedContent | SeparateContent | None = None
    disclosure: Disclosure | None = None
    shown: dict[str, Any] = field(default_factory=dict)

    def written(self) -> dict[str, Any]:
        """The members that are there, as they stand in a document."""
        found: dict[str, Any] = {}
        if self.notice:
            found["notice"] = {"language": self.notice.language, "text": self.notice.text}
        if self.content:
            found["content"] = self.content.written()
        if self.disclosure:
            found["disclosure"] = self.shown
        return found


NOTHING = Attachments()


def read_attached(kind: str, raw: Mapping[str, Any]) -> Attachments:
    """What a document of that kind carries. Raises MalformedInput, TypeError, KeyError, AttributeError."""
    there = [name for name in MEMBERS.get(kind, ()) if raw.get(name) is not None]
    if not there:
        return NOTHING
    if "content" in there and "disclosure" in there:
        raise MalformedInput("a record's document carries its content or chosen fields, not both")
    shown = _disclosed(raw["disclosure"]) if "disclosure" in there else None
    return Attachments(
        notice=_notice(raw["notice"]) if "notice" in there else None,
        content=_content(raw["content"]) if "content" in there else None,
        disclosure=shown,
        shown=orjson.loads(disclosure.to_json(shown)) if shown else {},
    )


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
    """The disclosed values by JSON Pointer; None unless all are of the record that was committed to."""
    try:
        return disclosure.verify(shown, commitment)
    except (ProofInvalid, MalformedInput, InvalidStatement):
        return None
