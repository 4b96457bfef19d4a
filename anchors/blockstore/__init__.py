"""An IPFS blockstore for one machine: the CIDs Kubo gives, blocks in packs, checked whenever they are read."""

from anchors.blockstore.blocks import Blocks
from anchors.blockstore.payloads import BlockPayloads

__all__ = ["BlockPayloads", "Blocks"]
