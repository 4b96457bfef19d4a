"""Byte ranges of a block (RFC 9110 §14): one is cut out, several come as multipart/byteranges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256

MAX_RANGES = 16
"""More are what an attacker asks for; the whole block is sent instead."""
Range = tuple[int, int]


def asked(headers: Mapping[str, str], size: int, etag: str) -> list[Range] | None:
    """First byte and the one behind the last of each range that can be had; None where all of it is to be sent.

    An empty list says that none of the ranges lies inside `size` bytes. What is malformed, or asks for more bytes than
    there are, is ignored, as is everything when `If-Range` names another version.
    """
    unit, _, said = headers.get("range", "").partition("=")
    if unit.strip().lower() != "bytes" or headers.get("if-range", etag) != etag:
        return None
    found = [_range(one.strip(), size) for one in said.split(",") if one.strip()]
    if not found or len(found) > MAX_RANGES or None in found:
        return None
    inside = [one for one in found if one and one[0] < one[1]]
    return None if sum(end - start for start, end in inside) > size else inside


def multipart(block: bytes, ranges: list[Range], kind: str) -> tuple[str, bytes]:
    """Content type and body of an answer with several ranges (RFC 9110 §14.6)."""
    boundary = sha256(repr(ranges).encode() + block).hexdigest()[:32]
    body = b"".join(_parts(block, ranges, kind, boundary)) + f"--{boundary}--\r\n".encode()
    return f"multipart/byteranges; boundary={boundary}", body


def content_range(one: Range, size: int) -> str:
    """The header of a part."""
    return f"bytes {one[0]}-{one[1] - 1}/{size}"


def _parts(block: bytes, ranges: list[Range], kind: str, boundary: str) -> Iterator[bytes]:
    for one in ranges:
        head = f"--{boundary}\r\nContent-Type: {kind}\r\nContent-Range: {content_range(one, len(block))}\r\n\r\n"
        yield head.encode() + block[slice(*one)] + b"\r\n"


def _range(said: str, size: int) -> Range | None:
    """A range, empty where it lies behind the end; None for what is none."""
    first, dash, last = (part.strip() for part in said.partition("-"))
    plain = all(not text or (text.isascii() and text.isdigit() and len(text) < 19) for text in (first, last))
    if not dash or not plain or not (first or last) or (first and last and int(last) < int(first)):
        return None
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size
