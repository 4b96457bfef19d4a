"""Secrets in the state folder: random bytes, one file each."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from mydata_ledger.anchors.durable import create


def secret(state: Path, name: str, make: Callable[[], bytes] = lambda: secrets.token_bytes(32)) -> bytes:
    """The secret of that name in the state folder, made on first use; readable by its owner only.

    Of several processes that make it at the same time one succeeds, and all return its secret. Raises
    SourceUnavailable, StorageFull.
    """
    path = state / "secrets" / name
    if not path.exists():
        create(path, make().hex().encode())
    return bytes.fromhex(path.read_text(encoding="ascii"))


def instance(state: Path) -> str:
    """Id of a ledger, 32 hexadecimal digits, made once. It is not secret: `GET /health` tells it to anyone.

    It is in the backup, and hosts of one ledger have it in common, as they have the secrets.
    """
    return secret(state, "instance", lambda: secrets.token_bytes(16)).hex()
