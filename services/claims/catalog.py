"""Vocabulary of this service: its categories and purposes."""

from mydata_ledger.ledger.vocabulary import Catalog, Term

CATALOG = Catalog(
    name="claims",
    categories={
        "insurance.policy": Term("Insurance policies", "보험 계약"),
        "insurance.claim": Term("Insurance claims", "보험 청구"),
    },
    purposes={
        "hl7:HPAYMT": Term("Payment for health care", "의료비 지급"),
        "hl7:CLMATTCH": Term("Claim attachments", "청구 첨부", "hl7:HPAYMT"),
        "hl7:COVERAGE": Term("Coverage decisions", "보장 판단", "hl7:HPAYMT"),
    },
)
