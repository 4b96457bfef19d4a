"""FHIR R4 files to records, each with its exact bytes, its category and the period it is about."""

from mydata_ledger.formats.fhir.bundle import BundleSplit, SkippedResource, split
from mydata_ledger.formats.fhir.containers import FoundResource

__all__ = ["BundleSplit", "FoundResource", "SkippedResource", "split"]
