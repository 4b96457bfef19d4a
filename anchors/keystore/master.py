"""The master key: 32 random bytes, kept only under a passphrase (scrypt, RFC 7914)."""

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
"""OWASP's floor for scrypt is N = 2^17 with human passphrases; ours is 32 random bytes or an operator's secret."""
REPLACED = b"replaced master"


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """What a master file holds: the 32-byte master key and, while it is being replaced, the one before it."""

    current: bytes
    replaced: bytes | None = None


def open_masters(path: Path, passphrase: bytes) -> MasterKeys:
    """The master key in `path`, made on first use, and the one before it while that is being replaced.

    Raises SourceUnavailable for a wrong passphrase or a broken file.
    """
    if not path.exists():
        keep_master(path, passphrase, new_key(), replace=False)
    try:
        kept = orjson.loads(path.read_bytes())
        salt, sealed = bytes.fromhex(kept["salt"]), bytes.fromhex(kept["sealed"])
        current = AESGCM(_stretch(passphrase, salt)).decrypt(sealed[:NONCE], sealed[NONCE:], b"master")
        replaced = bytes.fromhex(kept.get("replaced", ""))
        return MasterKeys(current, unwrap(current, replaced, REPLACED) if replaced else None)
    except InvalidTag as error:
        raise SourceUnavailable("the keystore does not open: check MYDATA_PASSPHRASE") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceUnavailable("the keystore's master file cannot be read; restore it from its backup") from error


def keep_master(
    path: Path, passphrase: bytes, master: bytes, *, replace: bool = True, replaced: bytes | None = None
) -> None:
    """Seal a master key into `path`: whole and durable, or not at all; also how a passphrase is changed.

    Without `replace`, a file that is there stays as it is. `replaced` is the master key before this one, kept sealed
    under this one until the file is written again without it. Raises SourceUnavailable.
    """
    salt, nonce = os.urandom(16), os.urandom(NONCE)
    sealed = nonce + AESGCM(_stretch(passphrase, salt)).encrypt(nonce, master, b"master")
    kept = {"kdf": "scrypt", "salt": salt.hex(), "sealed": sealed.hex()}
    if replaced:
        kept["replaced"] = wrap(master, replaced, REPLACED).hex()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _put(path, orjson.dumps(kept), replace=replace)
    except OSError as error:
        raise SourceUnavailable("the keystore's master file cannot be written; check its disk") from error


def _put(path: Path, text: bytes, *, replace: bool) -> None:
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


def _stretch(passphrase: bytes, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=COST, r=BLOCK, p=LANES).derive(passphrase)
