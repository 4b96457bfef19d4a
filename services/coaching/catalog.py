"""Vocabulary of this service: its categories and purposes."""

from mydata_ledger.ledger.vocabulary import Catalog, Term

CATALOG = Catalog(
    name="coaching",
    categories={
        "lifelog.activity": Term("Steps and activity", "활동"),
        "lifelog.sleep": Term("Sleep", "수면"),
        "lifelog.heart": Term("Heart rate", "심박"),
        "lifelog.body": Term("Weight and body", "체중·체성분"),
        "lifelog.diet": Term("Diet", "식단"),
    },
    purposes={
        "mydata:WELLNESS_COACHING": Term("Wellness coaching", "건강 코칭"),
    },
)
