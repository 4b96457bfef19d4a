"""Files that hold one key each, wrapped under the master key of the keystore."""

from __future__ import annotations

from pathlib import Path

from mydata_ledger.anchors.durable import create, replace
from mydata_ledger.anchors.keystore.wrapped import KEY, new_key, rewrap, unwrap, wrap
from mydata_ledger.ledger.errors import SourceUnavailable

WORK_ITEMS = "work-items.key"
"""The key that seals the work items of the database."""
CONTENT_DIGESTS = "content-digests.key"
"""The keys of content digests, the newest first."""


def open_key(path: Path, master: bytes) -> bytes:
    """Read the 32-byte key in a file. It is made on first use. Raises SourceUnavailable, StorageFull."""
    create(path, wrap(master, new_key(), path.name.encode()))
    return unwrap(master, read_file(path), path.name.encode())


def open_keys(path: Path, master: bytes) -> tuple[bytes, ...]:
    """Read the 32-byte keys in a file, newest first. One is made on first use. Raises SourceUnavailable."""
    keys = open_key(path, master)
    return tuple(keys[start : start + KEY] for start in range(0, len(keys), KEY))


def add_key(path: Path, master: bytes) -> int:
    """Put a new key before those in a file, which stay; return how many there are. Raises SourceUnavailable,
    StorageFull.
    """
    keys = (new_key(), *open_keys(path, master))
    replace(path, wrap(master, b"".join(keys), path.name.encode()))
    return len(keys)


def rewrap_key(path: Path, old: bytes, new: bytes) -> None:
    """Wrap the key in a file, if there is one, under a new master key. Idempotent; raises SourceUnavailable."""
    if path.exists():
        replace(path, rewrap(read_file(path), path.name.encode(), old, new))


def read_file(path: Path) -> bytes:
    """The content of a file of the keystore. Raises SourceUnavailable."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceUnavailable(f"{path.name} cannot be read; restore the keystore from its backup") from error
