"""Vocabulary of this service: its categories and purposes."""

from mydata_ledger.ledger.vocabulary import Catalog, Term

CATALOG = Catalog(
    name="business",
    categories={
        "business.licence": Term("Business licence", "사업자등록증"),
        "business.tax": Term("Tax certificates", "납세 증명"),
        "business.invoice": Term("Tax invoices", "세금계산서"),
        "business.credit": Term("Credit standing", "신용 정보"),
    },
    purposes={
        "mydata:DOCUMENT_DELIVERY": Term("Document delivery", "서류 제출"),
        "mydata:CREDIT_CHECK": Term("Credit check", "신용 조회"),
        "mydata:LOAN_LIMIT": Term("Loan limit", "대출 한도", "mydata:CREDIT_CHECK"),
        "mydata:FUND_MATCH": Term("Matching policy funds", "정책자금 추천"),
    },
)
