"""Vocabulary of this service: its categories and purposes."""

from mydata_ledger.ledger.vocabulary import Catalog, Term

CATALOG = Catalog(
    name="trials",
    categories={},
    purposes={
        "hl7:HRESCH": Term("Health research", "보건 연구"),
        "hl7:CLINTRCH": Term("Clinical trial research", "임상시험 연구", "hl7:HRESCH"),
        "mydata:TRIAL_MATCH": Term("Checking whether I fit a trial", "임상시험 적합성 확인", "hl7:CLINTRCH"),
        "mydata:TRIAL_CONTACT": Term("Contacting me about a trial", "임상시험 연락", "hl7:CLINTRCH"),
    },
)
