"""Sessions: sign-in by a wallet's or passkey's signature over an ERC-4361 message, and FastAPI
dependencies for them.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from mydata_ledger.api import session_cookies
from mydata_ledger.api.api_settings import ApiSettings
from mydata_ledger.api.session_tokens import new_token, requested_key, session_key, signed_reader_key, token_digest
from mydata_ledger.api.siwe import SignIn
from mydata_ledger.ledger import signers
from mydata_ledger.ledger.errors import MalformedInput, OtherSite, SessionRequired
from mydata_ledger.ledger.kernel import Kernel, RequestedKey
from mydata_ledger.ledger.party import ADDRESS_SIZE, checksum, keccak, requester_name
from mydata_ledger.ledger.ports import Sessions
from mydata_ledger.ledger.tiles import Tiles
from mydata_ledger.ledger.typed_data import read_hex

STATEMENT = "Sign in to MyData Ledger. This proves who you are; it permits nothing and costs nothing."
CLOCK_SKEW = 60
NONCE_SIZE, NONCE_MAC_SIZE = 16, 16
NONCE = re.compile("[0-9a-f]{80}")
BEARER_ONLY = "/access/v1/"
FOR = "for"
"""The query parameter that names the person for whom a caller acts."""
SESSION_ENDED = "the session is unknown or over; sign in again"


@dataclass(frozen=True, slots=True)
class AppContext:
    """What the routes work with: the kernel, the session store, the settings and the tiles of the logs."""

    kernel: Kernel
    sessions: Sessions
    settings: ApiSettings
    tiles: Tiles

    def challenge(self, signer: bytes, reader_key: bytes = b"") -> SignIn:
        """Make a new ERC-4361 message for this wallet or passkey to sign; it names the HPKE public key `reader_key`, if
        that is given.
        """
        now = self.kernel.queries.now()
        expires = now + self.settings.challenge_seconds
        nonce = self._nonce(expires)
        settings = self.settings
        named = settings.domain, account_of(signer), settings.uri, settings.chain_id
        digest = sha256(reader_key).digest() if reader_key else b""
        return SignIn(*named, nonce, now, expires, 0, STATEMENT, reader_key=digest)

    def sign_in(self, message: str, signature: bytes, signer: bytes = b"") -> tuple[str, str, int]:
        """Open a session for a signed message.

        Args:
            message: The ERC-4361 message, as it was signed.
            signature: The signature over it.
            signer: ERC-7913 signer bytes of a passkey; empty for the wallet that the message names.

        Returns:
            The session token, the signer's name as a requester, and the end of the session in UTC seconds.

        Raises:
            SessionRequired, SignatureInvalid, SourceUnavailable.
        """
        siwe_message, now = SignIn.parse(message), self.kernel.queries.now()
        signer = signer or bytes.fromhex(siwe_message.address[2:])
        self._check_message(siwe_message, signer, now)
        try:
            self.kernel.queries.verify_signer(signer, signers.personal_digest(message), signature)
        except OtherSite as error:
            raise SessionRequired(str(error)) from error
        nonce_expires = self._nonce_expiry(siwe_message.nonce)
        if now >= nonce_expires or not self.sessions.spend(siwe_message.nonce, nonce_expires, now):
            raise SessionRequired("the nonce is unknown, used or too old; ask for a new challenge")
        token = new_token(siwe_message.reader_key)
        expires = now + self.kernel.queries.session_seconds
        self.sessions.open(token_digest(token.encode()), signer, expires)
        return token, requester_name(signer), expires

    def _nonce(self, expires: int) -> str:
        """A nonce that carries its own end and a MAC, so that the server stores nothing for a challenge."""
        raw = secrets.token_bytes(NONCE_SIZE) + expires.to_bytes(8, "big")
        return (raw + self._nonce_mac(raw)).hex()

    def _nonce_expiry(self, nonce: str) -> int:
        """The end of a nonce of this server in UTC seconds; 0 if its MAC is not ours."""
        raw = bytes.fromhex(nonce) if NONCE.fullmatch(nonce) else bytes(NONCE_SIZE + 8)
        body, mac = raw[: NONCE_SIZE + 8], raw[NONCE_SIZE + 8 :]
        return int.from_bytes(body[NONCE_SIZE:], "big") if hmac.compare_digest(mac, self._nonce_mac(body)) else 0

    def _nonce_mac(self, raw: bytes) -> bytes:
        return hmac.digest(self.kernel.queries.challenge_key(), raw, sha256)[:NONCE_MAC_SIZE]

    def _check_message(self, siwe_message: SignIn, signer: bytes, now: int) -> None:
        settings = self.settings
        if (siwe_message.domain, siwe_message.chain_id) != (settings.domain, settings.chain_id):
            raise SessionRequired("the message is for another site or chain; ask for a challenge here")
        if siwe_message.scheme not in {"", settings.scheme}:
            raise SessionRequired(f"the message is for another scheme than {settings.scheme}; ask for a challenge here")
        if siwe_message.uri != settings.uri:
            raise SessionRequired("the message is for another URI; ask for a challenge here")
        if siwe_message.address != account_of(signer):
            raise SessionRequired("the message names another account; ask for a challenge for this one")
        if (
            not siwe_message.issued_at - CLOCK_SKEW <= now
            or now < siwe_message.not_before
            or (siwe_message.expires and now >= siwe_message.expires)
        ):
            raise SessionRequired("the message is not valid now; ask for a new challenge")

    def is_live(self, session: bytes) -> bool:
        """True if a session key is that of a live session."""
        return self.sessions.signer_of(session, self.kernel.queries.now()) is not None

    def signer_of(self, session: bytes) -> bytes:
        """The signer of a session, by the session's key. Raises SessionRequired."""
        signer = self.sessions.signer_of(session, self.kernel.queries.now())
        if signer is None:
            raise SessionRequired(SESSION_ENDED)
        return signer


