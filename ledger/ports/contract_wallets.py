"""Signatures of accounts that are contracts."""

from __future__ import annotations

from typing import Protocol


class ContractWallets(Protocol):
    """Accounts that are contracts."""

    def agrees(self, wallet: bytes, digest: bytes, signature: bytes) -> bool:
        """Whether the contract at the 20-byte address says by ERC-1271 that it signed; no where none stands there.

        Raises SourceUnavailable when the chain does not answer.
        """
        ...
