"""Vocabulary of this service: its categories and purposes."""

from mydata_ledger.ledger.message import MessageTemplate
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
    templates={
        ("trial.invitation", 1): MessageTemplate(
            "mydata:TRIAL_CONTACT",
            "The sender has a clinical trial that may suit you. Taking part is voluntary. If you want to know more, "
            "ask the sender. If you want no such messages, withdraw your consent to the sender.",
            "보낸 곳에서 나에게 맞을 수 있는 임상시험을 안내합니다. 참여는 자유입니다. "
            "자세한 내용은 보낸 곳에 문의하세요. 이런 메시지를 원하지 않으면 보낸 곳에 대한 동의를 철회하세요.",
        ),
    },
)
