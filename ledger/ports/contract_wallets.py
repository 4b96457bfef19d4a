"""The port for signatures of contract accounts."""

from __future__ import annotations

from typing import Protocol


class ContractWallets(Protocol):
    """Signature checks of accounts that are contracts."""

    def agrees(self, wallet: bytes, digest: bytes, signature: bytes) -> bool:
        """Whether the contract at the 20-byte address confirms the signature by ERC-1271, or would do so once it is
        deployed as an ERC-6492 signature says; false where there is no contract.

        Raises:
            SourceUnavailable: the chain does not answer.
        """
        ...
