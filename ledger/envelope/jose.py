"""Compact JWE for clients that know JOSE but not our format: `dir` with A256GCM, deflated (RFC 7516, RFC 7518 §4.5,
§5.3).
"""

from __future__ import annotations

from base64 import urlsafe_b64encode

import jwcrypto.jwe
from jwcrypto.common import JWException, json_encode
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from mydata_ledger.ledger.errors import IntegrityFailure

jwcrypto.jwe.default_max_compressed_size = 64 * 1024 * 1024
"""Deflated files of links may exceed the 256 KiB that jwcrypto permits. The inflated size stays bounded at 100 MB."""


def jwe(content: bytes, key: bytes, content_type: str) -> str:
    """Encrypt the content under a 32-byte key; each call has a fresh nonce, so one key may encrypt later
    versions too.
    """
    header = {"alg": "dir", "enc": "A256GCM", "cty": content_type, "zip": "DEF"}
    token = JWE(content, json_encode(header))
    token.add_recipient(JWK(kty="oct", k=base64url(key)))
    return str(token.serialize(compact=True))


def open_jwe(sealed: str, key: bytes) -> tuple[bytes, str]:
    """Content and content type of a compact JWE under a 32-byte key. Raises IntegrityFailure."""
    try:
        token = JWE(algs=["dir", "A256GCM"])
        token.deserialize(sealed, JWK(kty="oct", k=base64url(key)))
    except (JWException, ValueError) as error:
        raise IntegrityFailure("the file does not open under this key: altered, or of another link") from error
    return bytes(token.payload), str(token.jose_header.get("cty", ""))


def base64url(raw: bytes) -> str:
    """RFC 4648 §5 without padding."""
    return urlsafe_b64encode(raw).decode().rstrip("=")
