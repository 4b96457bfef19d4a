"""The resources of a file: one resource, a Bundle or Parameters, one inside the other, or one document a line (NDJSON).

What the file is shows in its content, never in its name. A part that cannot be used affects no other part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from mydata_ledger.formats.fhir import cuts
from mydata_ledger.ledger.canonical import read
from mydata_ledger.ledger.errors import MalformedInput, TooLarge

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MAX_ENTRIES, MAX_NESTED = 20_000, 10
RESOURCE_TYPE = re.compile(r"[A-Z][A-Za-z]{2,60}")
STATUS_CODE = re.compile(r"\d{3}")


@dataclass(frozen=True, slots=True)
class FoundResource:
    """One resource: its place in the file (empty if it is the whole file), its `fullUrl` (may be empty), its bytes as
    received, its value, and the type of the Bundle around it (empty if there is none).
    """

    place: str
    full_url: str
    raw: bytes
    resource: dict[str, Any]
    bundle_type: str = ""

    @property
    def kind(self) -> str:
        """The resource type."""
        return str(self.resource["resourceType"])


@dataclass(frozen=True, slots=True)
class UnusablePart:
    """A part of a file without a usable resource, and why.

    `raw` are the bytes of the part. `refused` is False where the standard lets an entry have no resource, such as a
    deletion in a history; `deleted` is then what was deleted, `Type/id`.
    """

    place: str
    kind: str
    reason: str
    raw: bytes = b""
    refused: bool = True
    deleted: str = ""


Part = FoundResource | UnusablePart


def parts_of(raw: bytes) -> list[Part]:
    """Every resource of a file in order, and every part that is none.

    Raises:
        MalformedInput: The file is not JSON, or not FHIR.
        TooLarge: It has more than 20,000 parts, or more than 64 MiB.
    """
    lines = lines_of(raw)
    source = (part for number, line in lines for part in _line(number, line)) if lines else _document(raw)
    parts = list(islice(source, MAX_ENTRIES + 1))
    if len(parts) > MAX_ENTRIES:
        raise TooLarge(f"a bundle has at most {MAX_ENTRIES} entries; split it into several")
    if not parts:
        raise MalformedInput("the bundle has no entries; is the file complete?")
    return parts


def without_mark(raw: bytes) -> bytes:
    """The bytes without a byte order mark, which a reader may ignore (RFC 8259 §8.1)."""
    return raw.removeprefix(BYTE_ORDER_MARK)


def lines_of(raw: bytes) -> list[tuple[int, bytes]]:
    """The lines of NDJSON that are not blank, each with its number from 1; none if the text is one JSON value."""
    lines = [(number, without_mark(line).strip()) for number, line in enumerate(raw.splitlines(), 1)]
    filled = [(number, line) for number, line in lines if line]
    objects = [line for _, line in filled if line.startswith(b"{")]
    is_lines = len(filled) > 1 and (len(objects) == len(filled) or _is_whole(filled[0][1]))
    return filled if is_lines else []


def _is_whole(line: bytes) -> bool:
    """True if a line seems to be a JSON object of its own."""
    return line.startswith(b"{") and line.endswith(b"}") and line.count(b"{") <= line.count(b"}")


def _line(number: int, line: bytes) -> Iterator[Part]:
    try:
        yield from _document(line, f"line {number}")
    except MalformedInput as error:
        yield UnusablePart(f"line {number}", "", str(error), line)


def _document(raw: bytes, place: str = "") -> Iterator[Part]:
    raw = without_mark(raw)
    value = read(raw)
    text = raw.decode("utf-8")
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        raise MalformedInput("not FHIR: a bundle or resource is a JSON object with a `resourceType`")
    return _resource(_Piece(text, cuts.start_of(text), len(text.rstrip(" \t\r\n")), value, place))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A JSON value with its offsets in the text of its file, and its place."""

    text: str
    start: int
    end: int
    value: Any
    place: str
    depth: int = 0

    def members(self) -> dict[str, _Piece]:
        """The members of an object; none of another value."""
        if not isinstance(self.value, dict):
            return {}
        cut = cuts.members(self.text, self.start)
        return {n: replace(self, start=start, end=end, value=self.value[n]) for n, start, end in cut}

    def items(self, name: str) -> Iterator[_Piece]:
        """The items of an array, which are placed by their name and index; none of another value."""
        if isinstance(self.value, list):
            offsets = cuts.items(self.text, self.start)
            for index, ((start, end), value) in enumerate(zip(offsets, self.value, strict=True)):
                place = f"{self.place} {name}[{index}]" if self.place else f"{name}[{index}]"
                yield replace(self, start=start, end=end, value=value, place=place)

    def inner(self) -> _Piece:
        """This piece as one that is inside of a container."""
        return replace(self, depth=self.depth + 1)

    @property
    def raw(self) -> bytes:
        """Its bytes as received."""
        return self.text[self.start : self.end].encode()

    def unusable(self, reason: str, kind: str = "", *, refused: bool = True, deleted: str = "") -> UnusablePart:
        """This piece as a part without a usable resource."""
        return UnusablePart(self.place, kind, reason, self.raw, refused, deleted)


