"""FHIR R4 files split into records: one for each resource, its bytes as received."""

from __future__ import annotations

from dataclasses import dataclass

from mydata_ledger.formats.fhir.containers import FoundResource, UnusablePart, parts_of
from mydata_ledger.formats.fhir.kinds import category_of
from mydata_ledger.formats.fhir.patients import subject_of
from mydata_ledger.formats.fhir.periods import period_of
from mydata_ledger.formats.fhir.versions import present_versions
from mydata_ledger.ledger.kernel import Upload

MEDIA_TYPE = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class SkippedResource:
    """A part of a file that became no record, and why.

    `entry` is its index among all parts of the file, from 0; `place` where it stands (empty if it is the whole file).
    `refused` is True if it may be about the person and should have been a record.
    """

    entry: int
    resource_type: str
    reason: str
    place: str = ""
    refused: bool = False


@dataclass(frozen=True, slots=True)
class BundleSplit:
    """The records of a file, the resource of each record in the same order, and the skipped parts."""

    uploads: list[Upload]
    skipped: list[SkippedResource]
    resources: list[FoundResource]


def split(raw: bytes, data_subject: bytes) -> BundleSplit:
    """Split one person's file into records: a resource, a Bundle of any type, Parameters, or NDJSON.

    Raises:
        MalformedInput: The text is not JSON or not FHIR, or has no entries.
        InvalidStatement: A bundle is about nobody, or the file is about several people.
        TooLarge: The file has more than 20,000 entries.
    """
    parts = present_versions(parts_of(raw))
    found = [part for part in parts if isinstance(part, FoundResource)]
    subject = subject_of(found, needs_patient=any(part.bundle_type for part in found))
    uploads, skipped, resources = [], [], []
    for entry, part in enumerate(parts):
        if isinstance(part, UnusablePart):
            skipped.append(SkippedResource(entry, part.kind, part.reason, part.place, part.refused))
        elif (category := category_of(part.resource)) is None:
            skipped.append(SkippedResource(entry, part.kind, "describes no person, so it is no record", part.place))
        elif reason := subject.objection(part):
            skipped.append(SkippedResource(entry, part.kind, reason, part.place, refused=True))
        else:
            start, end = period_of(part.resource)
            uploads.append(Upload(data_subject, category, MEDIA_TYPE, part.raw, start, end))
            resources.append(part)
    return BundleSplit(uploads, skipped, resources)
