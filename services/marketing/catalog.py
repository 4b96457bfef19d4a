"""Vocabulary of this service: its categories and purposes."""

from mydata_ledger.ledger.vocabulary import Catalog, Term

CATALOG = Catalog(
    name="marketing",
    categories={
        "card.approval": Term("Card approvals", "카드 승인"),
        "location.now": Term("Where I am now", "현재 위치"),
    },
    purposes={
        "hl7:HMARKT": Term("Healthcare marketing", "보건 마케팅"),
        "mydata:MARKETING_SEGMENT": Term("Counting in a segment", "마케팅 집계", "hl7:HMARKT"),
        "mydata:BENEFIT_NOTICE": Term("Telling me of benefits", "혜택 알림"),
        "mydata:NEARBY": Term("Benefits near me", "주변 혜택", "mydata:BENEFIT_NOTICE"),
    },
)
