"""Secrets in the state folder: random bytes, one file each."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def secret(state: Path, name: str, make: Callable[[], bytes] = lambda: secrets.token_bytes(32)) -> bytes:
    """The secret of that name in the state folder, made on first use; readable by its owner only."""
    path = state / "secrets" / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(make().hex())
    except FileExistsError:
        pass
    return bytes.fromhex(path.read_text(encoding="ascii"))
