"""Forms of the trials service: a purpose against the terms of data, and what came of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from mydata_ledger.api.schemas import Form, Term

Values = Annotated[list[Term], Field(max_length=64)]


def _is_text(said: object) -> object:
    if not isinstance(said, str | date | None):
        raise PydanticCustomError("day", "a day is text, for instance 2027-06-01")
    return said


Day = Annotated[date, BeforeValidator(_is_text), Field(strict=False)]


class DataUseForm(Form):
    """Terms on data and the purpose of a study; what is left out counts as not said."""

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
    """What one term had to say."""

    term: str
    match: str
    reason: str


class MatchView(BaseModel):
    """The answer; an ABSTAIN waits for a person under `review`."""

    match: str = Field(examples=["ABSTAIN"])
    findings: list[FindingView]
    review: str = ""
