"""FHIR R4 in: bundles to records, each with its exact bytes, its category and the time it is about."""

from mydata_ledger.services.health.formats.bundle import Skipped, Split, split

__all__ = ["Skipped", "Split", "split"]
