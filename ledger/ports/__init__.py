"""The ports of the kernel. Implementations raise only `ledger.errors`; `anchors.memory` has a second implementation of
each.
"""

from mydata_ledger.ledger.ports.clock import Clock
from mydata_ledger.ledger.ports.content_digests import ContentDigests
from mydata_ledger.ledger.ports.contract_wallets import ContractWallets
from mydata_ledger.ledger.ports.directory import Directory, DirectorySnapshot
from mydata_ledger.ledger.ports.index import Index, KnownMarks
from mydata_ledger.ledger.ports.keys import Keys
from mydata_ledger.ledger.ports.log import AnchoredHead, Check, Log, Sign
from mydata_ledger.ledger.ports.past import AnchoredSize, HeadChange, Past
from mydata_ledger.ledger.ports.payloads import Payloads
from mydata_ledger.ledger.ports.sessions import Sessions
from mydata_ledger.ledger.ports.work_items import WorkItems

__all__ = [
    "AnchoredHead",
    "AnchoredSize",
    "Check",
    "Clock",
    "ContentDigests",
    "ContractWallets",
    "Directory",
    "DirectorySnapshot",
    "HeadChange",
    "Index",
    "Keys",
    "KnownMarks",
    "Log",
    "Past",
    "Payloads",
    "Sessions",
    "Sign",
    "WorkItems",
]
