"""The master key: 32 random bytes, kept only under a passphrase (scrypt, RFC 7914)."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from ledger.errors import SourceUnavailable

COST, BLOCK, LANES = 2**15, 8, 1
"""OWASP's floor for scrypt is N = 2^17 with human passphrases; ours is 32 random bytes or an operator's secret."""
NONCE = 12


def open_master(path: Path, passphrase: bytes) -> bytes:
    """The master key in `path`, made on first use. Raises SourceUnavailable for a wrong passphrase or a broken file."""
    if not path.exists():
        _create(path, passphrase)
    try:
        kept = orjson.loads(path.read_bytes())
        salt, sealed = bytes.fromhex(kept["salt"]), bytes.fromhex(kept["sealed"])
        return AESGCM(_stretch(passphrase, salt)).decrypt(sealed[:NONCE], sealed[NONCE:], b"master")
    except InvalidTag as error:
        raise SourceUnavailable("the keystore does not open: check MYDATA_PASSPHRASE") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceUnavailable("the keystore's master file cannot be read; restore it from its backup") from error


def _create(path: Path, passphrase: bytes) -> None:
    salt, nonce, master = os.urandom(16), os.urandom(NONCE), secrets.token_bytes(32)
    sealed = nonce + AESGCM(_stretch(passphrase, salt)).encrypt(nonce, master, b"master")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(orjson.dumps({"kdf": "scrypt", "salt": salt.hex(), "sealed": sealed.hex()}))
        file.flush()
        os.fsync(file.fileno())


def _stretch(passphrase: bytes, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=COST, r=BLOCK, p=LANES).derive(passphrase)
