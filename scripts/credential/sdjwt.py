"""SD-JWT (RFC 9901) signed with the key of a wallet (ES256K); every member can be disclosed by itself."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from jwcrypto.common import JWException
from jwcrypto.jwk import JWK

from mydata_ledger.ledger.canonical import Digits, canonical, canonical_text
from mydata_ledger.ledger.errors import SignatureInvalid
from mydata_ledger.ledger.party import checksum, keccak
from mydata_ledger.ledger.signers import Wallet

TYPE = "dc+sd-jwt"
SALT_SIZE = 16
DID = re.compile(r"did:pkh:eip155:(\d{1,20}):(0x[0-9a-fA-F]{40})")
Hide = Callable[[list[Any]], str]


def signed(wallet: Wallet, claims: Mapping[str, Any], disclosable: Mapping[str, Any]) -> str:
    """The SD-JWT in issuance form.

    Args:
        wallet: Wallet that signs.
        claims: Claims in clear.
        disclosable: Members that become disclosures, each value by itself; `Digits` keep their digits.
    """
    disclosures: list[str] = []

    def hide(parts: list[Any]) -> str:
        text = urlsafe(_text([urlsafe(token_bytes(SALT_SIZE)), *parts]))
        disclosures.append(text)
        return urlsafe(sha256(text.encode()).digest())

    hidden = _members(disclosable, hide)
    payload = _text({**claims, **hidden, "_sd_alg": "sha-256"})
    header = _text({"alg": "ES256K", "typ": TYPE, "kid": claims["iss"], "jwk": public_jwk(wallet)})
    message = f"{urlsafe(header)}.{urlsafe(payload)}"
    signature = wallet.sign(sha256(message.encode()).digest())[:64]
    return "~".join([f"{message}.{urlsafe(signature)}", *disclosures, ""])


def issuer_key(issuer: str, header: Mapping[str, Any]) -> JWK:
    """The key in the header of an SD-JWT, if the address of the issuer is derived from it.

    The PartyRegistry shows if that address is an accredited holder. Raises SignatureInvalid.
    """
    named = DID.fullmatch(issuer)
    try:
        key = JWK(**header["jwk"])
        point = key.get_op_key("verify").public_numbers()
        raw = point.x.to_bytes(32, "big") + point.y.to_bytes(32, "big")
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, NotImplementedError, JWException) as error:
        raise SignatureInvalid("the credential's header carries no public key") from error
    if not named or key["crv"] != "secp256k1" or checksum(keccak(raw)[-20:]).lower() != named[2].lower():
        raise SignatureInvalid("the key in the credential's header is not its issuer's")
    return key


def public_jwk(wallet: Wallet) -> dict[str, str]:
    """The public key of the wallet as a JWK, RFC 8812."""
    return {
        "kty": "EC",
        "crv": "secp256k1",
        "x": urlsafe(wallet.public[1:33]),
        "y": urlsafe(wallet.public[33:]),
    }


def urlsafe(raw: bytes) -> str:
    """Base64url without padding, RFC 7515 §2."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _members(value: Mapping[str, Any], hide: Hide) -> dict[str, Any]:
    digests = sorted(hide([name, _hidden(item, hide)]) for name, item in value.items())
    return {"_sd": digests} if digests else {}


def _hidden(value: Any, hide: Hide) -> Any:
    if isinstance(value, dict):
        return _members(value, hide)
    if isinstance(value, list):
        return [{"...": hide([_hidden(item, hide)])} for item in value]
    return value


def _text(value: Any) -> bytes:
    """JSON in which numbers keep their original digits."""
    if isinstance(value, Digits):
        return value.encode()
    if isinstance(value, str):
        return canonical_text(value)
    if isinstance(value, dict):
        return b"{" + b",".join(canonical_text(name) + b":" + _text(item) for name, item in value.items()) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(_text, value)) + b"]"
    return canonical(value)
