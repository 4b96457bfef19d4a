"""Vocabulary of this service: its categories and purposes."""

from mydata_ledger.ledger.vocabulary import Catalog, Term

CATALOG = Catalog(
    name="checkups",
    categories={
        "checkup.result": Term("Check-up results", "검진 결과"),
        "checkup.questionnaire": Term("Questionnaires", "문진"),
    },
    sensitive={"checkup.questionnaire": ("MH", "SEX", "ETH")},
    purposes={
        "mydata:CHECKUP_MGMT": Term("Following up check-ups", "검진 관리", "hl7:COC"),
        "mydata:DIET_RECOMMEND": Term("Recommending a diet", "식단 추천", "mydata:WELLNESS_COACHING"),
    },
)
