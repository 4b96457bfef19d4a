"""The Payloads port over the blockstore."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from anchors.blockstore.blocks import Blocks
from anchors.blockstore.cid import DAG_PB, Cid
from anchors.blockstore.unixfs import blocks_of, children
from ledger.errors import PayloadAltered, PayloadMissing

MAX_DEPTH = 8
"""174^8 leaves are more than any disk holds; a deeper DAG is an attack."""


class BlockPayloads:
    """Sealed payloads as UnixFS files in one blockstore."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks

    def put_many(self, sealed: Sequence[bytes]) -> list[str]:
        """CIDv1 texts; durable when it returns; idempotent. Raises StorageFull, SourceUnavailable."""
        dags = [list(blocks_of(content)) for content in sealed]
        self._blocks.put_all(block for dag in dags for block in dag)
        return [str(dag[-1][0]) for dag in dags]

    def get(self, cid: str) -> bytes:
        """The bytes, every block checked. Raises PayloadMissing, PayloadAltered, SourceUnavailable."""
        return b"".join(self._leaves(Cid.parse(cid), 0))

    def remove(self, cid: str) -> None:
        """Forget the payload's blocks: no two sealed payloads share one, since no two share a key."""
        for block in list(self._dag(Cid.parse(cid), 0)):
            self._blocks.remove(block)

    def _leaves(self, cid: Cid, depth: int) -> Iterator[bytes]:
        block = self._blocks.get(cid)
        if cid.codec != DAG_PB:
            yield block
            return
        if depth == MAX_DEPTH:
            raise PayloadAltered("the payload's DAG is deeper than any we make")
        for child in children(block):
            yield from self._leaves(child, depth + 1)

    def _dag(self, cid: Cid, depth: int) -> Iterator[Cid]:
        if cid.codec == DAG_PB and depth < MAX_DEPTH:
            try:
                node = self._blocks.get(cid)
            except (PayloadMissing, PayloadAltered):
                node = b""
            for child in children(node):
                yield from self._dag(child, depth + 1)
        yield cid
