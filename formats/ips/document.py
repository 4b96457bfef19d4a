"""The document: it stays short where it may, and no reference in it leads outside."""

from __future__ import annotations

import json
import re
import secrets
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid5

from mydata_ledger.formats.fhir.patients import SUBJECTS
from mydata_ledger.formats.fhir.references import contained_in, is_reference, target_of
from mydata_ledger.formats.ips import composition as parts
from mydata_ledger.formats.ips.narrative import line_of, name_of, sentence
from mydata_ledger.formats.ips.records import NAMESPACE, HeldResource, HeldResources, Json, held
from mydata_ledger.formats.ips.sections import BY_TURN
from mydata_ledger.formats.ips.selection import ContentByKey, Selection
from mydata_ledger.ledger.canonical import Digits
from mydata_ledger.ledger.kernel import OwnRecord

LIMIT = 32 * 1024
"""Bytes above which a document is shortened."""
FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
ELSEWHERE = "not part of this summary"


def summary(records: Sequence[OwnRecord], person: bytes, now: int) -> bytes:
    """The summary of a person's records at a time (UTC seconds).

    What is entered in error, refuted, cancelled, about another Patient or no FHIR is left out. Above 32 KiB the oldest
    vital signs, results, procedures, medicines not in use, past illnesses and immunisations are left out, in this
    order; what is left out is stated in the text. Nothing else is shortened, so the document may be longer.
    """
    document = _Document(held(records), person, now)
    contents = document.contents()
    for section in BY_TURN:
        if len(document.text(contents)) <= LIMIT:
            break
        contents = _shortened(document, contents, section.key)
    return document.text(contents)


def _shortened(document: _Document, contents: ContentByKey, key: str) -> ContentByKey:
    """ContentByKey with the fewest oldest resources of one section left out that make the document short enough."""
    count = len(contents[key].resources)

    def without(number: int) -> ContentByKey:
        return {**contents, key: contents[key].without_oldest(number)}

    fewest = bisect_left(range(count), True, key=lambda number: len(document.text(without(number))) <= LIMIT)
    return without(fewest)


class _Document:
    """A document over a person's records; `text` writes it for any choice of what it shows."""

    def __init__(self, records: HeldResources, person: bytes, now: int) -> None:
        self._records, self._selection = records, Selection(records, now)
        self._moment = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._mark = secrets.token_hex(16)
        anonymous = HeldResource("", parts.anonymous_patient(person), f"urn:uuid:{uuid5(NAMESPACE, person.hex())}")
        self._patient = max(self._selection.patients(), key=_has_identity, default=anonymous)
        self._lines: dict[HeldResource, parts.Line] = {}

    def contents(self) -> ContentByKey:
        """All that may be shown."""
        return self._selection.contents()

    def text(self, contents: ContentByKey) -> bytes:
        """The document as UTF-8 JSON. It states its length if that is above the limit."""
        text = self._written(contents, self._notes())
        return text if len(text) <= LIMIT else self._written(contents, [*self._notes(), sentence("large")])

    def _notes(self) -> list[parts.Line]:
        counts = {"unreadable": self._records.unreadable, "foreign": self._records.foreign}
        return [sentence(name, number) for name, number in counts.items() if number]

    def _written(self, contents: ContentByKey, notes: Sequence[parts.Line]) -> bytes:
        shown = [one for content in contents.values() for one in content.resources]
        included = self._selection.with_needed(shown)
        inside = {one: one.url for one in included}
        author = f"urn:uuid:{parts.AUTHOR['id']}"
        sections = [
            parts.section_of(content, [self._line(one) for one in content.resources])
            for content in contents.values()
            if content.resources or content.older or content.section.required
        ]
        head = parts.composition(self._patient.url, author, self._moment, sections, notes)
        entries = [
            (f"urn:uuid:{head['id']}", head),
            (self._patient.url, parts.with_identity(self._inside(self._patient, inside))),
            (author, parts.AUTHOR),
            *((one.url, self._inside(one, inside)) for one in included),
        ]
        text = json.dumps(_bundle(entries, self._moment), ensure_ascii=False, separators=(",", ":"))
        return re.sub(rf'"{self._mark}([-+.0-9eE]+)"', r"\1", text).encode("utf-8", "replace")

    def _line(self, one: HeldResource) -> parts.Line:
        if one not in self._lines:
            self._lines[one] = line_of(one.resource, lambda reference: self._name(one, reference))
        return self._lines[one]

    def _name(self, source: HeldResource, reference: Mapping[str, Any]) -> str:
        """The name of what a reference leads to: a contained resource, or another one of the holder."""
        inner = contained_in(source.resource).get(target_of(reference).contained)
        target = self._records.target(source, reference)
        found = inner if inner is not None else (target.resource if target else None)
        return name_of(found, lambda _: "") if found is not None else ""

    def _inside(self, source: HeldResource, inside: Mapping[HeldResource, str]) -> Json:
        """A copy of a resource that refers to nothing outside of the document."""
        writer = _ResourceWriter(self._records, source, self._patient, inside, self._mark)
        return writer.written()


