"""Names of roles, actions and conditions in English and Korean."""

from __future__ import annotations

from collections.abc import Mapping

from mydata_ledger.ledger.vocabulary import Term

VALUE = "{value}"
"""The place of a condition's value in its label; without it the value follows in brackets."""
ROLES_KO = {
    "holder": "데이터 보유 기관",
    "hospital": "병원",
    "trial": "임상시험팀",
    "insurer": "보험사",
    "merchant": "판매업체",
    "researcher": "연구자",
    "responder": "응급 구조대",
    "reviewer": "심사자",
    "authority": "후견인 지정 기관",
    "witness": "증인",
    "enforcement-point": "접근 통제 시스템",
    "operator": "운영자",
    "collector": "수집자",
}
TERMS: Mapping[str, Mapping[str, Term]] = {
    "actions": {
        "view": Term("view", "열람"),
        "copy": Term("copy", "복사"),
        "transfer": Term("transfer", "전송"),
        "compute": Term("compute over", "통계 계산"),
        "contact": Term("contact you about", "연락"),
        "publish": Term("publish", "공개"),
        "link": Term("link with other data", "결합"),
    },
    "conditions": {
        "once": Term("each record once", "기록당 한 번만"),
        "max-uses": Term("number of uses", "최대 {value}회"),
        "aggregate-only": Term("only sums over groups of at least", "{value}명 이상 집단의 통계만"),
        "retain-until": Term("to be deleted by", "파기 기한"),
        "every-days": Term("each record once every so many days", "기록당 {value}일에 한 번"),
        "redact": Term("without this part", "이 항목 제외"),
        "mask": Term("with this part blacked out", "이 항목 가림"),
        "only": Term("only these parts", "이 항목만"),
        "from": Term("only data that {value} holds", "{value} 보유 자료만"),
        "asset": Term("only of these accounts or devices", "이 계좌·기기만"),
        "pseudonymise": Term("without your name", "가명 처리"),
        "emergency-only": Term("only in an emergency", "응급 시에만"),
        "no-onward-transfer": Term("not to be passed on", "제3자 제공 금지"),
    },
}
