"""What the database holds and cannot be made anew, kept sealed in the payload store: statements before the chain hears
of them, notices and papers soon after (design §6, I12).
"""

from mydata_ledger.anchors.journal.blob_store import BlobStore
from mydata_ledger.anchors.journal.journal import Journal
from mydata_ledger.anchors.journal.restoring import JournalReader, RestoredCounts

__all__ = ["BlobStore", "Journal", "JournalReader", "RestoredCounts"]
