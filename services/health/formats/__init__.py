"""FHIR R4 in: bundles to records, each with its exact bytes, its category and the time it is about."""

from mydata_ledger.services.health.formats.bundle import BundleSplit, SkippedResource, split

__all__ = ["BundleSplit", "SkippedResource", "split"]
