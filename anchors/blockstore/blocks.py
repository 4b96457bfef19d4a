"""Blocks as files, named by their digest, written whole and durable or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from anchors.blockstore import disk
from anchors.ipld.cid import Cid
from anchors.ipld.unixfs import Block
from ledger.errors import PayloadAltered, PayloadMissing, SourceUnavailable

BLOCK = re.compile(r"[0-9a-f]{64}")
AT_ONCE = 16 * 1024 * 1024
"""Bytes of blocks that are held back to be written and synced together."""


class Blocks:
    """A folder of blocks, spread over 256 folders by the first byte of their SHA-256."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with disk.refusals():
            folder.mkdir(parents=True, exist_ok=True)

    def path(self, cid: Cid) -> Path:
        """Where the block lies, whether or not it does; the codec does not matter to the bytes."""
        name = cid.digest.hex()
        return self.folder / name[:2] / name

    def put_all(self, blocks: Iterable[Block]) -> None:
        """Keep the blocks; on return they are on disk, none of them half. Raises StorageFull, SourceUnavailable."""
        waiting: dict[Path, bytes] = {}
        size = 0
        for cid, block in blocks:
            path = self.path(cid)
            if path not in waiting and not self._kept(cid):
                waiting[path] = block
                size += len(block)
            if size >= AT_ONCE:
                self._write(waiting)
                waiting, size = {}, 0
        self._write(waiting)

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

    def keep_only(self, digests: set[bytes]) -> int:
        """Delete every other block and every draft; the number of files deleted. Nobody else may write meanwhile."""
        deleted, names = 0, {digest.hex() for digest in digests}
        with disk.refusals():
            for path in self._files():
                if path.name.startswith(disk.DRAFT) or (BLOCK.fullmatch(path.name) and path.name not in names):
                    path.unlink()
                    deleted += 1
        return deleted

    def _files(self) -> Iterator[Path]:
        for shard in self.folder.glob("[0-9a-f][0-9a-f]"):
            yield from shard.iterdir()

    def _kept(self, cid: Cid) -> bool:
        """Whether the block is there and whole; one that was altered is written anew."""
        if not self.has(cid):
            return False
        try:
            self.get(cid)
        except (PayloadAltered, PayloadMissing):
            return False
        with disk.refusals():
            disk.sync(self.path(cid).parent)
        return True

    def _write(self, files: dict[Path, bytes]) -> None:
        with disk.refusals():
            new = [shard for shard in {path.parent for path in files} if not shard.exists()]
            for shard in new:
                shard.mkdir(exist_ok=True)
            disk.write_all(files)
            if new:
                disk.sync(self.folder)
