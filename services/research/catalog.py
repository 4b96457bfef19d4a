"""Vocabulary of this service: its categories and purposes."""

from mydata_ledger.ledger.vocabulary import Catalog, Term

CATALOG = Catalog(
    name="research",
    categories={
        "research.profile": Term("Researcher profile", "연구자 정보"),
        "research.work": Term("Works", "연구 성과"),
        "research.grant": Term("Grants", "연구 과제"),
    },
    purposes={
        "hl7:BIORCH": Term("Biomedical research", "생의학 연구", "hl7:HRESCH"),
        "mydata:PROFILE": Term("Showing my profile", "프로필 공개"),
        "mydata:JOB_MATCH": Term("Matching jobs", "채용 연계", "mydata:PROFILE"),
    },
)
