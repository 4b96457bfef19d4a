"""Blocks as files, named by their digest, written whole and durable or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from anchors.blockstore.cid import Cid
from ledger.errors import PayloadAltered, PayloadMissing, SourceUnavailable, StorageFull

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Blocks:
    """A folder of blocks, spread over 256 folders by the first byte of their SHA-256."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with _ours():
            folder.mkdir(parents=True, exist_ok=True)

    def path(self, cid: Cid) -> Path:
        """Where the block lies, whether or not it does; the codec does not matter to the bytes."""
        name = cid.digest.hex()
        return self._folder / name[:2] / name

    def put_all(self, blocks: Iterable[tuple[Cid, bytes]]) -> None:
        """Keep the blocks; on return they are on disk, none of them half. Raises StorageFull, SourceUnavailable."""
        folders = set()
        with _ours():
            for cid, block in blocks:
                path = self.path(cid)
                if not path.exists():
                    path.parent.mkdir(exist_ok=True)
                    _write(path, block)
                    folders.add(path.parent)
            for folder in folders | ({self._folder} if folders else set()):
                _sync_folder(folder)

    def get(self, cid: Cid) -> bytes:
        """The block, checked against its CID. Raises PayloadMissing, PayloadAltered, SourceUnavailable."""
        try:
            block = self.path(cid).read_bytes()
        except FileNotFoundError as error:
            raise PayloadMissing(f"block {cid} is not in the payload store") from error
        except OSError as error:
            raise SourceUnavailable("the payload store cannot be read; check its disk and try again") from error
        if not cid.names(block):
            raise PayloadAltered(f"block {cid} was altered in the payload store")
        return block

    def has(self, cid: Cid) -> bool:
        """Whether the block is there, altered or not."""
        return self.path(cid).exists()

    def remove(self, cid: Cid) -> None:
        """Forget the block; one that is not there changes nothing."""
        with _ours():
            self.path(cid).unlink(missing_ok=True)


class _ours:  # noqa: N801 - reads as a word at the `with`
    """Turns what the disk says into our errors."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            if error.errno in NO_ROOM:
                raise StorageFull("the payload store's disk is full; nothing was accepted: free some space") from error
            raise SourceUnavailable("the payload store cannot be written; check its disk and try again") from error


def _write(path: Path, block: bytes) -> None:
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(block)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
