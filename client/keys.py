"""Key files: the private keys of a wallet and of a reader, readable only by their owner and never printed.

A file may be encrypted under a passphrase: scrypt (RFC 7914) and AES-256-GCM over both keys. The keystore format of
Ethereum holds one wallet key and no reader key.
"""

from __future__ import annotations

import os
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from mydata_ledger.ledger.envelope import ReaderKey, generate_reader_key
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.signers import Wallet

COST, BLOCK, LANES = 2**17, 8, 1
"""Parameters N, r and p of scrypt, as OWASP asks for passphrases of people."""
KDF = f"scrypt-{COST}-{BLOCK}-{LANES}"
SALT, NONCE = 16, 12
CONTEXT = b"mydata key file"
Passphrase = Callable[[Path], str]
"""Gives the passphrase of an encrypted key file. Raises MalformedInput if there is none to give."""


@dataclass(frozen=True, slots=True)
class KeyFile:
    """The keys of a key file."""

    wallet: Wallet
    reader: ReaderKey | None


def no_passphrase(path: Path) -> str:
    """For callers that have no passphrase. Raises MalformedInput."""
    raise MalformedInput(f"{path} is encrypted under a passphrase; give it")


def new_key(path: Path, *, reader: bool, passphrase: str = "") -> KeyFile:
    """Create a key file, encrypted if there is a passphrase.

    Raises MalformedInput if the file exists, since keys are never overwritten.
    """
    private, reading = secrets.token_bytes(32), generate_reader_key() if reader else None
    keys = orjson.dumps({"wallet": private.hex(), "reader": reading.raw.hex() if reading else None})
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise MalformedInput(f"{path} exists already; a key file is never overwritten: choose another name") from error
    with os.fdopen(handle, "wb") as file:
        file.write(encrypted(keys, passphrase) if passphrase else keys)
    return KeyFile(Wallet(private), reading)


def load_key(path: Path, passphrase: Passphrase = no_passphrase) -> KeyFile:
    """Read a key file. `passphrase` is called only if the file is encrypted.

    Raises MalformedInput if it cannot be read, with the remedy.
    """
    return _parsed(plain_keys(path, passphrase))


def plain_keys(path: Path, passphrase: Passphrase) -> bytes:
    """The content of a key file, decrypted if need be. Raises as `load_key` does."""
    try:
        content = path.read_bytes()
        fields = orjson.loads(content)
        keys = _decrypted(path, fields, passphrase) if "kdf" in fields else content
        _parsed(keys)
    except FileNotFoundError as error:
        raise MalformedInput(f"no key file {path}; make one with `mydata keys new {path}`") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedInput(f"{path.name} is not a key file; make one with `mydata keys new`") from error
    return keys


def encrypted(keys: bytes, passphrase: str) -> bytes:
    """The content of a key file that holds these keys under a passphrase."""
    salt, nonce = os.urandom(SALT), os.urandom(NONCE)
    sealed = nonce + AESGCM(_derive(passphrase, salt)).encrypt(nonce, keys, CONTEXT)
    return orjson.dumps({"kdf": KDF, "salt": salt.hex(), "sealed": sealed.hex()})


def is_private(path: Path) -> bool:
    """True if nobody but the owner may read or write the file."""
    return not path.exists() or not path.stat().st_mode & 0o077


def _parsed(keys: bytes) -> KeyFile:
    fields = orjson.loads(keys)
    reading = ReaderKey(bytes.fromhex(fields["reader"])) if fields["reader"] else None
    return KeyFile(Wallet(bytes.fromhex(fields["wallet"])), reading)


def _decrypted(path: Path, fields: dict[str, Any], passphrase: Passphrase) -> bytes:
    if fields["kdf"] != KDF:
        raise MalformedInput(f"{path} is encrypted in a way that this version does not know; use a newer version")
    salt, sealed = bytes.fromhex(fields["salt"]), bytes.fromhex(fields["sealed"])
    try:
        return AESGCM(_derive(passphrase(path), salt)).decrypt(sealed[:NONCE], sealed[NONCE:], CONTEXT)
    except InvalidTag as error:
        raise MalformedInput(f"{path} does not open: the passphrase is wrong, or the file is damaged") from error


def _derive(passphrase: str, salt: bytes) -> bytes:
    """The key of a passphrase; its characters are composed alike (NFKC) whatever keyboard typed them."""
    text = unicodedata.normalize("NFKC", passphrase)
    return Scrypt(salt=salt, length=32, n=COST, r=BLOCK, p=LANES).derive(text.encode())
