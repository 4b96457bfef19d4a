"""Whole numbers of forms and responses: one beyond 2^53 - 1 is a decimal string, because JSON.parse would round it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer
from pydantic_core import PydanticCustomError

from mydata_ledger.ledger.consent import NEVER
from mydata_ledger.ledger.typed_data import numbers


def _exact(value: object) -> object:
    """A number beyond 2^53 - 1 from its decimal string; any other value unchanged, so that "5" is no number."""
    number = numbers.from_text(value)
    return number if isinstance(number, int) and number > numbers.MAX_EXACT else value


def _not_rounded(value: dict[str, Any]) -> dict[str, Any]:
    if numbers.may_be_rounded(value):
        raise PydanticCustomError("rounded", ROUNDED)
    return value


ROUNDED = "a number beyond 2^53 - 1 may have been rounded by JSON.parse: send the draft's decimal string unchanged"
Seconds = Annotated[
    int,
    BeforeValidator(_exact, json_schema_input_type=int | str),
    Field(ge=0, le=NEVER, examples=[1_800_000_000]),
]
"""UTC seconds; beyond 2^53 - 1, as of a grant without an end, a decimal string."""
Time = Annotated[int, PlainSerializer(numbers.shown, return_type=int | str)]
"""UTC seconds in a response, in the form of `Seconds`."""
Message = Annotated[dict[str, Any], AfterValidator(_not_rounded)]
"""The message of a statement's typed data."""
