"""Vocabulary of this service: its categories and purposes."""

from mydata_ledger.ledger.vocabulary import Catalog, Term

CATALOG = Catalog(
    name="emergency",
    categories={},
    purposes={
        "hl7:ETREAT": Term("Emergency treatment", "응급 치료", "hl7:TREAT"),
        "hl7:BTG": Term("Emergency access without consent", "긴급 열람", "hl7:ETREAT"),
        "mydata:EMERGENCY_NOTICE": Term("Telling my guardians", "보호자 통지"),
    },
)
