"""What the IPS and FHIR R4 say of a summary, as a second definition that borrows no code of the product."""

import json
import re

from fhir.resources.R4B.bundle import Bundle

from mydata_ledger.ledger.kernel import OwnRecord

ENTRY_TYPES = {
    "11450-4": {"Condition"},
    "48765-2": {"AllergyIntolerance"},
    "10160-0": {"MedicationStatement", "MedicationRequest", "MedicationAdministration", "MedicationDispense"},
    "11369-6": {"Immunization"},
    "30954-2": {"Observation", "DiagnosticReport"},
    "47519-4": {"Procedure"},
    "46264-8": {"DeviceUseStatement"},
    "42348-3": {"Consent", "DocumentReference"},
    "11348-0": {"Condition"},
    "8716-3": {"Observation"},
}
"""Types of the entries of each section (Composition-uv-ips, `section.entry only Reference(…)`)."""
REQUIRED = {"11450-4", "48765-2", "10160-0"}
CURRENT = {"11450-4", "48765-2", "10160-0", "46264-8", "42348-3"}
OVER = {
    *("resolved", "inactive", "remission", "stopped", "completed", "cancelled", "not-taken", "not-done", "declined"),
    *("draft", "proposed", "rejected", "superseded"),
}
STATUSES = ("status", "docStatus", "verificationStatus", "clinicalStatus")
WRONG = {"entered-in-error", "refuted"}
NEVER_SHORTENED = CURRENT
SHORTENED = ["8716-3", "30954-2", "47519-4", "past medicines", "11348-0", "11369-6"]


def records(*resources, holder="0xA"):
    return [OwnRecord(holder, json.dumps(one).encode()) for one in resources]


def codes(value):
    """Every code of a code, a CodeableConcept or a list, whatever else stands in its place."""
    if isinstance(value, str):
        return {value.strip().lower()}
    if isinstance(value, list):
        return set().union(*map(codes, value))
    if not isinstance(value, dict):
        return set()
    listed = value.get("coding")
    coded = [one.get("code") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    found = {one.strip().lower() for one in coded if isinstance(one, str)}
    return found or codes(value.get("text"))


def status_codes(resource):
    return set().union(*(codes(resource.get(name)) for name in STATUSES))


def references(value):
    """The text of each Reference; a resource is none, whatever its members are called."""
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str) and "resourceType" not in value:
            yield value["reference"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


class Document:
    """A summary, taken apart."""

    def __init__(self, raw):
        self.raw, self.bundle = raw, json.loads(raw)
        entries = self.bundle["entry"]
        self.by_url = {one["fullUrl"]: one["resource"] for one in entries}
        assert len(self.by_url) == len(entries)
        self.composition, self.patient = entries[0]["resource"], entries[1]["resource"]
        self.sections = {self.key(one): one for one in self.composition["section"]}

    @staticmethod
    def key(section):
        coded = section["code"].get("coding")
        return coded[0]["code"] if coded else section["code"]["text"]

    def entries(self, key):
        return [self.by_url[one["reference"]] for one in self.sections.get(key, {}).get("entry", [])]

    def ids(self, key):
        return [one["id"] for one in self.entries(key)]

    def text(self, key):
        return self.sections[key]["text"]["div"]

    def all_ids(self):
        return {f"{one['resourceType']}/{one.get('id')}" for one in self.by_url.values()}

    def check(self):
        """What holds for every summary."""
        Bundle.model_validate_json(self.raw)
        assert self.bundle["type"] == "document"
        assert self.bundle["identifier"]["value"] == self.bundle["entry"][0]["fullUrl"]
        assert self.composition["resourceType"] == "Composition"
        assert self.by_url[self.composition["subject"]["reference"]] is self.patient
        assert sum(one["resourceType"] == "Patient" for one in self.by_url.values()) == 1
        assert self.patient["name"]
        assert "birthDate" in self.patient or "_birthDate" in self.patient
        assert self.sections.keys() >= REQUIRED
        for key, section in self.sections.items():
            assert ("entry" in section) != ("emptyReason" in section)
            kinds = {one["resourceType"] for one in self.entries(key)}
            assert kinds <= ENTRY_TYPES.get(key, kinds)
            assert 'lang="ko"' in section["text"]["div"]
            assert 'lang="en"' in section["text"]["div"]
        self.check_references()
        self.check_standings()
        return self

    def check_references(self):
        for resource in self.by_url.values():
            listed = resource.get("contained")
            contained = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
            inner = {f"#{one.get('id')}" for one in contained} | {"#"}
            assert set(references(resource)) <= self.by_url.keys() | inner

    def check_standings(self):
        for resource in self.by_url.values():
            assert not status_codes(resource) & WRONG
        for key in CURRENT:
            for resource in self.entries(key):
                assert not status_codes(resource) & OVER, (key, resource)
                assert not {"abatementAge", "abatementString"} & resource.keys()
        for resource in self.entries("11348-0"):
            assert status_codes(resource) & OVER or any(name.startswith("abatement") for name in resource)


def older(document, key):
    """How many older entries the text of a section says it leaves out."""
    found = re.search(r"(\d+) older entries", document.text(key)) if key in document.sections else None
    return int(found[1]) if found else 0
