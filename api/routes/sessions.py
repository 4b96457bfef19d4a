"""Sign in with a wallet (ERC-4361), and out again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from api.auth import House, SignedIn
from api.schemas import Form, Hex
from ledger.typed_data import read_hex

router = APIRouter(tags=["sessions"])


class ChallengeForm(Form):
    """Whose wallet will sign."""

    address: Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$", examples=["0x" + "5a" * 20])]


class Challenge(BaseModel):
    """The text to sign as it is, with `personal_sign`."""

    message: str
    nonce: str
    expires: int


class SignInForm(Form):
    """The signed text."""

    message: Annotated[str, Field(max_length=4_000)]
    signature: Hex


class Session(BaseModel):
    """A session: send the token as `Authorization: Bearer …`."""

    token: str
    address: str
    expires: int


@router.post("/session/challenges", status_code=201)
def challenge(form: ChallengeForm, house: House) -> Challenge:
    """A fresh message for a wallet to sign."""
    asked = house.challenge(form.address)
    return Challenge(message=asked.text(), nonce=asked.nonce, expires=asked.expires)


@router.post("/sessions", status_code=201)
def sign_in(form: SignInForm, house: House) -> Session:
    """Open a session with the signed message; the nonce is spent by it."""
    token, address, expires = house.sign_in(form.message, read_hex(form.signature, "signature"))
    return Session(token=token, address=address, expires=expires)


@router.delete("/sessions", status_code=204)
def sign_out(caller: SignedIn, house: House) -> Response:
    """End this session."""
    house.sign_out(caller.token)
    return Response(status_code=204)
