"""The category of a FHIR R4 resource; None if it describes no person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mydata_ledger.services.health.formats.loinc import implied_category

BY_TYPE = {
    "health.identity": "Patient Person RelatedPerson",
    "health.encounter": "Appointment AppointmentResponse Encounter EpisodeOfCare",
    "health.condition": "ClinicalImpression Condition DetectedIssue FamilyMemberHistory Flag RiskAssessment",
    "health.lab": "Specimen",
    "health.report": "Composition DocumentManifest DocumentReference",
    "health.medication": (
        "Medication MedicationAdministration MedicationDispense MedicationRequest MedicationStatement NutritionOrder"
    ),
    "health.allergy": "AdverseEvent AllergyIntolerance",
    "health.immunization": "Immunization ImmunizationEvaluation ImmunizationRecommendation",
    "health.procedure": "Procedure ServiceRequest VisionPrescription",
    "health.device": "Device DeviceRequest DeviceUseStatement SupplyDelivery SupplyRequest",
    "health.careplan": "CarePlan CareTeam Goal RequestGroup",
    "health.imaging": "BodyStructure ImagingStudy Media",
    "health.claim": (
        "Account ChargeItem Claim ClaimResponse Coverage CoverageEligibilityRequest CoverageEligibilityResponse"
        " EnrollmentRequest ExplanationOfBenefit Invoice"
    ),
    "health.other": (
        "AuditEvent Basic Binary Communication CommunicationRequest Consent Group List MeasureReport MolecularSequence"
        " Provenance QuestionnaireResponse ResearchSubject Schedule"
    ),
}
CATEGORY = {kind: category for category, kinds in BY_TYPE.items() for kind in kinds.split()}
LABORATORY, VITALS = {"laboratory", "lab", "hm", "mb", "ch"}, {"vital-signs"}


def category_of(resource: dict[str, Any]) -> str | None:
    """The category by resource type; for observations and reports by their own category codes, or else by LOINC."""
    kind = resource.get("resourceType")
    if kind not in {"Observation", "DiagnosticReport"}:
        return CATEGORY.get(str(kind))
    codes = {code.lower() for code in _codes(resource.get("category"))} or {implied_category(resource)}
    if codes & LABORATORY:
        return "health.lab"
    if kind == "DiagnosticReport":
        return "health.report"
    return "health.vitals" if codes & VITALS else "health.observation"


def _codes(concepts: Any) -> Iterator[str]:
    """Codes of a CodeableConcept, or of a list of them; STU3 has one where R4 has a list."""
    for concept in concepts if isinstance(concepts, list) else [concepts]:
        codings = concept.get("coding", []) if isinstance(concept, dict) else []
        for coding in codings if isinstance(codings, list) else []:
            if isinstance(coding, dict) and isinstance(coding.get("code"), str):
                yield coding["code"]
