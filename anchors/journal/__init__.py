"""The journal: an encrypted copy of what the database holds and nobody else has, kept in the payload store.

Statements are journalled before they go on chain; notices and work items follow within seconds (design §6, I12).
"""

from mydata_ledger.anchors.journal.blob_store import BlobStore
from mydata_ledger.anchors.journal.journal import Journal
from mydata_ledger.anchors.journal.restoring import JournalReader, RestoredCounts

__all__ = ["BlobStore", "Journal", "JournalReader", "RestoredCounts"]
