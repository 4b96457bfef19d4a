"""The port for digests of content, beside the index of records."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from mydata_ledger.ledger.content_digest import DraftedContent


class ContentDigests(Protocol):
    """Digests are stored with drafts (`Index.remember_drafts`). They count from the acceptance of the Issue, in whose
    transaction the log checks that no standing record has the same holder, digest and copy, and end with the Erasure.
    """

    def of_holder(self, digests: Collection[bytes], holder: str) -> list[DraftedContent]:
        """The issued records of one holder with any of these digests. It reads nothing of other holders."""
        ...

    def of_records(self, record_ids: Collection[bytes]) -> list[DraftedContent]:
        """The digests of those of these records that are issued and not erased."""
        ...

    def forget_drafts(self, before: int) -> int:
        """Delete drafts that were made before a time (UTC seconds) and never signed; returns how many."""
        ...
