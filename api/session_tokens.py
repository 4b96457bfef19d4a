"""Session tokens: 32 random bytes, and the digest of the reader key that the sign-in message names.

A session is stored under the digest of its whole token, so nobody can change what the token carries.
"""

from __future__ import annotations

import binascii
import hmac
import secrets
from base64 import urlsafe_b64decode
from hashlib import sha256

from mydata_ledger.ledger.envelope.jose import base64url
from mydata_ledger.ledger.errors import MalformedInput, SessionRequired
from mydata_ledger.ledger.kernel import RequestedKey

TOKEN_SIZE = 32


def new_token(reader_key: bytes) -> str:
    """A token that nobody can guess; `reader_key` is the digest of the reader key, or empty."""
    return base64url(secrets.token_bytes(TOKEN_SIZE) + reader_key)


def session_key(authorization: bytes) -> bytes:
    """The key of a session, from an `Authorization` header with its token (RFC 6750). Raises SessionRequired."""
    scheme, _, token = authorization.partition(b" ")
    if scheme.lower() != b"bearer" or not (token := token.strip()):
        raise SessionRequired("sign in first: POST /session/challenges, sign the message, POST /sessions")
    return token_digest(token)


def signed_reader_key(authorization: bytes) -> bytes:
    """The digest of the reader key that the caller's sign-in message names; empty if it names none.

    Only for the token of a live session.
    """
    try:
        return urlsafe_b64decode(authorization.partition(b" ")[2].strip() + b"==")[TOKEN_SIZE:]
    except binascii.Error:
        return b""


def token_digest(token: bytes) -> bytes:
    """The digest under which a session is stored: a lookup by digest leaks no prefix of the token by timing."""
    return sha256(token).digest()


def requested_key(public: bytes, signed_digest: bytes) -> RequestedKey:
    """The HPKE public key that a request names, in a session whose sign-in message names this digest (empty: none).

    Raises MalformedInput for another key than the message names: a session that names one opens records with no other.
    """
    if not public or not signed_digest:
        return RequestedKey(public)
    if not hmac.compare_digest(sha256(public).digest(), signed_digest):
        raise MalformedInput("your sign-in message names another `reader_key`; use that one, or sign in with this one")
    return RequestedKey(public, is_signed=True)
