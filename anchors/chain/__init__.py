"""Access to the contracts on one chain, in terms of the ledger: heads of logs, revocations, accredited parties."""

from mydata_ledger.anchors.artifacts import Deployment
from mydata_ledger.anchors.chain.chain import Appended, Chain
from mydata_ledger.anchors.chain.events import EventReader, NewEvents
from mydata_ledger.anchors.chain.logs import LogReader
from mydata_ledger.anchors.chain.results import Block, EventLog
from mydata_ledger.anchors.chain.reverts import REVERTS
from mydata_ledger.anchors.chain.rpc import Rpc
from mydata_ledger.anchors.chain.sender import GAS_CAP, Mined, Sender
from mydata_ledger.anchors.chain.wallets import ChainWallets

__all__ = [
    "GAS_CAP",
    "REVERTS",
    "Appended",
    "Block",
    "Chain",
    "ChainWallets",
    "Deployment",
    "EventLog",
    "EventReader",
    "LogReader",
    "Mined",
    "NewEvents",
    "Rpc",
    "Sender",
]
