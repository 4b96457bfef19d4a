"""What the database holds and cannot be made anew, kept sealed in the payload store: statements before the chain hears
of them, notices and papers soon after (design §6, I12).
"""

from anchors.journal.journal import Journal
from anchors.journal.outbox import KeptOutbox
from anchors.journal.restoring import Restored, Restoring
from anchors.journal.safe import Safe

__all__ = ["Journal", "KeptOutbox", "Restored", "Restoring", "Safe"]
