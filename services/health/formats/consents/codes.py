"""Code systems of HL7 and of this ledger, and their mapping."""

from __future__ import annotations

ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
ROLE_SYSTEMS = {PARTICIPATION, "http://hl7.org/fhir/v3/ParticipationType", ""}
CONSENT_ACTION = "http://terminology.hl7.org/CodeSystem/consentaction"
CONSENT_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
LOINC = "http://loinc.org"
RESOURCE_TYPES = "http://hl7.org/fhir/resource-types"
TYPE_SYSTEMS = {RESOURCE_TYPES, "http://hl7.org/fhir/fhir-types"}
CATEGORIES, PURPOSES, ACTIONS = "urn:mydata:category", "urn:mydata:purpose", "urn:mydata:action"
GRANTEE, RECORD, PERSON = "urn:mydata:grantee", "urn:mydata:record", "urn:mydata:person"
CONDITION, EFFECT = "urn:mydata:fhir:condition", "urn:mydata:fhir:effect"
"""Extension URLs: one condition of a permit; the effect of an R5 provision if it differs from its
position in the tree.
"""
POLICY, ONLY_PROVISIONS = "urn:mydata:policy", "only-provisions"
"""The base of a consent that this ledger wrote: what no provision permits is not permitted, nor is it forbidden."""

RECIPIENTS = {"IRCP", "PRCP", "REFB", "REFT", "TRC", "NOT"}
"""Participation types of recipients: `IRCP` of HL7 and those below it. Custodians, authors, subjects and others are
none. An actor without any role is a recipient.
"""
WITH_RESTRICTIONS = "OPTINR"
"""An opt-in with restrictions, which the consent has to state."""
BASES = {"OPTIN": "permit", "OPTINR": "permit", "OPTOUT": "deny", "OPTOUTE": "deny"}
SPARES_EMERGENCIES = "OPTOUTE"
ALL_PURPOSES = "PurposeOfUse"
ALL_TYPES = {"Resource", "DomainResource"}
HEALTH = "health"
"""The domain of a FHIR Consent: it is about no other data of a person."""

PERMITTED_ACTIONS = {
    "access": ("view",),
    "collect": ("copy",),
    "use": ("view", "compute"),
    "disclose": ("transfer",),
    "correct": (),
}
"""Our actions that a permit of an HL7 consent action permits. `correct` has none: only the holder corrects a record."""
HANDS_OVER = frozenset({"view", "copy", "transfer", "publish", "link", "compute"})
"""Every action that hands data over. Whoever may not access data gets them in no other way either."""
DENIED_ACTIONS: dict[str, tuple[str, ...]] = {
    "access": tuple(sorted(HANDS_OVER)),
    "collect": ("copy", "transfer"),
    "use": ("view", "compute", "link"),
    "disclose": ("transfer", "publish"),
    "correct": tuple(sorted(HANDS_OVER)),
}
"""Our actions that a deny of an HL7 consent action forbids."""
ACTIONS_OF_FHIR = {
    "permit": frozenset(action for actions in PERMITTED_ACTIONS.values() for action in actions),
    "deny": HANDS_OVER,
}
"""The actions of a rule that names none."""

ABOUT_DATA = {"patient-privacy", "research"}
"""Consent scopes about the use of data; the others are about care."""
NOT_ABOUT_DATA = {
    *("adr", "treatment", "acd", "dnr", "hcd", "polst", "emrgonly"),
    *("42348-3", "42349-1", "75320-2", "75776-5", "77599-9", "78823-2", "81334-5", "81351-9", "84095-9", "86533-7"),
    *("92664-2", "64293-4", "59282-4"),
}
"""Codes of `scope` and `category` for advance directives, living wills and consents to be treated, of HL7 and LOINC."""
