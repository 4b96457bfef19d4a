"""Multibase: the text forms of a CID. The first character names the base: 32 (which we write), 58btc, 36 or 16."""

from __future__ import annotations

from base64 import b32decode, b32encode
from collections.abc import Callable

from mydata_ledger.ledger.errors import MalformedInput

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
MAX_CHARACTERS = 1_024
"""Most characters of a CID: enough for an identity CID of 512 bytes. Decoding base58 takes quadratic time."""
UNREADABLE = "the CID is in no base that is read here; give it in base32"


def decode(text: str) -> bytes:
    """Decode a text with a multibase prefix; `Qm…` is base58btc without a prefix. Raises MalformedInput."""
    if not text.isascii() or not 2 <= len(text) <= MAX_CHARACTERS:
        raise MalformedInput(UNREADABLE)
    if len(text) == 46 and text.startswith("Qm"):
        return _numeral(text, BASE58)
    read = READERS.get(text[0])
    if read is None:
        raise MalformedInput(UNREADABLE)
    try:
        return read(text[1:])
    except ValueError as error:
        raise MalformedInput(UNREADABLE) from error


def base32(raw: bytes) -> str:
    """Encode in base32, in lower case and without padding, after the prefix `b`."""
    return "b" + b32encode(raw).decode().rstrip("=").lower()


def base58(raw: bytes) -> str:
    """Encode in base58btc without a prefix, as CIDv0 is written."""
    value, text = int.from_bytes(raw), ""
    while value:
        value, digit = divmod(value, 58)
        text = BASE58[digit] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def _base32(text: str) -> bytes:
    raw = b32decode(text.upper() + "=" * (-len(text) % 8))
    if base32(raw)[1:] != text:
        raise MalformedInput(UNREADABLE)
    return raw


def _numeral(text: str, digits: str) -> bytes:
    value = 0
    for character in text:
        digit = digits.find(character)
        if digit < 0:
            raise MalformedInput(UNREADABLE)
        value = value * len(digits) + digit
    zeros = len(text) - len(text.lstrip(digits[0]))
    return bytes(zeros) + value.to_bytes((value.bit_length() + 7) // 8)


READERS: dict[str, Callable[[str], bytes]] = {
    "b": _base32,
    "B": lambda text: _base32(text.lower()) if text == text.upper() else _base32("?"),
    "f": bytes.fromhex,
    "F": bytes.fromhex,
    "k": lambda text: _numeral(text, BASE36),
    "z": lambda text: _numeral(text, BASE58),
}
