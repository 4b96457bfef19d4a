"""A FHIR R4 bundle, or a single resource, split into records: one for each resource, its bytes as received."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from mydata_ledger.ledger.canonical import read
from mydata_ledger.ledger.errors import InvalidStatement, MalformedInput, TooLarge
from mydata_ledger.ledger.kernel import Upload
from mydata_ledger.services.health.formats import cuts
from mydata_ledger.services.health.formats.kinds import category_of
from mydata_ledger.services.health.formats.periods import period_of

MEDIA_TYPE = "application/fhir+json"
MAX_ENTRIES = 20_000
RESOURCE_TYPE = re.compile(r"[A-Z][A-Za-z]{2,60}")


@dataclass(frozen=True, slots=True)
class SkippedResource:
    """A resource that is no record, and why; `entry` is its index in the bundle, from 0."""

    entry: int
    resource_type: str
    reason: str


@dataclass(frozen=True, slots=True)
class BundleSplit:
    """The records and the skipped resources of a bundle."""

    uploads: list[Upload]
    skipped: list[SkippedResource]


def split(raw: bytes, data_subject: bytes) -> BundleSplit:
    """Split one person's bundle into records.

    Raises:
        MalformedInput: The text is not JSON or not FHIR.
        InvalidStatement: The bundle is about nobody or about several people.
        TooLarge: The bundle has more than 20,000 entries.
    """
    document = read(raw)
    text = raw.decode("utf-8")
    pieces = _resources(text, document)
    _check_one_person(document, [resource for _, resource in pieces])
    uploads, skipped = [], []
    for entry, (content, resource) in enumerate(pieces):
        category = category_of(resource)
        if category is None:
            skipped.append(SkippedResource(entry, resource["resourceType"], "describes no person, so it is no record"))
        else:
            start, end = period_of(resource)
            uploads.append(Upload(data_subject, category, MEDIA_TYPE, content, start, end))
    return BundleSplit(uploads, skipped)


def _resources(text: str, document: Any) -> list[tuple[bytes, dict[str, Any]]]:
    if not isinstance(document, dict) or not isinstance(document.get("resourceType"), str):
        raise MalformedInput("not FHIR: a bundle or resource is a JSON object with a `resourceType`")
    if document["resourceType"] != "Bundle":
        return [(text.strip(" \t\r\n").encode(), _check_resource(document, 0))]
    entries = document.get("entry", [])
    if not isinstance(entries, list) or not entries:
        raise MalformedInput("the bundle has no entries; nothing is there to issue")
    if len(entries) > MAX_ENTRIES:
        raise TooLarge(f"a bundle has at most {MAX_ENTRIES} entries; split it into several")
    resources = [
        _check_resource(entry.get("resource") if isinstance(entry, dict) else None, index)
        for index, entry in enumerate(entries)
    ]
    return list(zip(_resource_texts(text), resources, strict=True))


def _resource_texts(text: str) -> list[bytes]:
    (array,) = (start for name, start, _ in cuts.members(text, cuts.start_of(text)) if name == "entry")
    contents = []
    for entry, _ in cuts.items(text, array):
        contents += [text[start:end].encode() for name, start, end in cuts.members(text, entry) if name == "resource"]
    return contents


def _check_resource(resource: Any, entry: int) -> dict[str, Any]:
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    if not isinstance(kind, str) or not RESOURCE_TYPE.fullmatch(kind):
        raise MalformedInput(f"not FHIR: entry {entry} of the bundle has no resource with a `resourceType`")
    return dict(resource)


def _check_one_person(document: Any, resources: list[dict[str, Any]]) -> None:
    people = sum(resource["resourceType"] == "Patient" for resource in resources)
    if people > 1:
        raise InvalidStatement(f"the bundle is about {people} patients; hand in one bundle for each")
    if people == 0 and document["resourceType"] == "Bundle":
        raise InvalidStatement(
            "the bundle has no Patient, so whose records these are cannot be told; skip it or add one"
        )
