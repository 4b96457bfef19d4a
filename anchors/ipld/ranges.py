"""Byte ranges of a block (RFC 9110 §14). Several ranges are sent as multipart/byteranges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256

MAX_RANGES = 16
"""Most ranges in one request. Only an attacker asks for more; then the whole block is sent."""
Range = tuple[int, int]


def requested_ranges(headers: Mapping[str, str], size: int, etag: str) -> list[Range] | None:
    """Return the requested ranges as [start, end), or None if the whole block is to be sent.

    The list is empty if no range is inside the `size` bytes of the block. The header is ignored if it is malformed, if
    it asks for more bytes than there are, and if `If-Range` names another version.
    """
    unit, _, text = headers.get("range", "").partition("=")
    if unit.strip().lower() != "bytes" or headers.get("if-range", etag) != etag:
        return None
    ranges = [_range(part.strip(), size) for part in text.split(",") if part.strip()]
    if not ranges or len(ranges) > MAX_RANGES or None in ranges:
        return None
    inside = [bounds for bounds in ranges if bounds and bounds[0] < bounds[1]]
    return None if sum(end - start for start, end in inside) > size else inside


def multipart(block: bytes, ranges: list[Range], kind: str) -> tuple[str, bytes]:
    """Return content type and body of a response with several ranges (RFC 9110 §14.6)."""
    boundary = sha256(repr(ranges).encode() + block).hexdigest()[:32]
    body = b"".join(_parts(block, ranges, kind, boundary)) + f"--{boundary}--\r\n".encode()
    return f"multipart/byteranges; boundary={boundary}", body


def content_range(bounds: Range, size: int) -> str:
    """Return the Content-Range header of a range."""
    return f"bytes {bounds[0]}-{bounds[1] - 1}/{size}"


def _parts(block: bytes, ranges: list[Range], kind: str, boundary: str) -> Iterator[bytes]:
    for bounds in ranges:
        head = f"--{boundary}\r\nContent-Type: {kind}\r\nContent-Range: {content_range(bounds, len(block))}\r\n\r\n"
        yield head.encode() + block[slice(*bounds)] + b"\r\n"


def _range(header: str, size: int) -> Range | None:
    """Parse one range; it is empty if it is after the end of the block. None if it is malformed."""
    first, dash, last = (part.strip() for part in header.partition("-"))
    plain = all(not text or (text.isascii() and text.isdigit() and len(text) < 19) for text in (first, last))
    if not dash or not plain or not (first or last) or (first and last and int(last) < int(first)):
        return None
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size
