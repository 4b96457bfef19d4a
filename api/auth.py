"""Who is calling: sessions opened by a signature of a wallet or passkey over an ERC-4361 message."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from mydata_ledger.api.siwe import SignIn
from mydata_ledger.ledger import signers
from mydata_ledger.ledger.errors import MalformedInput, SessionRequired
from mydata_ledger.ledger.kernel import Kernel
from mydata_ledger.ledger.party import ADDRESS_SIZE, checksum, keccak, requester_name
from mydata_ledger.ledger.passkey import Assertion
from mydata_ledger.ledger.ports import Sessions
from mydata_ledger.ledger.tiles import Tiles
from mydata_ledger.ledger.typed_data import read_hex

STATEMENT = "Sign in to MyData Ledger. This proves who you are; it permits nothing and costs nothing."
CLOCK_SKEW = 60
NONCE_SIZE, SEAL_SIZE = 16, 16
NONCE = re.compile("[0-9a-f]{80}")
SESSION_OVER = "the session is unknown or over; sign in again"


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """What sessions are signed for, where the contracts stand, how much the door takes (seconds, bytes; no
    bound where it is 0 a second), and the ISO 3166 code of the country whose law it answers to.
    """

    uri: str
    chain_id: int
    registries: Mapping[str, str]
    challenge_seconds: int = 300
    max_body: int = 64 * 1024 * 1024
    requests_per_second: int = 1_000
    sign_ins_per_second: int = 50
    evaluations_per_second: int = 0
    jurisdiction: str = "KR"

    @property
    def domain(self) -> str:
        """The host and port of `uri`, as RFC 3986 authority."""
        return self.uri.partition("://")[2].partition("/")[0]

    @property
    def origin(self) -> str:
        """Scheme, host and port of `uri`, as browsers write an origin."""
        return f"{self.uri.partition('://')[0]}://{self.domain}"


@dataclass(frozen=True, slots=True)
class AppContext:
    """What stands behind the door."""

    kernel: Kernel
    sessions: Sessions
    settings: ApiSettings
    tiles: Tiles

    def challenge(self, signer: bytes) -> SignIn:
        """A fresh message for this wallet or passkey to sign."""
        now = self.kernel.queries.now()
        expires = now + self.settings.challenge_seconds
        nonce = self._nonce(expires)
        ours = self.settings
        return SignIn(ours.domain, account_of(signer), ours.uri, ours.chain_id, nonce, now, expires, 0, STATEMENT)

    def sign_in(self, message: str, signature: bytes, signer: bytes = b"") -> tuple[str, str, int]:
        """Token, name and end of a new session; without a `signer`, that of the wallet the message names.

        Raises SessionRequired, SignatureInvalid, SourceUnavailable.
        """
        said, now = SignIn.parse(message), self.kernel.queries.now()
        signer = signer or bytes.fromhex(said.address[2:])
        self._check(said, signer, now)
        assertion = self.kernel.queries.verify_signer(signer, signers.personal_digest(message), signature)
        if assertion:
            self._check_origin(assertion)
        until = self._given_until(said.nonce)
        if now >= until or not self.sessions.spend(said.nonce, until, now):
            raise SessionRequired("the nonce is unknown, used or too old; ask for a new challenge")
        token, expires = secrets.token_urlsafe(32), now + self.kernel.queries.session_seconds
        self.sessions.open(_digest(token.encode()), signer, expires)
        return token, requester_name(signer), expires

    def _nonce(self, expires: int) -> str:
        """A nonce that shows by itself that we gave it out: asking for one costs us nothing to remember."""
        raw = secrets.token_bytes(NONCE_SIZE) + expires.to_bytes(8, "big")
        return (raw + self._seal(raw)).hex()

    def _given_until(self, nonce: str) -> int:
        """When a nonce of ours ends; 0 for one of anybody else's."""
        raw = bytes.fromhex(nonce) if NONCE.fullmatch(nonce) else bytes(NONCE_SIZE + 8)
        body, seal = raw[: NONCE_SIZE + 8], raw[NONCE_SIZE + 8 :]
        return int.from_bytes(body[NONCE_SIZE:], "big") if hmac.compare_digest(seal, self._seal(body)) else 0

    def _seal(self, raw: bytes) -> bytes:
        return hmac.digest(self.kernel.queries.challenge_key(), raw, sha256)[:SEAL_SIZE]

    def _check(self, said: SignIn, signer: bytes, now: int) -> None:
        if (said.domain, said.chain_id) != (self.settings.domain, self.settings.chain_id):
            raise SessionRequired("the message is for another site or chain; ask for a challenge here")
        if said.uri != self.settings.uri:
            raise SessionRequired("the message is for another URI; ask for a challenge here")
        if said.address != account_of(signer):
            raise SessionRequired("the message names another account; ask for a challenge for this one")
        if not said.issued_at - CLOCK_SKEW <= now or now < said.not_before or (said.expires and now >= said.expires):
            raise SessionRequired("the message is not valid now; ask for a new challenge")

    def _check_origin(self, assertion: Assertion) -> None:
        """WebAuthn Level 2 section 7.2, steps 13 and 15: a page of ours asked, and the passkey was made for us."""
        said = assertion.client_data_members()
        if said.get("origin") != self.settings.origin or said.get("crossOrigin"):
            raise SessionRequired("the passkey signed for another site; sign in on this ledger's own page")
        host = self.settings.domain.rpartition(":")[0] or self.settings.domain
        if assertion.authenticator_data[:32] != sha256(host.encode()).digest():
            raise SessionRequired(f"the passkey belongs to another relying party than {host}; make one here")

    def is_live(self, session: bytes) -> bool:
        """Whether a session key is that of a live session."""
        return self.sessions.signer_of(session, self.kernel.queries.now()) is not None

    def signer_of(self, session: bytes) -> bytes:
        """The signer of a session, by its key. Raises SessionRequired."""
        signer = self.sessions.signer_of(session, self.kernel.queries.now())
        if signer is None:
            raise SessionRequired(SESSION_OVER)
        return signer


