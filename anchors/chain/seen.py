"""What the blocks that were seen before say about the chain of a node: it goes on, it lags, or it was reorganised."""

from __future__ import annotations

from collections.abc import Sequence

from mydata_ledger.anchors.chain.chain import Chain
from mydata_ledger.anchors.chain.results import Block

SeenBlocks = Sequence[tuple[int, bytes]]
"""Number and hash of blocks, newest first."""


def is_behind(chain: Chain, seen: SeenBlocks, tip: Block) -> bool:
    """Return True if the node has a part of the chain that was seen, and no other block: it lags."""
    below = _up_to(tip, seen)
    if not below or below[0] == seen[0]:
        return False
    return chain.hashes([below[0][0]]) == [below[0][1]]


def common_block(chain: Chain, seen: SeenBlocks, tip: Block) -> int | None:
    """Return the number of the newest seen block that is on the chain of `tip`; None if none is."""
    below = _up_to(tip, seen)
    if not below or below[0] == (tip.number, tip.hash):
        return tip.number if below else None
    if below[0] == seen[0] and chain.hashes([below[0][0]]) == [below[0][1]]:
        return below[0][0]
    hashes = chain.hashes([number for number, _ in below])
    return max((number for (number, ours), theirs in zip(below, hashes, strict=True) if ours == theirs), default=None)


def _up_to(tip: Block, seen: SeenBlocks) -> SeenBlocks:
    return [(number, block_hash) for number, block_hash in seen if number <= tip.number]
