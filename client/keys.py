"""Key files: the private keys of a wallet and of a reader, readable only by their owner and never printed."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import orjson

from mydata_ledger.ledger.envelope import ReaderKey, generate_reader_key
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.signers import Wallet


@dataclass(frozen=True, slots=True)
class KeyFile:
    """The keys of a key file."""

    wallet: Wallet
    reader: ReaderKey | None


def new_key(path: Path, *, reader: bool) -> KeyFile:
    """Create a key file. Raises MalformedInput if the file exists, since keys are never overwritten."""
    private, reading = secrets.token_bytes(32), generate_reader_key() if reader else None
    kept = {"wallet": private.hex(), "reader": reading.raw.hex() if reading else None}
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise MalformedInput(f"{path} exists already; a key file is never overwritten: choose another name") from error
    with os.fdopen(handle, "wb") as file:
        file.write(orjson.dumps(kept))
    return KeyFile(Wallet(private), reading)


def load_key(path: Path) -> KeyFile:
    """Read a key file. Raises MalformedInput, with the command that creates one."""
    try:
        kept = orjson.loads(path.read_bytes())
        reading = ReaderKey(bytes.fromhex(kept["reader"])) if kept["reader"] else None
        return KeyFile(Wallet(bytes.fromhex(kept["wallet"])), reading)
    except FileNotFoundError as error:
        raise MalformedInput(f"no key file {path}; make one with `mydata keys new {path}`") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedInput(f"{path.name} is not a key file; make one with `mydata keys new`") from error
