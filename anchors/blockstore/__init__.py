"""An IPFS blockstore for one machine: the CIDs Kubo gives, blocks in packs, checked whenever they are read."""

from mydata_ledger.anchors.blockstore.blocks import Blocks
from mydata_ledger.anchors.blockstore.payloads import BlockPayloads

__all__ = ["BlockPayloads", "Blocks"]
