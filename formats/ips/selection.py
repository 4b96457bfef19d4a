"""What a summary shows: the resources of each section, newest first, and what these need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mydata_ledger.formats.fhir.periods import period_of
from mydata_ledger.formats.fhir.references import references_in
from mydata_ledger.formats.ips.absence import contradicted
from mydata_ledger.formats.ips.records import HeldResource, HeldResources
from mydata_ledger.formats.ips.sections import SECTIONS, Section
from mydata_ledger.formats.ips.statuses import Standing, standing_of

MOST = 100
"""Resources in a section that may be shortened."""
COMES_ALONG = {"Medication", "Specimen", "Observation", "Device", "Substance"}
"""Types that come into the summary with what refers to them."""


@dataclass(frozen=True, slots=True)
class SectionContent:
    """The resources of a section, newest first; how many older ones are left out, and how many statements of absence
    that the others contradict.
    """

    section: Section
    resources: Sequence[HeldResource]
    older: int = 0
    contradicted: int = 0

    def without_oldest(self, count: int) -> SectionContent:
        """This content without its `count` oldest resources."""
        kept = len(self.resources) - count
        return replace(self, resources=self.resources[:kept], older=self.older + count)


ContentByKey = Mapping[str, SectionContent]
"""The content of each section by its key."""


class Selection:
    """The resources of a person by section, at a time (UTC seconds)."""

    def __init__(self, records: HeldResources, now: int) -> None:
        self._records = records
        standings = {one: standing_of(one.resource, now) for one in records.resources}
        self._standings = {one: standing for one, standing in standings.items() if standing is not Standing.NEVER}
        self._needs: dict[HeldResource, list[HeldResource]] = {}

    def contents(self) -> ContentByKey:
        """Every section; one that may be shortened has its newest 100 resources."""
        used = {
            device for one in self._standings if one.kind == "DeviceUseStatement" for device in self._needed_by(one)
        }
        return {section.key: self._content(section, used) for section in SECTIONS}

    def patients(self) -> list[HeldResource]:
        """The Patient resources, the one that was issued last first."""
        return [one for one in reversed(self._standings) if one.kind == "Patient"]

    def with_needed(self, shown: Iterable[HeldResource]) -> list[HeldResource]:
        """Resources, and all that they need, directly or not: Medication, Specimen, result, Device."""
        included = dict.fromkeys(shown)
        waiting = list(included)
        while waiting:
            new = [one for one in self._needed_by(waiting.pop(0)) if one not in included]
            included |= dict.fromkeys(new)
            waiting += new
        return list(included)

    def _content(self, section: Section, used: set[HeldResource]) -> SectionContent:
        found = [one for one, standing in self._standings.items() if section.has(one.resource, standing)]
        found = [one for one in found if one not in used or one.kind != "Device"]
        absent = contradicted([one.resource for one in found])
        kept = [one for one in found if not any(one.resource is other for other in absent)]
        kept.reverse()
        kept.sort(key=lambda one: -period_of(one.resource)[0])
        content = SectionContent(section, kept, 0, len(absent))
        return content.without_oldest(max(0, len(kept) - MOST)) if section.shortened else content

    def _needed_by(self, source: HeldResource) -> list[HeldResource]:
        if source not in self._needs:
            targets = [self._records.target(source, reference) for _, reference in references_in(source.resource)]
            needed = [one for one in targets if one and one.kind in COMES_ALONG and one in self._standings]
            self._needs[source] = list(dict.fromkeys(needed))
        return self._needs[source]
