"""The clinical profile as a kind of derived record."""

from __future__ import annotations

from mydata_ledger.ledger.derived import DerivedKind

PROFILE_PURPOSE = "mydata:CLINICAL_PROFILE"
"""The purpose of the consent by which the operator builds a person's profile."""
CLINICAL_PROFILE = DerivedKind(
    name="clinical-profile",
    category="health.profile",
    reads=(
        *("health.identity", "health.condition", "health.medication", "health.allergy"),
        *("health.lab", "health.vitals", "health.observation"),
    ),
    purpose=PROFILE_PURPOSE,
)
