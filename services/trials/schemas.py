"""Forms and views of the trials service."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from mydata_ledger.api.numbers import Time
from mydata_ledger.api.schemas import Form, Hex32, Term, to_hex
from mydata_ledger.formats.codes import LOINC, PATTERNS, Coding, is_code, system_of
from mydata_ledger.formats.profile.matching import Criteria, Limit
from mydata_ledger.formats.units import normal
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.kernel import BackgroundQuestion

Values = Annotated[list[Term], Field(max_length=64)]


def _check_text(value: object) -> object:
    if not isinstance(value, str | date | None):
        raise PydanticCustomError("day", "a day is text, for instance 2027-06-01")
    return value


Day = Annotated[date, BeforeValidator(_check_text), Field(strict=False)]


class DataUseForm(Form):
    """Terms on data, and the purpose of a study; a member that is left out counts as not stated."""

    terms: Annotated[dict[Term, Values], Field(max_length=64, examples=[{"DUO:0000007": ["E11"], "DUO:0000021": []}])]
    aims: Annotated[list[Term], Field(max_length=16, examples=[["disease"]])]
    diseases: Values = Field(default_factory=list)
    not_for_profit_use: bool | None = None
    not_for_profit_organisation: bool | None = None
    ethics_approval: bool | None = None
    will_publish: bool | None = None
    publishes_from: Day | None = None
    will_collaborate: bool | None = None
    returns_results: bool | None = None
    until: Day | None = None
    names: Annotated[dict[Term, Term], Field(max_length=16, default_factory=dict)]


class FindingView(BaseModel):
    """The result of one term."""

    term: str
    match: str
    reason: str


class MatchView(BaseModel):
    """The result; for ABSTAIN, `review` is the id of the human review."""

    match: str = Field(examples=["ABSTAIN"])
    findings: list[FindingView]
    review: str = ""


Age = Annotated[int, Field(ge=0, le=150)]
SMALLEST = 5


class LimitForm(Form):
    """A limit on a person's latest value of a LOINC code, in a UCUM unit; the value is decimal text."""

    code: Annotated[Term, Field(examples=["4548-4"])]
    comparator: Literal["<", "<=", ">", ">="]
    value: Annotated[str, Field(pattern=r"^-?\d{1,12}(\.\d{1,12})?$", examples=["7.0"])]
    unit: Annotated[Term, Field(examples=["%"])]

    def limit(self) -> Limit:
        """The limit. Raises MalformedInput for a code that is not LOINC, and for a unit that is not UCUM."""
        if not is_code(Coding(LOINC, self.code)):
            raise MalformedInput("the code of the limit is no LOINC code: its check digit does not fit")
        return Limit(self.code, self.comparator, Decimal(self.value), normal(self.unit))


class CountForm(Form):
    """Whom to count: people with a condition, and all else that is given. Ages are in full years, both included."""

    purpose: Annotated[Term, Field(examples=["hl7:CLINTRCH"])]
    system: Annotated[Term, Field(examples=["http://snomed.info/sct"])]
    code: Annotated[str, Field(min_length=1, max_length=64, examples=["44054006"])]
    sex: Literal["male", "female", "other"] | None = None
    least_age: Age | None = None
    most_age: Age | None = None
    limit: LimitForm | None = None
    least: Annotated[int, Field(ge=SMALLEST, le=10_000)] = SMALLEST

    @model_validator(mode="after")
    def _check_ages(self) -> CountForm:
        if self.least_age is not None and self.most_age is not None and self.least_age > self.most_age:
            raise PydanticCustomError("ages", "`least_age` is above `most_age`")
        return self

    def criteria(self) -> Criteria:
        """The criteria. Raises MalformedInput for a code system, code or unit that is not read here."""
        condition = Coding(system_of(self.system), self.code)
        if condition.system not in PATTERNS:
            raise MalformedInput(f"the code system is not one of {', '.join(sorted(PATTERNS))}")
        if not is_code(condition):
            raise MalformedInput("the code cannot be one of its system: check its form and its check digit")
        limit = self.limit.limit() if self.limit else None
        return Criteria(condition, self.sex or "", self.least_age, self.most_age, limit)


class CountRequest(CountForm):
    """Whom to count, and whether to wait for the number: with `wait` false it is asked in the background."""

    wait: bool = True


class CountView(BaseModel):
    """How many people, or null: too few, none, or a number that would tell of fewer than `least` beside an earlier one.

    Who they are is never given.
    """

    people: int | None = Field(examples=[12])
    least: int


class BackgroundCountView(BaseModel):
    """A count that was asked in the background.

    `state` is waiting, running, answered or failed. `answer` is there once it is answered; `why` is the reason of the
    last try that failed. `kept_until` is when it is removed, 0 until it ends.
    """

    count_id: Hex32
    state: str = Field(examples=["waiting"])
    asked_at: Time
    kept_until: Time
    form: CountForm
    answer: CountView | None
    why: str

    @classmethod
    def of(cls, question: BackgroundQuestion) -> BackgroundCountView:
        """The view of a background question."""
        return cls(
            count_id=to_hex(question.question_id),
            state=question.state,
            asked_at=question.asked_at,
            kept_until=question.kept_until,
            form=CountForm.model_validate(question.form),
            answer=CountView.model_validate(question.answer) if question.answer else None,
            why=question.why,
        )
