"""Sign-in with a wallet or passkey (ERC-4361), and sign-out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from mydata_ledger.api import session_cookies
from mydata_ledger.api.auth import AppContextDep, SignedIn
from mydata_ledger.api.schemas import Form, Hex, to_hex
from mydata_ledger.ledger.envelope.wrapping import check_public
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.signers import personal_digest
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["sessions"])


Passkey = Annotated[
    str | None,
    Field(pattern="^0x[0-9a-fA-F]{128}$", description="a passkey's P-256 key, x then y, instead of an address"),
]


class ChallengeForm(Form):
    """The wallet or the passkey that will sign: exactly one of the two.

    `reader_key` is an HPKE public key (tag and key) whose digest the message will name. While the session lasts, a
    record that is asked for under this key is sealed for it, also for a party with an accredited key.
    """

    address: Annotated[str | None, Field(pattern="^0x[0-9a-fA-F]{40}$", examples=["0x" + "5a" * 20])] = None
    passkey: Passkey = None
    reader_key: Annotated[Hex, Field(max_length=2_500)] = "0x"


class Challenge(BaseModel):
    """The message to sign. A wallet signs it unchanged with `personal_sign`; for a passkey, `digest` is the WebAuthn
    challenge and `signer` its signer bytes in statements.
    """

    message: str
    nonce: str
    expires: int
    digest: str
    signer: str


class SignInForm(Form):
    """The signed message. A passkey's signature is abi.encode(r, s, challengeIndex, typeIndex, authenticatorData,
    clientDataJSON), the format of ERC-7913 verifiers.
    """

    message: Annotated[str, Field(max_length=4_000)]
    signature: Hex
    passkey: Passkey = None
    cookie: Annotated[
        bool, Field(description="for our own pages: the token goes into a cookie that scripts cannot read")
    ] = False


class SessionView(BaseModel):
    """A session. Send the token as `Authorization: Bearer …`; it is empty if it went into a cookie. `address` is a
    wallet's address or a passkey's signer bytes.
    """

    token: str
    address: str
    expires: int


@router.post("/session/challenges", status_code=201)
def create_challenge(form: ChallengeForm, context: AppContextDep) -> Challenge:
    """Make a new message for a wallet or passkey to sign."""
    if (form.address is None) == (form.passkey is None):
        raise MalformedInput("give either `address` or `passkey`")
    signer = _passkey(form.passkey, context) or read_hex(form.address, "address", 20)
    reader_key = read_hex(form.reader_key, "reader_key")
    if reader_key:
        check_public(reader_key)
    sign_in_message = context.challenge(signer, reader_key)
    return Challenge(
        message=sign_in_message.text(),
        nonce=sign_in_message.nonce,
        expires=sign_in_message.expires,
        digest=to_hex(personal_digest(sign_in_message.text())),
        signer=to_hex(signer),
    )


class PresentSession(BaseModel):
    """Who is signed in, and whether the sign-in message names a reader key."""

    address: str
    names_reader_key: bool


@router.post("/sessions", status_code=201)
def sign_in(form: SignInForm, response: Response, context: AppContextDep) -> SessionView:
    """Open a session with the signed message; its nonce can be used only once.

    With `cookie`, the token is a cookie of this site instead of in the answer. It counts in requests of this site's own
    pages only, and never at `/access/v1`.
    """
    signature = read_hex(form.signature, "signature")
    token, address, expires = context.sign_in(form.message, signature, _passkey(form.passkey, context))
    if form.cookie:
        session_cookies.give(response, token, context.kernel.queries.session_seconds, context.settings.scheme)
        token = ""
    return SessionView(token=token, address=address, expires=expires)


@router.get("/sessions/present")
def get_session(caller: SignedIn) -> PresentSession:
    """Who is signed in, for a page that was loaded again."""
    return PresentSession(address=caller.name, names_reader_key=bool(caller.reader_key))


def _passkey(key: str | None, context: AppContextDep) -> bytes:
    """Signer bytes of a passkey: this ledger's verifier, then the key; empty without a key."""
    return context.kernel.queries.passkey_verifier + read_hex(key, "passkey", 64) if key else b""


@router.delete("/sessions", status_code=204)
def sign_out(caller: SignedIn, context: AppContextDep) -> Response:
    """End this session, and delete its cookie."""
    context.sessions.close(caller.session)
    response = Response(status_code=204)
    session_cookies.take_back(response, context.settings.scheme)
    return response
