"""SMART Health Link payloads (the content of the QR code): encoded and decoded."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mydata_ledger.ledger.canonical import read
from mydata_ledger.ledger.errors import InvalidStatement, MalformedInput
from mydata_ledger.ledger.kernel import NewLink

SCHEME, MAX_URL, MAX_TEXT = "shlink:/", 128, 4_000


@dataclass(frozen=True, slots=True)
class Payload:
    """The payload of a link: the URL of its manifest, the 32-byte key of its files, its flags, its label, and its end
    in UTC seconds (0: none).
    """

    url: str
    key: bytes
    flag: str
    label: str
    expires: int


def shlink(url: str, new_link: NewLink) -> str:
    """The link as text, minified. Raises InvalidStatement if this ledger's address is too long for a link."""
    if len(url) > MAX_URL:
        raise InvalidStatement("the ledger's address is too long for a link; set a shorter MYDATA_URI")
    link = new_link.link
    members: dict[str, object] = {"url": url, "key": _base64(new_link.key)}
    members |= {"exp": link.expires} if link.expires else {}
    members |= {"flag": link.flag} if link.flag else {}
    members |= {"label": link.label} if link.label else {}
    return SCHEME + _base64(json.dumps(members | {"v": 1}, separators=(",", ":"), ensure_ascii=False).encode())


def read_shlink(text: str) -> Payload:
    """Decode a link, also one behind a viewer's address; unknown members are ignored. Raises MalformedInput."""
    _, scheme, encoded = text.strip().rpartition(SCHEME)
    if not scheme or len(encoded) > MAX_TEXT:
        raise MalformedInput("not a SMART Health Link: it has `shlink:/` and a payload")
    try:
        members = read(_raw(encoded))
        key, url = _raw(members["key"]), members["url"]
    except (MalformedInput, ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedInput("not a SMART Health Link: its payload is no JSON object with `url` and `key`") from error
    if len(key) != 32 or not isinstance(url, str) or members.get("v", 1) != 1:
        raise MalformedInput("a link of another kind or version than SMART Health Links 1")
    return Payload(url, key, str(members.get("flag", "")), str(members.get("label", "")), _expiry(members))


def _expiry(members: Mapping[str, Any]) -> int:
    """The end of a link in UTC seconds: 0 for none, at least 1 for any other."""
    if "exp" not in members:
        return 0
    expires = members["exp"]
    if not isinstance(expires, int | float) or isinstance(expires, bool):
        raise MalformedInput("not a SMART Health Link: `exp` is a number of seconds")
    return max(1, int(expires))


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