def account_of(signer: bytes) -> str:
    """The account an ERC-4361 message can name: a wallet itself; for other signer bytes the end of their Keccak-256."""
    return checksum(signer if len(signer) == ADDRESS_SIZE else keccak(signer)[-ADDRESS_SIZE:])


def session_key(authorization: bytes) -> bytes:
    """The key of a session, from an `Authorization` header with its token (RFC 6750). Raises SessionRequired."""
    scheme, _, token = authorization.partition(b" ")
    if scheme.lower() != b"bearer" or not (token := token.strip()):
        raise SessionRequired("sign in first: POST /session/challenges, sign the message, POST /sessions")
    return _digest(token)


def _digest(token: bytes) -> bytes:
    """What is kept of a token: a look-up by digest leaks no prefix by timing."""
    return sha256(token).digest()


@dataclass(frozen=True, slots=True)
class Caller:
    """The one who signed in: ERC-7913 signer bytes, the key of their session, and the name as a requester."""

    signer: bytes
    session: bytes

    @property
    def name(self) -> str:
        """EIP-55 address of a wallet, or the signer bytes of a passkey in 0x-hex."""
        return requester_name(self.signer)


# None of what follows waits for more than one look-up, or needs another dependency: a hop to another thread and each
# node of a tree of dependencies cost more than that.


async def app_context(request: Request) -> AppContext:
    """What this app was built over."""
    found: AppContext = request.app.state.premises
    return found


async def kernel(request: Request) -> Kernel:
    """The verbs."""
    return (await app_context(request)).kernel


class SessionToken(SecurityBase):
    """The signed-in caller, by the token in the `Authorization` header."""

    def __init__(self) -> None:
        self.model = HTTPBearer(description="The token that POST /sessions gave.")
        self.scheme_name = "HTTPBearer"

    async def __call__(self, request: Request) -> Caller:
        """Raises SessionRequired."""
        session = session_key(request.headers.get("authorization", "").encode("latin-1"))
        return Caller((await app_context(request)).signer_of(session), session)


caller = SessionToken()
SignedIn = Annotated[Caller, Depends(caller)]
KernelDep = Annotated[Kernel, Depends(kernel)]
AppContextDep = Annotated[AppContext, Depends(app_context)]


def subject_bytes(text: str) -> bytes:
    """A data subject named in a request: 0x-hex signer bytes. Raises MalformedInput."""
    raw = read_hex(text, "data_subject")
    if len(raw) < 20:
        raise MalformedInput("`data_subject` is a wallet address (20 bytes) or longer signer bytes, in 0x-hex")
    return raw
