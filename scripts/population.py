"""The people of the demonstration: generated with a fixed seed, or read from a folder of FHIR R4 bundles."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import carebundle

from mydata_ledger.ledger.errors import InvalidStatement, LedgerError, MalformedInput
from mydata_ledger.services.health.formats import cuts, split
from mydata_ledger.services.health.formats.kinds import section_of

SEED, COUNT = 20_190_902, 24
PROFILES = ("type2_diabetes", "hypertension", "anaemia", "ckd_stage3", "healthy")
MIDDLE, OLD = (42, 58), (62, 78)
MAX_FILE = 64 * 1024 * 1024
HOSPITALS = 2


@dataclass(frozen=True, slots=True)
class GeneratedResource:
    """One resource of a bundle: its exact entry text, the category of its kind, and the visit (encounter name) it
    belongs to.
    """

    text: str
    category: str
    kind: str
    visit: str
    hospital: int
    name: str


@dataclass(frozen=True, slots=True)
class GeneratedPerson:
    """One person's resources; `digest` (hex) names the bundle across runs."""

    digest: str
    resources: list[GeneratedResource] = field(default_factory=list)

    def bundle_for(self, hospital: int) -> bytes:
        """The resources of this person at one hospital as a FHIR bundle; the bytes of each resource are unchanged."""
        held = [r.text for r in self.resources if r.hospital == hospital or r.kind == "Patient"]
        return ('{"resourceType":"Bundle","type":"collection","entry":[' + ",".join(held) + "]}").encode()

    def held_by(self, hospital: int) -> list[GeneratedResource]:
        """The resources of the hospital's bundle, in the order of the bundle."""
        return [r for r in self.resources if r.hospital == hospital or r.kind == "Patient"]


def generated() -> Iterator[GeneratedPerson]:
    """Generate 24 people of several profiles, equal in every run.

    Middle-aged women and men are enough for groups of five people; old people are too few.
    """
    for number in range(COUNT):
        profile = PROFILES[number % len(PROFILES)]
        make = carebundle.generate_history if profile == "hypertension" else carebundle.generate_bundle
        ages = MIDDLE if number < COUNT * 2 // 3 else OLD
        bundle = make(profile=profile, seed=SEED + number, sex="FM"[number % 2], age_range=ages)
        yield person(carebundle.to_json(bundle).encode(), number)


def from_folder(folder: Path, on_status: Callable[[str], None]) -> Iterator[GeneratedPerson]:
    """One person for each file; an unusable file is reported and skipped. Raises MalformedInput if none is usable."""
    paths = sorted(folder.glob("*.json")) if folder.is_dir() else []
    if not paths:
        raise MalformedInput(f"no *.json files in {folder}; give a folder of FHIR R4 bundles, one person a file")
    used = 0
    for path in paths:
        try:
            yield person(_bounded(path), used)
            used += 1
        except (LedgerError, OSError) as error:
            on_status(f"left out {path.name}: {error}")
    if not used:
        raise MalformedInput(f"none of the {len(paths)} files in {folder} is one person's FHIR R4 bundle")


def _bounded(path: Path) -> bytes:
    if path.stat().st_size > MAX_FILE:
        raise MalformedInput(f"the file has more than {MAX_FILE} bytes; split it by person")
    return path.read_bytes()


def person(raw: bytes, number: int) -> GeneratedPerson:
    """Make a person from a bundle; visits go to the hospitals in turn. Raises MalformedInput, InvalidStatement."""
    parts = split(raw, bytes(20))
    skipped = {skip.entry for skip in parts.skipped}
    entries = [text for index, text in enumerate(_entries(raw.decode())) if index not in skipped]
    documents = [json.loads(text) for text in entries]
    visits = [d.get("fullUrl", "") for d in documents if d["resource"]["resourceType"] == "Encounter"]
    resources = []
    for text, document, upload in zip(entries, documents, parts.uploads, strict=True):
        visit = _visit(document, visits)
        hospital = (visits.index(visit) + number if visit in visits else number) % HOSPITALS
        kind = document["resource"]["resourceType"]
        resources.append(
            GeneratedResource(text, section_of(upload.category), kind, visit, hospital, document.get("fullUrl", ""))
        )
    if not any(resource.kind == "Patient" for resource in resources):
        raise InvalidStatement("the file has no Patient, so nobody knows whose records these are")
    return GeneratedPerson(sha256(raw).hexdigest(), resources)


def _entries(text: str) -> list[str]:
    """The text of each entry; a single resource is wrapped as one entry."""
    starts = {name: start for name, start, _ in cuts.members(text, cuts.start_of(text))}
    if "entry" not in starts:
        return ['{"resource":' + text.strip() + "}"]
    return [text[start:end] for start, end in cuts.items(text, starts["entry"])]


def _visit(document: dict[str, Any], visits: list[str]) -> str:
    resource = document["resource"]
    if resource["resourceType"] == "Encounter":
        return str(document.get("fullUrl", ""))
    references = [resource.get("encounter"), resource.get("context"), *_billed(resource)]
    named = [r["reference"] for r in references if isinstance(r, dict) and isinstance(r.get("reference"), str)]
    return next((name for name in named if name in visits), "")


def _billed(resource: dict[str, Any]) -> list[Any]:
    items = resource.get("item", [])
    return [e for item in items if isinstance(item, dict) for e in item.get("encounter", []) if isinstance(items, list)]
