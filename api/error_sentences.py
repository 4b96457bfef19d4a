"""What each error code means, as a sentence in English and Korean, for the person in front of the screen."""

from __future__ import annotations

from collections.abc import Mapping

from mydata_ledger.ledger.vocabulary import Term

LONGEST_HEADER = 200
SENTENCES: Mapping[str, Term] = {
    "access_denied": Term(
        "There is nothing here that you may see.", "볼 수 있는 것이 없습니다. 없거나 권한이 없는 항목입니다."
    ),
    "no_such_route": Term("There is no such address here.", "여기에 없는 주소입니다."),
    "session_required": Term("Sign in first.", "먼저 로그인해 주세요."),
    "passcode_invalid": Term("The passcode is wrong or missing.", "암호가 틀렸거나 없습니다."),
    "signature_invalid": Term(
        "The signature does not fit what was to be signed. Sign it again.",
        "서명이 서명할 내용과 맞지 않습니다. 다시 서명해 주세요.",
    ),
    "wrong_chain": Term(
        "This was signed for another ledger. Ask for a new draft here.",
        "다른 원장에서 쓰도록 서명한 내용입니다. 여기에서 초안을 다시 받아 주세요.",
    ),
    "not_entitled": Term("You may not do this.", "이 작업을 할 권한이 없습니다."),
    "stale_consent": Term(
        "Something changed in the meantime. Read it again, then try once more.",
        "그사이에 내용이 바뀌었습니다. 다시 확인한 뒤 시도해 주세요.",
    ),
    "invalid_statement": Term("This cannot be accepted as it is.", "이 내용 그대로는 받을 수 없습니다."),
    "unknown_term": Term("A word in it is not known here.", "여기에서 쓰지 않는 용어가 들어 있습니다."),
    "malformed_input": Term("The request has the wrong form.", "요청의 형식이 올바르지 않습니다."),
    "too_large": Term("This is too large.", "크기나 개수가 너무 큽니다."),
    "too_many_people": Term(
        "This is about too many people to be answered at once. Ask in the background.",
        "대상자가 많아 바로 답할 수 없습니다. 백그라운드로 질의해 주세요.",
    ),
    "proof_invalid": Term("The proof does not hold.", "증명이 맞지 않습니다."),
    "receipt_required": Term(
        "A key is given out only with a receipt that permits it.",
        "열람을 허용하는 열람 확인서가 있어야 키를 받을 수 있습니다.",
    ),
    "integrity_failure": Term(
        "The stored data were changed or are missing. Nothing is shown.",
        "저장된 데이터가 바뀌었거나 없습니다. 아무것도 보여 드리지 않습니다.",
    ),
    "key_destroyed": Term("The record was erased for good.", "영구히 파기된 기록입니다."),
    "too_many_requests": Term("That was too often. Wait a while.", "요청이 너무 잦습니다. 잠시 후 다시 시도해 주세요."),
    "source_unavailable": Term(
        "This cannot be answered now. Try again soon.", "지금은 답할 수 없습니다. 잠시 후 다시 시도해 주세요."
    ),
    "storage_full": Term(
        "The disk of the ledger is full. Nothing was accepted.",
        "원장의 저장 공간이 가득 차 아무것도 접수하지 못했습니다.",
    ),
    "chain_behind": Term(
        "The ledger waits for the chain. Try again soon.",
        "체인의 응답을 기다리고 있습니다. 잠시 후 다시 시도해 주세요.",
    ),
    "internal_error": Term(
        "Something went wrong here. Try again later.", "서버에 문제가 생겼습니다. 나중에 다시 시도해 주세요."
    ),
    "method_not_allowed": Term("This address does not take such requests.", "이 주소에서는 할 수 없는 요청입니다."),
    "refused": Term("The request was refused.", "요청이 거절되었습니다."),
    "ledger_error": Term("The request failed.", "요청을 처리하지 못했습니다."),
}
"""One entry for each code of `ledger.errors` and of `api.errors`. A code has one sentence, so it tells no more than the
code does.
"""


def sentence_for(code: object, accept_language: str) -> tuple[str, str] | None:
    """The language that the header prefers, `ko` or `en`, and the sentence of the code in it; None if it names neither
    language, or there is no such code.
    """
    language, term = preferred_language(accept_language), SENTENCES.get(code) if isinstance(code, str) else None
    if not language or term is None:
        return None
    return language, term.label_ko if language == "ko" else term.label


def preferred_language(header: str) -> str:
    """`ko` or `en`, whichever has the greater weight in an Accept-Language header (RFC 9110 §12.5.4), else empty."""
    weights: dict[str, float] = {}
    for part in header[:LONGEST_HEADER].lower().split(","):
        tag, _, weight = part.partition(";")
        language = tag.strip().partition("-")[0]
        if language in {"ko", "en"}:
            weights[language] = max(weights.get(language, 0.0), _weight(weight))
    best = max(weights, key=lambda language: weights[language], default="")
    return best if weights.get(best) else ""


def _weight(text: str) -> float:
    name, _, number = text.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(number)))
    except ValueError:
        return 0.0
