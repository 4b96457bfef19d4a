"""Sign in with a wallet or passkey (ERC-4361), and out again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import AppContextDep, SignedIn
from mydata_ledger.api.schemas import Form, Hex, shown
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.signers import personal_digest
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["sessions"])


Passkey = Annotated[
    str | None,
    Field(pattern="^0x[0-9a-fA-F]{128}$", description="a passkey's P-256 key, x then y, instead of an address"),
]


class ChallengeForm(Form):
    """Whose wallet, or which passkey, will sign: one of the two."""

    address: Annotated[str | None, Field(pattern="^0x[0-9a-fA-F]{40}$", examples=["0x" + "5a" * 20])] = None
    passkey: Passkey = None


class Challenge(BaseModel):
    """The text for a wallet to sign as it is, with `personal_sign`; for a passkey, `digest` is the WebAuthn challenge,
    and `signer` the bytes by which statements will name it.
    """

    message: str
    nonce: str
    expires: int
    digest: str
    signer: str


class SignInForm(Form):
    """The signed text; a passkey's signature is abi.encode(r, s, challengeIndex, typeIndex, authenticatorData,
    clientDataJSON), as ERC-7913 verifiers take it.
    """

    message: Annotated[str, Field(max_length=4_000)]
    signature: Hex
    passkey: Passkey = None


class SessionView(BaseModel):
    """A session: send the token as `Authorization: Bearer …`. `address` is a wallet's, or a passkey's signer bytes."""

    token: str
    address: str
    expires: int


@router.post("/session/challenges", status_code=201)
def challenge(form: ChallengeForm, house: AppContextDep) -> Challenge:
    """A fresh message for a wallet or passkey to sign."""
    if (form.address is None) == (form.passkey is None):
        raise MalformedInput("give either `address` or `passkey`")
    signer = _passkey(form.passkey, house) or read_hex(form.address, "address", 20)
    asked = house.challenge(signer)
    return Challenge(
        message=asked.text(),
        nonce=asked.nonce,
        expires=asked.expires,
        digest=shown(personal_digest(asked.text())),
        signer=shown(signer),
    )


@router.post("/sessions", status_code=201)
def sign_in(form: SignInForm, house: AppContextDep) -> SessionView:
    """Open a session with the signed message; the nonce is spent by it."""
    signature = read_hex(form.signature, "signature")
    token, address, expires = house.sign_in(form.message, signature, _passkey(form.passkey, house))
    return SessionView(token=token, address=address, expires=expires)


def _passkey(key: str | None, house: AppContextDep) -> bytes:
    """Signer bytes of a passkey: this ledger's verifier ‖ key; nothing without one."""
    return house.kernel.queries.passkey_verifier + read_hex(key, "passkey", 64) if key else b""


@router.delete("/sessions", status_code=204)
def sign_out(caller: SignedIn, house: AppContextDep) -> Response:
    """End this session."""
    house.sessions.close(caller.session)
    return Response(status_code=204)
