"""Vocabulary of this service: its categories and purposes."""

from mydata_ledger.ledger.message import MessageTemplate
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
    templates={
        ("marketing.benefit", 1): MessageTemplate(
            "mydata:BENEFIT_NOTICE",
            "(Advertisement) The sender has a benefit for you. Ask the sender for it. If you want no such messages, "
            "withdraw your consent to the sender.",
            "(광고) 보낸 곳에서 드리는 혜택이 있습니다. 보낸 곳에 문의하세요. "
            "이런 메시지를 원하지 않으면 보낸 곳에 대한 동의를 철회하세요.",
        ),
    },
    sensitive={"location.now": ("LOCIS",)},
    advertising=frozenset({"hl7:HMARKT", "mydata:BENEFIT_NOTICE"}),
)
