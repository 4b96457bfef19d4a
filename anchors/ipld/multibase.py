"""The text forms a CID may have: base32 (ours), base58btc, base36 and base16, told apart by their first character."""

from __future__ import annotations

from base64 import b32decode, b32encode
from collections.abc import Callable

from mydata_ledger.ledger.errors import MalformedInput

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
LONGEST = 1_024
"""Characters: room for an identity CID of 512 bytes; reading base58 costs the square of it."""
NONE = "the CID is in no base that is read here; give it in base32"


def decode(text: str) -> bytes:
    """The bytes behind a multibase prefix; `Qm…` is base58btc without one. Raises MalformedInput."""
    if not text.isascii() or not 2 <= len(text) <= LONGEST:
        raise MalformedInput(NONE)
    if len(text) == 46 and text.startswith("Qm"):
        return _numeral(text, BASE58)
    read = READERS.get(text[0])
    if read is None:
        raise MalformedInput(NONE)
    try:
        return read(text[1:])
    except ValueError as error:
        raise MalformedInput(NONE) from error


def base32(raw: bytes) -> str:
    """Lower case, without padding, behind its prefix."""
    return "b" + b32encode(raw).decode().rstrip("=").lower()


def base58(raw: bytes) -> str:
    """As CIDv0 is written: without a prefix."""
    value, text = int.from_bytes(raw), ""
    while value:
        value, digit = divmod(value, 58)
        text = BASE58[digit] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def _base32(text: str) -> bytes:
    raw = b32decode(text.upper() + "=" * (-len(text) % 8))
    if base32(raw)[1:] != text:
        raise MalformedInput(NONE)
    return raw


def _numeral(text: str, digits: str) -> bytes:
    value = 0
    for character in text:
        at = digits.find(character)
        if at < 0:
            raise MalformedInput(NONE)
        value = value * len(digits) + at
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
