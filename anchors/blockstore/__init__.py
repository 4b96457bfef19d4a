"""An IPFS blockstore for one machine: the CIDs Kubo gives, one file a block, checked whenever it is read."""

from anchors.blockstore.blocks import Blocks
from anchors.blockstore.payloads import BlockPayloads

__all__ = ["BlockPayloads", "Blocks"]
