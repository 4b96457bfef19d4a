"""Verdict of a verification: a result, and the numbered checks that led to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mydata_ledger.scripts.verify.times import LAST, TIMES
from mydata_ledger.scripts.verify.words import sentence, words


class VerificationResult(StrEnum):
    """Result of a verification."""

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
    """One check: its number, code and values of its finding, and whether it held (None: unknown)."""

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

    @property
    def times(self) -> dict[str, int]:
        """The times in its values, UTC seconds."""
        return {name: time for name in TIMES if isinstance(time := self.values.get(name), int) and time < LAST}

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """The step as a JSON value; `times` are UTC seconds, those of `text` are in this machine's zone."""
        step = {"number": self.number, "code": self.code, "text": self.value_text(language), "held": self.held}
        return step | ({"times": self.times} if self.times else {})


PERMITTED_THEN = "permitted_then"
"""How a receipt stands whose access was permitted, and whose consent was withdrawn later."""


@dataclass(slots=True)
class Verdict:
    """The result, the steps that led to it, and how a revoked document ended: revoked, withdrawn, superseded, or
    permitted then.
    """

    result: VerificationResult = VerificationResult.UNKNOWN
    steps: list[Step] = field(default_factory=list)
    standing: str = ""

    def named(self, language: str = "en") -> str:
        """The result in words; for `revoked` they also say how it ended."""
        name: str = words()["results"][self.standing or self.result][language]
        return name

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """The verdict as a JSON value."""
        steps = [step.as_json(language) for step in self.steps]
        return {"result": self.result, "standing": self.standing or self.result, "steps": steps}


class VerificationEnded(Exception):
    """Raised by a failed check: the result, code and values of the finding, and how the document ended."""

    def __init__(self, result: VerificationResult, code: str, standing: str = "", **values: object) -> None:
        super().__init__(code)
        self.result, self.code, self.values, self.standing = result, code, values, standing


def worst(results: set[VerificationResult]) -> VerificationResult:
    """The worst of several results, in the order invalid, unknown, revoked, expired, valid."""
    return next(result for result in WORST_FIRST if result in results)
