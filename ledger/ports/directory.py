"""The port for accredited parties and published notices."""

from __future__ import annotations

from typing import Protocol

from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.party import Party


class Directory(Protocol):
    """Accredited organisations as registered on chain, and published notices."""

    def party(self, account: str) -> Party | None:
        """One party by its EIP-55 address."""
        ...

    def parties(self) -> list[Party]:
        """All parties, by name."""
        ...

    def publish(self, notice: Notice) -> None:
        """Store a notice; storing an equal notice again changes nothing."""
        ...

    def notice(self, digest: bytes) -> Notice | None:
        """One notice by the hash that is signed."""
        ...

    def notices(self) -> list[Notice]:
        """All versions in all languages."""
        ...


class DirectorySnapshot(Protocol):
    """Parties and notices in one state of the database."""

    def party(self, account: str) -> Party | None:
        """One party by its EIP-55 address."""
        ...

    def notice(self, digest: bytes) -> Notice | None:
        """One notice by the hash that is signed."""
        ...
