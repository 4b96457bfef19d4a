"""FHIR R4 bundles to records, each with its exact bytes, its category and the period it is about."""

from mydata_ledger.services.health.formats.bundle import BundleSplit, SkippedResource, split

__all__ = ["BundleSplit", "SkippedResource", "split"]
