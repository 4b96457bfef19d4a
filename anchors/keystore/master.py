"""The file of the master key: 32 random bytes, encrypted under a passphrase (scrypt, RFC 7914)."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from mydata_ledger.anchors.keystore.wrapped import NONCE, new_key, unwrap, wrap
from mydata_ledger.ledger.errors import SourceUnavailable

COST, BLOCK, LANES = 2**15, 8, 1
"""Parameters N, r and p of scrypt. OWASP asks for N = 2^17 for passphrases of users; here the passphrase is 32 random
bytes or a secret of the operator.
"""
REPLACED = b"replaced master"


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """The content of a master file: the 32-byte master key and, while it is being replaced, the one before it."""

    current: bytes
    replaced: bytes | None = None


def open_masters(path: Path, passphrase: bytes) -> MasterKeys:
    """Read the master key in `path`, and the one before it while that is being replaced. The file is made on first use.

    Raises SourceUnavailable for a wrong passphrase or a damaged file.
    """
    if not path.exists():
        keep_master(path, passphrase, new_key(), replace=False)
    try:
        fields = orjson.loads(path.read_bytes())
        salt, sealed = bytes.fromhex(fields["salt"]), bytes.fromhex(fields["sealed"])
        current = AESGCM(_derive(passphrase, salt)).decrypt(sealed[:NONCE], sealed[NONCE:], b"master")
        replaced = bytes.fromhex(fields.get("replaced", ""))
        return MasterKeys(current, unwrap(current, replaced, REPLACED) if replaced else None)
    except InvalidTag as error:
        raise SourceUnavailable("the keystore does not open: check MYDATA_PASSPHRASE") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceUnavailable("the keystore's master file cannot be read; restore it from its backup") from error


def keep_master(
    path: Path, passphrase: bytes, master: bytes, *, replace: bool = True, replaced: bytes | None = None
) -> None:
    """Encrypt a master key under a passphrase, and write it to `path` atomically and durably.

    Also used to change the passphrase.

    Args:
        path: The master file.
        passphrase: The passphrase that will open the file.
        master: The master key, 32 bytes.
        replace: If False, an existing file is not changed.
        replaced: The master key before this one. It is stored, encrypted under this one, until the file is written
            again without it.

    Raises:
        SourceUnavailable: The file cannot be written.
    """
    salt, nonce = os.urandom(16), os.urandom(NONCE)
    sealed = nonce + AESGCM(_derive(passphrase, salt)).encrypt(nonce, master, b"master")
    fields = {"kdf": "scrypt", "salt": salt.hex(), "sealed": sealed.hex()}
    if replaced:
        fields["replaced"] = wrap(master, replaced, REPLACED).hex()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(path, orjson.dumps(fields), replace=replace)
    except OSError as error:
        raise SourceUnavailable("the keystore's master file cannot be written; check its disk") from error


def _write(path: Path, text: bytes, *, replace: bool) -> None:
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".master-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            Path(draft).replace(path)
        elif not path.exists():
            os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _derive(passphrase: bytes, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=COST, r=BLOCK, p=LANES).derive(passphrase)
