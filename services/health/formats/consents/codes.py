"""Code systems of HL7 and of this ledger, and their mapping."""

from __future__ import annotations

from mydata_ledger.services.health.formats.kinds import CATEGORY

ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
CONSENT_ACTION = "http://terminology.hl7.org/CodeSystem/consentaction"
CONSENT_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
LOINC = "http://loinc.org"
RESOURCE_TYPES = "http://hl7.org/fhir/resource-types"
TYPE_SYSTEMS = {RESOURCE_TYPES, "http://hl7.org/fhir/fhir-types"}
CATEGORIES, PURPOSES, ACTIONS = "urn:mydata:category", "urn:mydata:purpose", "urn:mydata:action"
GRANTEE, RECORD = "urn:mydata:grantee", "urn:mydata:record"
CONDITION, EFFECT = "urn:mydata:fhir:condition", "urn:mydata:fhir:effect"
"""Extension URLs: one condition of a permit; the effect of an R5 provision if it differs from its
position in the tree.
"""

RECIPIENTS = {"IRCP", "PRCP", "REFB", "REFT", "SPC", "DIR", "TRC"}
"""Participation types of recipients; custodians, authors and others are none. An actor without a
type is a recipient.
"""
BASES = {"OPTIN": "permit", "OPTINR": "permit", "OPTOUT": "deny", "OPTOUTE": "deny"}
ACTIONS_BY_CODE = {
    "access": ("view",),
    "collect": ("copy",),
    "use": ("view", "compute"),
    "disclose": ("transfer",),
    "correct": (),
}
"""Our actions by HL7 consent action. `correct` has none: only the holder corrects a record."""


def categories_of(resource_type: str) -> tuple[str, ...]:
    """The categories of a FHIR resource type; observations and reports have several."""
    if resource_type == "Observation":
        return ("health.lab", "health.vitals", "health.observation")
    if resource_type == "DiagnosticReport":
        return ("health.lab", "health.report")
    return (CATEGORY[resource_type],) if resource_type in CATEGORY else ()
