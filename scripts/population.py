"""The people of the demonstration: generated with a fixed seed, or read from a folder of FHIR R4 bundles."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import carebundle

from mydata_ledger.formats.fhir import FoundResource, split
from mydata_ledger.formats.fhir.kinds import section_of
from mydata_ledger.ledger.errors import InvalidStatement, LedgerError, MalformedInput

SEED, COUNT = 20_190_902, 24
PROFILES = ("type2_diabetes", "hypertension", "anaemia", "ckd_stage3", "healthy")
MIDDLE, OLD = (42, 58), (62, 78)
MAX_FILE = 64 * 1024 * 1024
HOSPITALS = 2
SUFFIXES = {".json", ".ndjson"}


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
    paths = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in SUFFIXES] if folder.is_dir() else []
    if not paths:
        raise MalformedInput(f"no .json files in {folder}; give a folder of FHIR R4 bundles, one person a file")
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
    if not any(found.kind == "Patient" for found in parts.resources):
        raise InvalidStatement("the file has no Patient, so nobody knows whose records these are")
    visits = [found.full_url for found in parts.resources if found.kind == "Encounter"]
    resources = []
    for found, upload in zip(parts.resources, parts.uploads, strict=True):
        visit = _visit(found, visits)
        hospital = (visits.index(visit) + number if visit in visits else number) % HOSPITALS
        text = f'{{"fullUrl":{json.dumps(found.full_url)},"resource":{found.raw.decode()}}}'
        resources.append(
            GeneratedResource(text, section_of(upload.category), found.kind, visit, hospital, found.full_url)
        )
    return GeneratedPerson(sha256(raw).hexdigest(), resources)


def _visit(found: FoundResource, visits: list[str]) -> str:
    """The `fullUrl` of the Encounter that a resource belongs to; empty if it is not in the file."""
    if found.kind == "Encounter":
        return found.full_url
    billed = found.resource.get("item")
    items = [item.get("encounter") for item in billed if isinstance(item, dict)] if isinstance(billed, list) else []
    visits_billed = [one for listed in items if isinstance(listed, list) for one in listed]
    references = [found.resource.get("encounter"), found.resource.get("context"), *visits_billed]
    named = [one.get("reference") for one in references if isinstance(one, dict)]
    return next((name for name in named if name in visits), "")
