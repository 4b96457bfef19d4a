"""Which payloads are to be kept: a log of `+CID` and `-CID` lines, one synced write for a batch."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from anchors.blockstore import disk
from anchors.ipld.cid import Cid

LINE = re.compile(rb"([+-])(b[a-z2-7]{58})")


class Pins:
    """A file of pins; a line that a crash tore is no line."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, cids: Iterable[Cid]) -> None:
        """Keep these; durable when it returns. Raises StorageFull, SourceUnavailable."""
        self._say("+", cids)

    def drop(self, cids: Iterable[Cid]) -> None:
        """No longer keep these; durable when it returns. Raises StorageFull, SourceUnavailable."""
        self._say("-", cids)

    def all(self) -> set[Cid]:
        """What is to be kept now. Raises SourceUnavailable."""
        with disk.refusals():
            text = self._path.read_bytes() if self._path.exists() else b""
        kept: dict[bytes, bool] = {}
        for line in text.split(b"\n"):
            if said := LINE.fullmatch(line):
                kept[said[2]] = said[1] == b"+"
        return {Cid.parse(cid.decode()) for cid, pinned in kept.items() if pinned}

    def compact(self) -> None:
        """Forget what was dropped. Nobody else may write meanwhile. Raises StorageFull, SourceUnavailable."""
        text = "".join(f"+{cid}\n" for cid in sorted(map(str, self.all())))
        with disk.refusals():
            disk.write_all({self._path: text.encode()})

    def _say(self, sign: str, cids: Iterable[Cid]) -> None:
        lines = "".join(f"{sign}{cid}\n" for cid in cids)
        with disk.refusals():
            new = not self._path.exists()
            disk.append(self._path, lines.encode())
            if new:
                disk.sync(self._path.parent)
