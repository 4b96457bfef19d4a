"""Passkeys: WebAuthn assertions on P-256 over a digest, read exactly as our verifier contract reads them.

A passkey's signer bytes are 84: the verifier contract's address ‖ the key's x ‖ y (ERC-7913). Its signature is
abi.encode(bytes32 r, bytes32 s, uint256 challengeIndex, uint256 typeIndex, bytes authenticatorData, string
clientDataJSON), as OpenZeppelin's WebAuthn requires. The WebAuthn challenge is the 32-byte digest itself.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

from mydata_ledger.ledger.errors import OtherSite, SignatureInvalid

SIGNER_SIZE = 84
MAX_SIGNATURE = 4_000
"""The maximum size of an encoded assertion in bytes; authenticators produce 500 to 700."""
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
WORD, HEAD = 32, 6 * 32
TYPE, CHALLENGE = b'"type":"webauthn.get"', b'"challenge":"'
PRESENT, VERIFIED, ELIGIBLE, BACKED_UP = 1, 4, 8, 16
"""Flags of authenticator data, WebAuthn Level 3 section 6.1."""
FLAGS_OFFSET, LEAST_DATA = 32, 37
OTHER_SITE = "the passkey signed for another site; sign on this ledger's own page"


@dataclass(frozen=True, slots=True)
class Assertion:
    """The answer of an authenticator, unchanged; `r` and `s` are numbers."""

    authenticator_data: bytes
    client_data: bytes
    r: int
    s: int

    @classmethod
    def of(cls, authenticator_data: bytes, client_data: bytes, der: bytes) -> Assertion:
        """From an AuthenticatorAssertionResponse, whose signature is DER; of the two equivalent s values the smaller is
        kept.
        """
        r, s = utils.decode_dss_signature(der)
        return cls(authenticator_data, client_data, r, min(s, ORDER - s))

    def encoded(self) -> bytes:
        """The signature in the encoding of the verifier contract: six words, then the two byte strings."""
        kind, challenge = self.client_data.find(TYPE), self.client_data.find(CHALLENGE)
        data, client = _padded(self.authenticator_data), _padded(self.client_data)
        words = (self.r, self.s, max(challenge, 0), max(kind, 0), HEAD, HEAD + len(data))
        return b"".join(word.to_bytes(WORD, "big") for word in words) + data + client

    @classmethod
    def read(cls, signature: bytes) -> Assertion:
        """The assertion in `signature`; only the canonical encoding is accepted. Raises SignatureInvalid."""
        if len(signature) > MAX_SIGNATURE:
            raise SignatureInvalid(f"a passkey's signature has at most {MAX_SIGNATURE:,} bytes")
        data = _unpadded(signature, HEAD)
        client = _unpadded(signature, HEAD + len(_padded(data)))
        assertion = cls(
            data, client, *(int.from_bytes(signature[offset : offset + WORD], "big") for offset in (0, WORD))
        )
        if assertion.encoded() != signature:
            raise SignatureInvalid(SHAPE)
        return assertion

    def client_data_members(self) -> dict[str, Any]:
        """The collected client data. Raises SignatureInvalid unless it is an object."""
        try:
            members = json.loads(self.client_data)
        except (ValueError, RecursionError) as error:
            raise SignatureInvalid("the passkey's client data is not JSON") from error
        if not isinstance(members, dict):
            raise SignatureInvalid("the passkey's client data is not a JSON object")
        return members


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The site for which a passkey signs: its relying party id (a host), and the origins of its pages and apps."""

    rp_id: str
    origins: tuple[str, ...]

    def check(self, assertion: Assertion) -> None:
        """WebAuthn Level 3 section 7.2: origin (12), crossOrigin (13), topOrigin (14), relying party id (15).

        Raises:
            OtherSite: the assertion was made elsewhere, or in a frame of another site.
        """
        members = assertion.client_data_members()
        if members.get("origin") not in self.origins or members.get("crossOrigin") or "topOrigin" in members:
            raise OtherSite(OTHER_SITE)
        if assertion.authenticator_data[:FLAGS_OFFSET] != sha256(self.rp_id.encode()).digest():
            raise OtherSite(f"the passkey belongs to another relying party than {self.rp_id}; make one here")


def _padded(data: bytes) -> bytes:
    """Length and bytes, zero-padded to a whole word, as in the ABI."""
    return len(data).to_bytes(WORD, "big") + data + bytes(-len(data) % WORD)


def _unpadded(signature: bytes, offset: int) -> bytes:
    length = int.from_bytes(signature[offset : offset + WORD], "big")
    return signature[offset + WORD : offset + WORD + min(length, MAX_SIGNATURE)]


SHAPE = "a passkey's signature is abi.encode(r, s, challengeIndex, typeIndex, authenticatorData, clientDataJSON)"


def verify(key: bytes, digest: bytes, signature: bytes) -> Assertion:
    """The assertion of the P-256 `key` (64 bytes) over exactly `digest`.

    WebAuthn Level 3 section 7.2: type (10), challenge (11), user present (16), user verified (17), backup (18),
    signature (20, 21). `RelyingParty` checks the site (12 to 15), which the contract does not know.

    Raises:
        SignatureInvalid: any of these checks fails.
    """
    assertion = Assertion.read(signature)
    _check_client_data(assertion, digest)
    _check_flags(assertion.authenticator_data)
    if not 0 < assertion.r < ORDER or not 0 < assertion.s <= ORDER // 2:
        raise SignatureInvalid("r or s is out of its range; a passkey's s is the smaller one of the two that are equal")
    signed = assertion.authenticator_data + sha256(assertion.client_data).digest()
    try:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\4" + key)
        point.verify(utils.encode_dss_signature(assertion.r, assertion.s), signed, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError) as error:
        raise SignatureInvalid("the signature is not the named passkey's over exactly this statement") from error
    return assertion


def _check_client_data(assertion: Assertion, digest: bytes) -> None:
    """Check type and challenge, in the parsed JSON and in the text as the contract reads it."""
    challenge = urlsafe_b64encode(digest).rstrip(b"=")
    shown_challenge = assertion.client_data.partition(CHALLENGE)[2]
    members = assertion.client_data_members()
    if members.get("type") != "webauthn.get" or TYPE not in assertion.client_data:
        raise SignatureInvalid("a passkey signs with client data of type webauthn.get, which this is not")
    if members.get("challenge") != challenge.decode() or not shown_challenge.startswith(challenge + b'"'):
        raise SignatureInvalid("the passkey signed another challenge; the challenge is the statement's 32-byte digest")


def _check_flags(data: bytes) -> None:
    if len(data) < LEAST_DATA:
        raise SignatureInvalid(f"a passkey's authenticator data has at least {LEAST_DATA} bytes")
    flags = data[FLAGS_OFFSET]
    if flags & PRESENT == 0 or flags & VERIFIED == 0:
        raise SignatureInvalid('the passkey did not verify its user; ask with userVerification "required"')
    if flags & BACKED_UP and not flags & ELIGIBLE:
        raise SignatureInvalid("the passkey says that it is backed up and cannot be")
