"""The contracts on one chain, in the kernel's words: heads of the logs, revocations, accredited parties."""

from anchors.artifacts import Deployment
from anchors.chain.chain import Appended, Block, Chain
from anchors.chain.reverts import REVERTS
from anchors.chain.rpc import Rpc
from anchors.chain.sender import GAS_CAP, Mined, Sender
from anchors.chain.wallets import ChainWallets

__all__ = ["GAS_CAP", "REVERTS", "Appended", "Block", "Chain", "ChainWallets", "Deployment", "Mined", "Rpc", "Sender"]
