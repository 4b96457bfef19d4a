"""What the database holds and cannot be made anew, kept sealed in the payload store: statements before the chain hears
of them, notices and papers soon after (design §6, I12).
"""

from mydata_ledger.anchors.journal.journal import Journal
from mydata_ledger.anchors.journal.restoring import Restored, Restoring
from mydata_ledger.anchors.journal.safe import Safe

__all__ = ["Journal", "Restored", "Restoring", "Safe"]
