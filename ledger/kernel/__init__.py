"""The verbs: draft · consent · revoke · issue · declare · ask · search · access · acknowledge · prove."""

from ledger.kernel.acknowledging import Acknowledging
from ledger.kernel.answers import RELEASING, Release, Respond, check_permitted, decided, requester_name
from ledger.kernel.computing import Computed
from ledger.kernel.delegations import Naming
from ledger.kernel.delivering import Courier, Parcel
from ledger.kernel.disclosing import check_hands_out
from ledger.kernel.drafts import Draft, GrantRequest
from ledger.kernel.ending import Ended
from ledger.kernel.erasing import Erasing
from ledger.kernel.figures import Figure
from ledger.kernel.foresight import Change, Foresight
from ledger.kernel.intake import Handed, Taken
from ledger.kernel.issues import Issues, Upload
from ledger.kernel.links import Link
from ledger.kernel.looking_back import LookingBack, Moment, Then
from ledger.kernel.papering import OnPaper, Witnessed
from ledger.kernel.proofs import Proof
from ledger.kernel.publishing import Publishing
from ledger.kernel.questions import allowed
from ledger.kernel.requests import Asking
from ledger.kernel.reviews import Review
from ledger.kernel.searching import Page, sifted, surveyed
from ledger.kernel.sharing import LinkWish, MadeLink, Sharing
from ledger.kernel.signing import Signers
from ledger.kernel.wondering import Wondering
from ledger.kernel.world import Bounds, World

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
