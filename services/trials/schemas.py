"""Forms and views of the trials service."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from mydata_ledger.api.schemas import Form, Term

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
