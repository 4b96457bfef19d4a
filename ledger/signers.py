"""Signature checks by kind of signer: ERC-7913 signer bytes are a 20-byte address, or a verifier's address ‖ a key."""

from __future__ import annotations

import coincurve
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mydata_ledger.ledger.errors import SignatureInvalid
from mydata_ledger.ledger.party import ADDRESS_SIZE, checksum, keccak

SIGNATURE_SIZE, COMPACT_SIZE = 65, 64
HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
"""secp256k1 n/2: a larger s is an alternative encoding of the same signature, so it is refused (EIP-2)."""


def canonical(signature: bytes) -> bytes:
    """The 65 bytes r ‖ s ‖ v, v 27 or 28, of a signature that has v 0 or 1 or the 64 bytes of EIP-2098.

    A signature of any other size is returned unchanged.
    """
    if len(signature) == COMPACT_SIZE:
        parity, s = signature[32] >> 7, bytes([signature[32] & 0x7F]) + signature[33:]
        return signature[:32] + s + bytes([27 + parity])
    if len(signature) == SIGNATURE_SIZE and signature[64] in {0, 1}:
        return signature[:64] + bytes([27 + signature[64]])
    return signature


def recover(digest: bytes, signature: bytes) -> bytes:
    """The 20-byte address whose secp256k1 key made the 65-byte r ‖ s ‖ v signature. Raises SignatureInvalid."""
    if len(signature) != SIGNATURE_SIZE or signature[64] not in {0, 1, 27, 28}:
        raise SignatureInvalid("a wallet signature has 65 bytes and ends in 0, 1, 27 or 28")
    if int.from_bytes(signature[32:64], "big") > HALF_ORDER:
        raise SignatureInvalid("the signature has a high s value; sign again with a wallet that follows EIP-2")
    plain = signature[:64] + bytes([signature[64] % 27])
    try:
        key = coincurve.PublicKey.from_signature_and_message(plain, digest, hasher=None)
    except ValueError as error:
        raise SignatureInvalid("the signature is not a point on the curve") from error
    return keccak(key.format(compressed=False)[1:])[-20:]


def verify(signer: bytes, digest: bytes, signature: bytes) -> bytes:
    """The canonical form of a signature by the key of address `signer` over the 32-byte `digest`.

    Raises:
        SignatureInvalid: it is not that key's.
    """
    if len(signer) != ADDRESS_SIZE:
        raise SignatureInvalid("this kind of signer is not accepted here; sign with a wallet address of 20 bytes")
    signature = canonical(signature)
    if recover(digest, signature) != signer:
        raise SignatureInvalid("the signature is not the named signer's over exactly this statement")
    return signature


def personal_digest(text: str) -> bytes:
    """The digest that a wallet signs for a plain text, EIP-191 version 0x45."""
    raw = text.encode()
    return keccak(b"\x19Ethereum Signed Message:\n" + str(len(raw)).encode() + raw)


class Wallet:
    """A secp256k1 key that signs: the gateway's, a holder's, or a person's in the command line and the demo.

    `public` is the point in 65 bytes, `signer` the 20-byte address, `address` its EIP-55 text.
    """

    def __init__(self, key: bytes) -> None:
        self._key = coincurve.PrivateKey(key)
        self.public = self._key.public_key.format(compressed=False)
        self.signer = keccak(self.public[1:])[-20:]
        self.address = checksum(self.signer)

    def sign(self, digest: bytes) -> bytes:
        """65 bytes r ‖ s ‖ v over a 32-byte digest; deterministic (RFC 6979)."""
        signature = self._key.sign_recoverable(digest, hasher=None)
        return signature[:64] + bytes([signature[64] + 27])

    def derive(self, purpose: str) -> bytes:
        """A 32-byte symmetric key for one of our purposes, equal wherever this wallet is used (RFC 5869)."""
        return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(self._key.secret)

    def sign_text(self, text: str) -> bytes:
        """The EIP-191 signature over a plain text."""
        return self.sign(personal_digest(text))