class _ResourceWriter:
    """Writes one resource into a document: numbers keep their digits (as text behind a mark), and references lead to
    other entries, or keep only their text.
    """

    def __init__(
        self,
        records: HeldResources,
        source: HeldResource,
        patient: HeldResource,
        inside: Mapping[HeldResource, str],
        mark: str,
    ) -> None:
        self._records, self._source, self._patient, self._inside = records, source, patient, inside
        self._contained, self._mark = contained_in(source.resource), mark

    def written(self) -> Json:
        """The resource with an id that FHIR allows; a Patient without links to its other ids."""
        is_patient = self._source.kind == "Patient"
        members = {name: part for name, part in self._source.resource.items() if not (is_patient and name == "link")}
        copy: Json = {name: self._value(name, part) for name, part in members.items()}
        id_ = self._source.resource.get("id")
        is_allowed = isinstance(id_, str) and FHIR_ID.fullmatch(id_)
        return copy | {"id": str(id_) if is_allowed else self._source.url.removeprefix("urn:uuid:")}

    def _value(self, name: str, value: Any) -> Any:
        if isinstance(value, Digits):
            return self._mark + value
        if isinstance(value, list):
            return [self._value(name, one) for one in value]
        if not isinstance(value, dict):
            return value
        copy = {inner: self._value(inner, part) for inner, part in value.items()}
        return self._reference(name, value, copy) if is_reference(value) else copy

    def _reference(self, name: str, reference: Json, copy: Json) -> Json:
        target = target_of(reference)
        if target.contained or reference.get("reference") == "#":
            if target.contained in self._contained or not target.contained:
                return copy
        elif url := self._url(name, reference):
            return copy | {"reference": url}
        if "reference" in copy:
            copy.pop("reference")
            copy.setdefault("display", ELSEWHERE)
        return copy

    def _url(self, name: str, reference: Json) -> str:
        """The entry that a reference leads to; empty if it is not in the document.

        What refers to another Patient is not in the records, so every reference to a Patient is to the person.
        """
        found, target = self._records.target(self._source, reference), target_of(reference)
        if found is not None and found.kind != "Patient":
            return self._inside.get(found, "")
        is_person = target.kind == "Patient" or (not target.kind and name in SUBJECTS)
        return self._patient.url if found is not None or is_person else ""


def _bundle(entries: Sequence[tuple[str, Json]], moment: str) -> Json:
    return {
        "resourceType": "Bundle",
        "meta": {"profile": [parts.PROFILE + "Bundle-uv-ips"]},
        "identifier": {"system": "urn:ietf:rfc:3986", "value": entries[0][0]},
        "type": "document",
        "timestamp": moment,
        "entry": [{"fullUrl": url, "resource": resource} for url, resource in entries],
    }


def _has_identity(one: HeldResource) -> int:
    """How much of what the IPS wants a Patient has: name and birth date."""
    return sum(bool(one.resource.get(name)) for name in ("name", "birthDate"))
