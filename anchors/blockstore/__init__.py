"""An IPFS blockstore on the local disk. It gives the same CIDs as Kubo, and checks each block when it is read."""

from mydata_ledger.anchors.blockstore.blocks import Blocks
from mydata_ledger.anchors.blockstore.payloads import BlockPayloads

__all__ = ["BlockPayloads", "Blocks"]
