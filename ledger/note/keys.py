"""Keys of notes: a name and four bytes identify a key, so that a note can carry signatures of unknown keys."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from mydata_ledger.ledger.errors import MalformedInput, SignatureInvalid
from mydata_ledger.ledger.note.signed import ID_SIZE, Note, Signature, decode64, is_name

ED25519, COSIGNATURE = 0x01, 0x04
"""Signature types: a log's own over the text; a witness's over the text with the time (C2SP tlog-cosignature)."""
KEY_SIZE = 32


@dataclass(frozen=True, slots=True)
class Verifier:
    """The public side of a note key: name, signature type, Ed25519 public key (32 bytes)."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """SHA-256(name ‖ 0x0A ‖ type ‖ public key)[:4], C2SP signed-note."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:ID_SIZE]

    def __str__(self) -> str:
        """The vkey: name, id and key, joined by plus signs."""
        encoded = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """Read a vkey. Raises MalformedInput for a malformed key or a type that we cannot check."""
        name, _, rest = vkey.partition("+")
        key_id, _, encoded = rest.partition("+")
        raw = decode64(encoded)
        if not is_name(name) or len(raw) != 1 + KEY_SIZE or raw[0] not in {ED25519, COSIGNATURE}:
            raise MalformedInput("a verifier key is `name+id+base64` of an Ed25519 log or witness key")
        verifier = cls(name, raw[0], raw[1:])
        if verifier.key_id.hex() != key_id:
            raise MalformedInput("the key id does not follow from the name and the key: one of them was changed")
        return verifier

    def own(self, note: Note) -> Signature | None:
        """The signature under the note that claims to be by this key."""
        return next((s for s in note.signatures if (s.name, s.key_id) == (self.name, self.key_id)), None)

    def verify(self, message: bytes, signature: bytes) -> None:
        """Raise SignatureInvalid unless this key signed exactly `message` (Ed25519, RFC 8032)."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError) as error:
            raise SignatureInvalid(f"the signature of {self.name} is not over this note") from error

    def check(self, note: Note) -> None:
        """Raise SignatureInvalid unless this log key signed the note; `cosigned_at` checks the key of a witness."""
        signature = self.own(note)
        if self.kind != ED25519 or signature is None:
            raise SignatureInvalid(f"the note carries no signature of {self.name}+{self.key_id.hex()}")
        self.verify(note.text.encode(), signature.value)


@dataclass(frozen=True, slots=True)
class Signer:
    """A note key: its name and its Ed25519 seed (32 bytes)."""

    name: str
    seed: bytes
    kind: int = ED25519

    @property
    def verifier(self) -> Verifier:
        """The public key of this key."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return Verifier(self.name, self.kind, public)

    def sign(self, text: str) -> Signature:
        """This key's signature line for a note's text."""
        return Signature(self.name, self.verifier.key_id, self.sign_raw(text.encode()))

    def sign_raw(self, message: bytes) -> bytes:
        """64 bytes, RFC 8032."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)