def account_of(signer: bytes) -> str:
    """The account an ERC-4361 message can name: a wallet itself; for other signer bytes the end of their Keccak-256."""
    return checksum(signer if len(signer) == ADDRESS_SIZE else keccak(signer)[-ADDRESS_SIZE:])


@dataclass(frozen=True, slots=True)
class Caller:
    """The signed-in caller: ERC-7913 signer bytes, the key of the session, and the digest of the reader key that the
    sign-in message names (empty if it names none).
    """

    signer: bytes
    session: bytes
    reader_key: bytes = b""

    @property
    def name(self) -> str:
        """The caller's name as a requester: a wallet's EIP-55 address, or a passkey's signer bytes in 0x-hex."""
        return requester_name(self.signer)

    def requested_key(self, public: bytes) -> RequestedKey:
        """The HPKE public key of a question of this session. Raises MalformedInput."""
        return requested_key(public, self.reader_key)


# These dependencies are coroutines and need no other dependency: a switch to another thread, or one more node in the
# dependency tree, would cost more than their one lookup.


async def app_context(request: Request) -> AppContext:
    """The context this app was created with."""
    context: AppContext = request.app.state.context
    return context


async def kernel(request: Request) -> Kernel:
    """The kernel of this app."""
    return (await app_context(request)).kernel


class SessionToken(SecurityBase):
    """FastAPI dependency: the signed-in caller, by the token in the `Authorization` header.

    Without `takes_for`, a request with the parameter `for` is refused: a route that ignored it would answer about the
    caller, or act for them.
    """

    def __init__(self, *, takes_for: bool = False) -> None:
        self.model = HTTPBearer(description="The token that POST /sessions gave.")
        self.scheme_name, self._takes_for = "HTTPBearer", takes_for

    async def __call__(self, request: Request) -> Caller:
        """Return the caller. Raises SessionRequired, MalformedInput."""
        context = await app_context(request)
        authorization = _authorization(request, context.settings)
        session = session_key(authorization)
        if not self._takes_for and request.scope["query_string"] and FOR in request.query_params:
            raise MalformedInput("this address takes no `for`: it is about the caller, or names the person elsewhere")
        return Caller(context.signer_of(session), session, signed_reader_key(authorization))


def _authorization(request: Request, settings: ApiSettings) -> bytes:
    """The `Authorization` header, or the same with the token in the cookie of our own pages. Authorization servers that
    ask for decisions (`/access/v1`) use the header alone.
    """
    given = request.headers.get("authorization", "").encode("latin-1")
    if given or request.url.path.startswith(BEARER_ONLY):
        return given
    token = session_cookies.token_of(request.headers, settings.scheme, settings.origin)
    return b"Bearer " + token.encode("latin-1", "ignore") if token else b""


caller = SessionToken()
SignedIn = Annotated[Caller, Depends(caller)]
KernelDep = Annotated[Kernel, Depends(kernel)]
AppContextDep = Annotated[AppContext, Depends(app_context)]


def subject_bytes(text: str, member: str = "data_subject") -> bytes:
    """Signer bytes of a data subject, from 0x-hex in a member of a request. Raises MalformedInput."""
    raw = read_hex(text, member)
    if len(raw) < 20:
        raise MalformedInput(f"`{member}` is a wallet address (20 bytes) or longer signer bytes, in 0x-hex")
    return raw


def person_of(named: str | None, caller: Caller) -> bytes:
    """The data subject that a form names; by default the caller."""
    return subject_bytes(named) if named else caller.signer
