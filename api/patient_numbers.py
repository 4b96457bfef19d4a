"""Patient numbers in forms and headers: a holder names a person by its own number instead of by signer bytes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header
from pydantic import Field

from mydata_ledger.api.auth import subject_bytes
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.kernel import Kernel

PATIENT_NUMBER = "^[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,62}[A-Za-z0-9])?$"
PatientNumber = Annotated[str, Field(pattern=PATIENT_NUMBER, max_length=64, examples=["A-0012345"])]
NumberHeader = Annotated[
    str | None,
    Header(pattern=PATIENT_NUMBER, description="the holder's own number for the person, instead of `data_subject`"),
]


def person_named(kernel: Kernel, holder: str, data_subject: str | None, number: str | None) -> bytes:
    """The signer bytes of the person that a holder names in one of two ways.

    Raises MalformedInput unless exactly one is given, InvalidStatement for a number without an active binding.
    """
    if (data_subject is None) == (number is None):
        raise MalformedInput("name the person by the data subject or by your patient number, and not by both")
    if number is not None:
        return kernel.people.bindings.person_of(holder, number)
    return subject_bytes(data_subject or "")
