"""What notary, follower and tiles need of a store beside what the kernel needs; `anchors.memory` has a twin of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.ports import AnchoredHead, Log


class AnchoredLog(Log, Protocol):
    """The logs, with the heads they once had."""

    def head_at(self, log: str, size: int) -> Head | None:
        """The head the log had at `size`; None when it never was so large."""
        ...

    def last_anchored(self, log: str) -> AnchoredHead:
        """What was last marked as anchored, whether or not the chain still agrees."""
        ...


class Anchoring(Protocol):
    """What to put on chain, and what the chain holds."""

    def entries(self, log: str, start: int, limit: int) -> list[bytes]:
        """Entries (32 bytes) from position `start`."""
        ...

    def leaves(self, log: str, start: int, limit: int) -> list[bytes]:
        """Leaf hashes from position `start`."""
        ...

    def subtrees(self, log: str, level: int, start: int, limit: int) -> list[bytes]:
        """Hashes of complete subtrees of 2**level leaves, from the one of index `start`; at level 0 the leaves."""
        ...

    def peaks(self, log: str, size: int) -> list[bytes]:
        """Peaks of the tree at `size`, largest first."""
        ...

    def pending_secrets(self, limit: int) -> list[tuple[bytes, bytes, bytes]]:
        """(entry, core, secret) of revoked consents whose lock is not yet opened on chain, oldest first."""
        ...

    def mark_anchored(self, log: str, head: Head, block: int) -> None:
        """The chain holds this head. Raises InvalidStatement unless it is one of this log, not behind the last."""
        ...

    def roll_back(self, log: str, head: Head, block: int) -> None:
        """The chain went back to this head."""
        ...

    def touch(self, at_time: int) -> None:
        """The chain answered at `at`, and agrees with this log."""
        ...

    def distrust(self, reason: str) -> None:
        """The chain contradicts this log: every answer is unknown until it no longer does."""
        ...

    def revealed(self, reveals: Mapping[bytes, int]) -> None:
        """The chain says, each at its block, that these consents are revoked."""
        ...

    def conceal(self, above: int) -> None:
        """Blocks above are gone."""
        ...

    def note_block(self, number: int, block_hash: bytes) -> None:
        """Remember that the chain had this block."""
        ...

    def noted_blocks(self) -> list[tuple[int, bytes]]:
        """Remembered blocks, newest first."""
        ...


class Registry(Protocol):
    """The directory as the chain has it."""

    def set_parties(self, parties: Iterable[Party]) -> None:
        """Replace the whole directory."""
        ...


class AnchoredStore(Protocol):
    """A store whose logs are put on chain."""

    @property
    def log(self) -> AnchoredLog:
        """The logs."""
        ...

    @property
    def anchoring(self) -> Anchoring:
        """Their side towards the chain."""
        ...

    @property
    def directory(self) -> Registry:
        """The parties on chain."""
        ...
