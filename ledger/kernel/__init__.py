"""The verbs: draft · consent · revoke · issue · declare · ask · search · access · acknowledge · prove."""

from functools import cached_property

from mydata_ledger.ledger.kernel.acknowledging import Acknowledging
from mydata_ledger.ledger.kernel.answers import RELEASING, Release, Respond, check_permitted, decided, requester_name
from mydata_ledger.ledger.kernel.computing import Computed
from mydata_ledger.ledger.kernel.delegations import Naming
from mydata_ledger.ledger.kernel.delivering import Courier, Parcel
from mydata_ledger.ledger.kernel.disclosing import check_hands_out
from mydata_ledger.ledger.kernel.drafts import Draft, GrantRequest
from mydata_ledger.ledger.kernel.ending import Ended
from mydata_ledger.ledger.kernel.erasing import Erasing
from mydata_ledger.ledger.kernel.figures import Figure
from mydata_ledger.ledger.kernel.foresight import Change, Foresight
from mydata_ledger.ledger.kernel.intake import Handed, Taken
from mydata_ledger.ledger.kernel.issues import Issues, Upload
from mydata_ledger.ledger.kernel.large_records import LargeRecords
from mydata_ledger.ledger.kernel.links import Link
from mydata_ledger.ledger.kernel.looking_back import LookingBack, Moment, Then
from mydata_ledger.ledger.kernel.papering import OnPaper, Witnessed
from mydata_ledger.ledger.kernel.proofs import Proof
from mydata_ledger.ledger.kernel.publishing import Publishing
from mydata_ledger.ledger.kernel.questions import allowed
from mydata_ledger.ledger.kernel.requests import Asking
from mydata_ledger.ledger.kernel.reviews import Review
from mydata_ledger.ledger.kernel.searching import Page, sifted, surveyed
from mydata_ledger.ledger.kernel.sharing import LinkWish, MadeLink, Sharing
from mydata_ledger.ledger.kernel.signing import Signers
from mydata_ledger.ledger.kernel.wondering import Wondering
from mydata_ledger.ledger.kernel.world import Bounds, World

__all__ = [
    "RELEASING",
    "Asking",
    "Bounds",
    "Change",
    "Computed",
    "Courier",
    "Draft",
    "Ended",
    "Figure",
    "GrantRequest",
    "Handed",
    "Kernel",
    "LargeRecords",
    "Link",
    "LinkWish",
    "MadeLink",
    "Moment",
    "Naming",
    "Page",
    "Parcel",
    "Proof",
    "Release",
    "Respond",
    "Review",
    "Signers",
    "Taken",
    "Then",
    "Upload",
    "Witnessed",
    "World",
    "allowed",
    "check_hands_out",
    "check_permitted",
    "decided",
    "requester_name",
    "sifted",
    "surveyed",
]


class Kernel(OnPaper, Wondering, Foresight, LookingBack, Issues, Sharing, Acknowledging, Erasing, Publishing):
    """Everything the door and the services may do; made from one `World` of ports."""

    @cached_property
    def large_records(self) -> LargeRecords:
        """Records that come and go as streams."""
        return LargeRecords(self.world, self._accredited_holder)
