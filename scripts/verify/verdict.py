"""What a verification ends in: a result, and the numbered checks that led to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mydata_ledger.scripts.verify.words import sentence, words


class VerificationResult(StrEnum):
    """What a verification may end in."""

    VALID = "valid"
    INVALID = "invalid"
    REVOKED = "revoked"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


EXIT = {
    VerificationResult.VALID: 0,
    VerificationResult.INVALID: 1,
    VerificationResult.REVOKED: 3,
    VerificationResult.EXPIRED: 4,
    VerificationResult.UNKNOWN: 5,
}
WORST_FIRST = (
    VerificationResult.INVALID,
    VerificationResult.UNKNOWN,
    VerificationResult.REVOKED,
    VerificationResult.EXPIRED,
    VerificationResult.VALID,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One check: its number, the code and values of what it found, and whether it held (None: could not be told)."""

    number: int
    code: str
    values: dict[str, object]
    held: bool | None

    @property
    def text(self) -> str:
        """The finding in English."""
        return self.value_text()

    def value_text(self, language: str = "en") -> str:
        """The finding in `en` or `ko`."""
        return sentence(self.code, self.values, language)


@dataclass(slots=True)
class Verdict:
    """The result, the steps that led to it, and how a revoked document ended: revoked, withdrawn or superseded."""

    result: VerificationResult = VerificationResult.UNKNOWN
    steps: list[Step] = field(default_factory=list)
    standing: str = ""

    def named(self, language: str = "en") -> str:
        """The result in words: `revoked` says how."""
        said: str = words()["results"][self.standing or self.result][language]
        return said

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """For programs."""
        steps = [
            {"number": s.number, "code": s.code, "text": s.value_text(language), "held": s.held} for s in self.steps
        ]
        return {"result": self.result, "standing": self.standing or self.result, "steps": steps}


class VerificationEnded(Exception):
    """A check that did not hold: the result, the code of what it found, its values, and how the document ended."""

    def __init__(self, result: VerificationResult, code: str, standing: str = "", **values: object) -> None:
        super().__init__(code)
        self.result, self.code, self.values, self.standing = result, code, values, standing


def worst(results: set[VerificationResult]) -> VerificationResult:
    """One result for many documents: the first of invalid, unknown, revoked, expired, valid that is among them."""
    return next(result for result in WORST_FIRST if result in results)
