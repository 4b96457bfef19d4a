"""A software authenticator: a P-256 key that answers WebAuthn requests with the bytes that a browser would give."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from mydata_ledger.ledger.passkey import Assertion
from mydata_ledger.ledger.signers import personal_digest

PRESENT, VERIFIED = 1, 4
VERIFIER = b"\xbe" * 20


class Passkey:
    """One credential of one relying party; `signer` is its ERC-7913 bytes with `verifier`."""

    def __init__(self, origin: str = "http://testserver", verifier: bytes = VERIFIER) -> None:
        self._key, self.origin = ec.generate_private_key(ec.SECP256R1()), origin
        numbers = self._key.public_key().public_numbers()
        self.key = numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
        self.signer = verifier + self.key

    def assertion(
        self, digest: bytes, *, flags: int = PRESENT | VERIFIED, host: str | None = None, **changes: Any
    ) -> Assertion:
        """The assertion of the authenticator; `changes` replace members of the client data."""
        text = urlsafe_b64encode(digest).rstrip(b"=").decode()
        client = {"type": "webauthn.get", "challenge": text, "origin": self.origin, "crossOrigin": False} | changes
        raw = json.dumps(client, separators=(",", ":")).encode()
        host = host or self.origin.partition("://")[2].partition(":")[0]
        data = sha256(host.encode()).digest() + bytes([flags]) + (7).to_bytes(4, "big")
        der = self._key.sign(data + sha256(raw).digest(), ec.ECDSA(SHA256()))
        return Assertion.of(data, raw, der)

    def sign(self, digest: bytes, **changes: Any) -> bytes:
        """The signature over a 32-byte digest, in the encoding of the API and the verifier contract."""
        return self.assertion(digest, **changes).encoded()

    def sign_text(self, text: str, **changes: Any) -> bytes:
        """The signature over the EIP-191 digest of a text."""
        return self.sign(personal_digest(text), **changes)
