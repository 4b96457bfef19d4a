"""Whether a resource is shown as current, apart from what is current, or never."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from mydata_ledger.formats.fhir.periods import span_of

ERRORS = {"entered-in-error", "refuted"}
STATUSES = ("status", "docStatus", "verificationStatus", "clinicalStatus")
OVER = {
    *("inactive", "resolved", "remission", "stopped", "completed", "cancelled", "not-taken", "not-done", "declined"),
    *("draft", "proposed", "rejected", "superseded"),
}
"""Status codes of what is not current: it is over, or was never begun."""
NO_RESULT = {"Observation": {"cancelled"}, "DiagnosticReport": {"cancelled"}}
NOT_ORDERED = {"proposal", "plan", "option"}
"""MedicationRequest.intent of what nobody has ordered."""
PERIODS = {
    "MedicationStatement": ("effectivePeriod",),
    "MedicationAdministration": ("effectivePeriod",),
    "DeviceUseStatement": ("timingPeriod",),
}


class Standing(StrEnum):
    """How a resource is shown: as current, apart from what is current, or never."""

    CURRENT = "current"
    APART = "apart"
    NEVER = "never"


def codes_of(value: Any) -> Iterator[str]:
    """Codes in lower case of a code, a CodeableConcept (its text if it has no code), or a list of these."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str):
            yield one.strip().lower()
        elif isinstance(one, dict):
            listed = one.get("coding")
            codings = [coding for coding in listed if isinstance(coding, dict)] if isinstance(listed, list) else []
            codes = [coding["code"].strip().lower() for coding in codings if isinstance(coding.get("code"), str)]
            yield from codes or codes_of(one.get("text"))


def statuses_of(resource: Mapping[str, Any]) -> list[str]:
    """All codes of `status`, `docStatus`, `verificationStatus` and `clinicalStatus`."""
    return [code for name in STATUSES for code in codes_of(resource.get(name))]


def standing_of(resource: Mapping[str, Any], now: int) -> Standing:
    """How a resource is shown at a time (UTC seconds).

    What was entered in error or refuted is never shown. Of contradicting members, the one that says that it is over
    decides: `active` with an abatement, or with a period that has ended, is not current.
    """
    kind, statuses = resource["resourceType"], set(statuses_of(resource))
    if statuses & (ERRORS | NO_RESULT.get(kind, set())):
        return Standing.NEVER
    is_over = bool(statuses & OVER) or _has_ended(resource, kind, now)
    return Standing.APART if is_over or not _is_ordered(resource, kind) else Standing.CURRENT


def _is_ordered(resource: Mapping[str, Any], kind: str) -> bool:
    """False for a proposal, and for an order not to give."""
    if kind != "MedicationRequest":
        return True
    return resource.get("doNotPerform") is not True and not NOT_ORDERED & set(codes_of(resource.get("intent")))


def _has_ended(resource: Mapping[str, Any], kind: str, now: int) -> bool:
    if kind == "Condition":
        return any(_is_abated(name, value, now) for name, value in resource.items() if name.startswith("abatement"))
    if kind == "Consent":
        provision = resource.get("provision")
        return isinstance(provision, dict) and _is_past(provision.get("period"), now)
    if any(_is_past(resource.get(name), now) for name in PERIODS.get(kind, ())):
        return True
    bounds = list(_dosage_bounds(resource))
    return bool(bounds) and all(_is_past(period, now) for period in bounds)


def _is_abated(name: str, value: Any, now: int) -> bool:
    """True if an abatement is not in the future. Only a date or a period can be."""
    if name in {"abatementDateTime", "abatementPeriod"}:
        start = value.get("start") or value.get("end") if isinstance(value, dict) else value
        span = span_of(start)
        return span is None or span[0] <= now
    return name != "abatementBoolean" or value is not False


def _is_past(period: Any, now: int) -> bool:
    span = span_of(period.get("end")) if isinstance(period, dict) else None
    return bool(span) and span is not None and span[1] <= now


def _dosage_bounds(resource: Mapping[str, Any]) -> Iterator[Any]:
    """`boundsPeriod` of each dosage; None for a dosage without one."""
    for name in ("dosage", "dosageInstruction"):
        dosages = resource.get(name)
        for dosage in dosages if isinstance(dosages, list) else ():
            timing = dosage.get("timing") if isinstance(dosage, dict) else None
            repeat = timing.get("repeat") if isinstance(timing, dict) else None
            yield repeat.get("boundsPeriod") if isinstance(repeat, dict) else None
