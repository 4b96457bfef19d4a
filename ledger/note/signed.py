"""The signed note: a text, an empty line, and signature lines (C2SP signed-note)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass

from mydata_ledger.ledger.errors import MalformedInput, TooLarge

MAX_NOTE, MAX_SIGNATURES, MAX_SIGNATURE = 256 * 1024, 100, 8_192
"""Large enough for sixteen post-quantum signatures of nearly 5 kB each, which a reader must accept (C2SP signed-note).
"""
ID_SIZE = 4
DASH = "\u2014 "


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: key name, key id (4 bytes), and the signature value of the key's algorithm."""

    name: str
    key_id: bytes
    value: bytes

    def __str__(self) -> str:
        return f"{DASH}{self.name} {base64.b64encode(self.key_id + self.value).decode()}\n"

    @classmethod
    def parse(cls, line: str) -> Signature:
        """Parse a line without its newline. Raises MalformedInput."""
        name, _, encoded = line.removeprefix(DASH).partition(" ")
        raw = decode64(encoded)
        if not line.startswith(DASH) or not is_name(name) or not ID_SIZE < len(raw) <= MAX_SIGNATURE:
            raise MalformedInput("a signature line is `\u2014 name base64`, with a key id and a signature in it")
        return cls(name, raw[:ID_SIZE], raw[ID_SIZE:])


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a newline, and its signatures; nothing is verified yet."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def __bytes__(self) -> bytes:
        return (self.text + "\n" + "".join(map(str, self.signatures))).encode()

    @classmethod
    def parse(cls, raw: bytes) -> Note:
        """Parse a note. Raises MalformedInput, TooLarge."""
        if len(raw) > MAX_NOTE:
            raise TooLarge(f"a note has at most {MAX_NOTE} bytes")
        try:
            decoded = raw.decode()
        except UnicodeDecodeError as error:
            raise MalformedInput("a note is UTF-8 text") from error
        text, blank, lines = decoded.rpartition("\n\n")
        if not blank or not lines.endswith("\n"):
            raise MalformedInput("a note is a text, an empty line, and signature lines that end in a newline")
        return cls(_plain(text + "\n"), parse_signatures(lines))

    def with_signatures(self, more: Iterable[Signature]) -> Note:
        """A note with further signatures; one of equal name and key id is replaced."""
        by_key = {(signature.name, signature.key_id): signature for signature in (*self.signatures, *more)}
        return Note(self.text, tuple(by_key.values()))


def parse_signatures(lines: str) -> tuple[Signature, ...]:
    """Parse signature lines, each of which ends in a newline. Raises MalformedInput, TooLarge."""
    split = lines.removesuffix("\n").split("\n")
    if len(split) > MAX_SIGNATURES:
        raise TooLarge(f"a note has at most {MAX_SIGNATURES} signatures")
    return tuple(Signature.parse(line) for line in split)


def _plain(text: str) -> str:
    """Check the text: signed-note allows no ASCII control character except the newline."""
    if any(character < " " and character != "\n" for character in text):
        raise MalformedInput("a note has no control character but the newline")
    return text


def is_name(name: str) -> bool:
    """Whether the text may name a key: not empty, no white space, no plus sign, no control character or surrogate."""
    plain = not any(c.isspace() or c < " " or "\ud800" <= c <= "\udfff" for c in name)
    return bool(name) and len(name) <= 1_024 and "+" not in name and plain


def decode64(text: str) -> bytes:
    """Standard base64 in its canonical encoding. Raises MalformedInput."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedInput("a signature, key or root hash is not base64") from error
    if base64.b64encode(raw).decode() != text:
        raise MalformedInput("base64 that could be spelled otherwise is not accepted")
    return raw