def _resource(piece: _Piece, full_url: str = "", bundle_type: str = "") -> Iterator[Part]:
    kind = piece.value.get("resourceType") if isinstance(piece.value, dict) else None
    if not isinstance(kind, str) or not RESOURCE_TYPE.fullmatch(kind):
        yield piece.unusable("not FHIR: no resource with a `resourceType`")
    elif kind not in {"Bundle", "Parameters"}:
        yield FoundResource(piece.place, full_url, piece.raw, piece.value, bundle_type)
    elif piece.depth >= MAX_NESTED:
        yield piece.unusable(f"nested more than {MAX_NESTED} deep; take it out of what is around it", kind)
    elif kind == "Bundle":
        yield from _entries(piece.inner())
    else:
        yield from _parameters(piece.inner(), "parameter")


def _entries(bundle: _Piece) -> Iterator[Part]:
    entries = bundle.members().get("entry")
    if entries is None or not isinstance(entries.value, list) or not entries.value:
        if bundle.place:
            yield bundle.unusable("has no entries", "Bundle", refused=False)
        return
    bundle_type = str(bundle.value.get("type") or "collection")
    for entry in entries.items("entry"):
        resource = entry.members().get("resource")
        if resource is None:
            yield _without_resource(entry)
        else:
            yield from _resource(resource, str(entry.value.get("fullUrl") or ""), bundle_type)


def _without_resource(entry: _Piece) -> UnusablePart:
    """An entry without a resource: right in a history or a response (R4 `bdl-5`), else refused."""
    value = entry.value if isinstance(entry.value, dict) else {}
    request, response = value.get("request"), value.get("response")
    if isinstance(request, dict) and request.get("method") == "DELETE":
        url = str(request.get("url") or "")
        return entry.unusable("was deleted at its source", url.partition("/")[0], refused=False, deleted=url)
    if isinstance(response, dict):
        status = STATUS_CODE.match(str(response.get("status")))
        reason = f"has no resource; its source answered {status[0] if status else 'without a status'}"
        return entry.unusable(reason, refused=False)
    return entry.unusable("has no resource", refused=not isinstance(request, dict))


def _parameters(holder: _Piece, name: str) -> Iterator[Part]:
    """The resources of Parameters; a parameter with a value has none."""
    listed = holder.members().get(name)
    for parameter in listed.items(name) if listed else ():
        members = parameter.members()
        if "resource" in members:
            yield from _resource(members["resource"])
        elif "part" in members and parameter.depth < MAX_NESTED:
            yield from _parameters(parameter.inner(), "part")
        elif not members or "part" in members:
            yield parameter.unusable("not a parameter with a resource or a value")
