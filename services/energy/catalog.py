"""Vocabulary of this service: its categories and purposes."""

from mydata_ledger.ledger.vocabulary import Catalog, Term

CATALOG = Catalog(
    name="energy",
    categories={
        "energy.usage": Term("Interval usage", "사용량"),
        "energy.bill": Term("Bills", "요금"),
        "energy.household": Term("Household", "가구 정보"),
    },
    purposes={
        "mydata:USAGE_VIEW": Term("Seeing usage", "사용량 열람"),
        "mydata:SAVING_PLAN": Term("Saving plans", "절약 계획", "mydata:USAGE_VIEW"),
        "mydata:STATISTICS": Term("Statistics", "통계"),
    },
)
