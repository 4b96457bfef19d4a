"""The text of a summary for people, in English and Korean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from mydata_ledger.formats.fhir.periods import period_of
from mydata_ledger.formats.ips.statuses import codes_of

LANGUAGES = ("en", "ko")
Named = Callable[[Mapping[str, Any]], str]
"""Maps a Reference to the name of what it leads to; empty if that is not in the summary."""
ORDINARY = {"final", "active", "completed", "confirmed", "current", "amended", "corrected", ""}
"""Status codes that a line does not repeat; a section for what is not current repeats all."""
KOREAN = {
    "active": "진행 중",
    "resolved": "해소됨",
    "inactive": "비활성",
    "remission": "관해",
    "recurrence": "재발",
    "relapse": "재발",
    "unconfirmed": "미확인",
    "provisional": "잠정",
    "differential": "감별 중",
    "stopped": "중단",
    "completed": "완료",
    "on-hold": "보류",
    "intended": "예정",
    "unknown": "알 수 없음",
    "not-done": "하지 않음",
    "not-taken": "복용하지 않음",
    "cancelled": "취소",
    "declined": "거절됨",
    "draft": "초안",
    "proposal": "제안",
    "plan": "계획",
    "option": "선택안",
    "in-progress": "진행 중",
    "preparation": "준비 중",
    "preliminary": "예비 결과",
    "registered": "결과 없음",
    "partial": "일부 결과",
    "rejected": "거부됨",
    "proposed": "제안",
    "superseded": "대체됨",
    "high criticality": "위험도 높음",
    "do not give": "투여 금지",
    "abated": "해소됨",
}
SENTENCES = {
    "nothing": (
        "No information about this is shared. That does not mean that there is none.",
        "이 항목에 대해 공유된 정보가 없습니다. 해당 사항이 없다는 뜻은 아닙니다.",
    ),
    "older": (
        "{n} older entries are left out, to keep this summary short.",
        "요약을 짧게 하려고 오래된 항목 {n}개를 뺐습니다.",
    ),
    "contradicted": (
        "{n} statements that none is known are left out, since the entries here contradict them.",
        "해당 사항이 없다는 진술 {n}개는 위 항목과 어긋나서 뺐습니다.",
    ),
    "unreadable": (
        "{n} records are no FHIR resources and are not shown.",
        "FHIR 자원이 아닌 기록 {n}개는 보이지 않습니다.",
    ),
    "foreign": (
        "{n} records refer to another patient and are not shown.",
        "다른 환자를 가리키는 기록 {n}개는 보이지 않습니다.",
    ),
    "large": (
        "This summary is longer than 32 KiB, since what a doctor must know at once is never shortened.",
        "이 요약은 32 KiB보다 깁니다. 의사가 바로 알아야 하는 것은 줄이지 않기 때문입니다.",
    ),
}


def sentence(name: str, number: int = 0) -> tuple[str, str]:
    """A sentence of a summary in both languages."""
    english, korean = SENTENCES[name]
    return english.format(n=number), korean.format(n=number)


def narrative(lines: Sequence[tuple[str, str]], titles: tuple[str, str] = ("", "")) -> dict[str, Any]:
    """A FHIR Narrative of lines in both languages, each under its title."""
    parts = []
    for index, language in enumerate(LANGUAGES):
        title = f"<p>{escape(titles[index])}</p>" if titles[index] else ""
        items = "".join(f"<li>{escape(line[index])}</li>" for line in lines)
        parts.append(f'<div lang="{language}" xml:lang="{language}">{title}<ul>{items}</ul></div>')
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{"".join(parts)}</div>'}


def line_of(resource: Mapping[str, Any], named: Named) -> tuple[str, str]:
    """A line about one resource in both languages: what it is, its value, its status if that is not the ordinary one,
    and when.
    """
    start = period_of(dict(resource))[0]
    when = datetime.fromtimestamp(start, UTC).strftime("(%Y-%m-%d)") if start else ""
    head = " ".join(filter(None, (name_of(resource, named), _value(resource))))
    words = _words(resource)
    labels = (", ".join(words), ", ".join(KOREAN.get(word, word) for word in words))
    english, korean = (" ".join(filter(None, (head, f"[{label}]" if label else "", when))) for label in labels)
    return english, korean


def name_of(resource: Mapping[str, Any], named: Named) -> str:
    """What a resource is about; its type if it does not say."""
    for name in ("code", "medicationCodeableConcept", "vaccineCode", "type", "category"):
        if text := text_of(resource.get(name)):
            return text
    for name in ("medicationReference", "device"):
        reference = resource.get(name)
        if isinstance(reference, dict) and (text := named(reference) or str(reference.get("display") or "")):
            return text
    names = resource.get("deviceName")
    listed = [str(one.get("name") or "") for one in names if isinstance(one, dict)] if isinstance(names, list) else []
    return next(filter(None, listed), str(resource["resourceType"]))


def text_of(concept: Any) -> str:
    """The text of a CodeableConcept, or the first of a list: its own text, a display, or a code."""
    concept = concept[0] if isinstance(concept, list) and concept else concept
    if not isinstance(concept, dict):
        return ""
    listed = concept.get("coding")
    codings = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    texts = [concept.get("text"), *(one.get("display") for one in codings), *(one.get("code") for one in codings)]
    return next((text for text in texts if isinstance(text, str) and text), "")


def _value(resource: Mapping[str, Any]) -> str:
    quantity = resource.get("valueQuantity")
    if isinstance(quantity, dict):
        return " ".join(
            str(quantity[name]) for name in ("comparator", "value", "unit") if quantity.get(name) is not None
        )
    text = resource.get("valueString")
    return text_of(resource.get("valueCodeableConcept")) or (text[:80] if isinstance(text, str) else "")


def _words(resource: Mapping[str, Any]) -> list[str]:
    """What of the status of a resource is not the ordinary."""
    kind = resource["resourceType"]
    words = [
        code for name in ("clinicalStatus", "verificationStatus", "status") for code in codes_of(resource.get(name))
    ]
    words = [word for word in words if word not in ORDINARY or (word == "completed" and kind.startswith("Medication"))]
    words += [code for code in codes_of(resource.get("intent")) if code in {"proposal", "plan", "option"}]
    words += ["do not give"] if resource.get("doNotPerform") is True else []
    words += ["high criticality"] if resource.get("criticality") == "high" else []
    words += ["abated"] if any(name.startswith("abatement") for name in resource) and not words else []
    return list(dict.fromkeys(words))
