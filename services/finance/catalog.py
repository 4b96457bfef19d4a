"""Vocabulary of this service: its categories and purposes."""

from mydata_ledger.ledger.vocabulary import Catalog, Term

CATALOG = Catalog(
    name="finance",
    categories={
        "finance.account": Term("Accounts and transactions", "계좌·거래"),
        "finance.card": Term("Cards", "카드"),
        "finance.loan": Term("Loans", "대출"),
        "finance.insurance": Term("Insurance", "보험"),
        "finance.point": Term("Points", "포인트"),
    },
    purposes={
        "mydata:PFM_VIEW": Term("Managing my money", "자산 관리"),
        "mydata:THIRD_PARTY_OFFER": Term("Offers by third parties", "제3자 상품 제안"),
    },
)
