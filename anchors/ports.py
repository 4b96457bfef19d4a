"""Ports of notary, follower and tiles, beside those of the kernel. `anchors.memory` implements each in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from mydata_ledger.ledger.commitment.entry import RevocationMark
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.ports import Log

MAX_BLOCKS = 256
"""How many block hashes are stored, to find the last common block after a reorganisation of the chain."""


class Anchoring(Protocol):
    """Reads what to anchor on chain, and records what the chain holds."""

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

    def pending_secrets(self, limit: int) -> list[tuple[bytes, bytes]]:
        """(core, secret) of each lock that a revocation opened here and that is not yet open on chain, oldest first."""
        ...

    def mark_anchored(self, log: str, head: Head, block: int) -> None:
        """Record that the chain holds this head.

        Raises InvalidStatement if this log never had the head, or if it is smaller than the last one.
        """
        ...

    def roll_back(self, log: str, head: Head, block: int) -> None:
        """After a reorganisation of the chain, make an earlier head the anchored one."""
        ...

    def touch(self, at_time: int) -> None:
        """Record that the chain answered at `at_time` (UTC seconds) and agrees with this log."""
        ...

    def distrust(self, reason: str) -> None:
        """Record that the chain contradicts this log: every answer is unknown until `touch` is called."""
        ...

    def revealed(self, marks: Sequence[RevocationMark]) -> None:
        """End every consent and delegation of a marked lock, whoever signed it, and of a marked entry; also those that
        are accepted later. What is marked already is not written again.
        """
        ...

    def conceal(self, above: int) -> None:
        """Blocks above this number left the chain: locks opened in them must be opened again."""
        ...

    def note_blocks(self, above: int, hashes: Mapping[int, bytes]) -> None:
        """Store hashes of blocks by number. What was stored above block `above` is no longer on the chain."""
        ...

    def noted_blocks(self) -> list[tuple[int, bytes]]:
        """Number and hash of the stored blocks, newest first: the newest `MAX_BLOCKS` numbers, and block 0."""
        ...


class Registry(Protocol):
    """The party directory, as a copy of the chain's PartyRegistry."""

    def set_parties(self, parties: Iterable[Party]) -> None:
        """Replace the whole directory."""
        ...

    def change_parties(self, changes: Mapping[str, Party | None]) -> None:
        """Replace the parties of these accounts; None removes one. Without a difference nothing is written."""
        ...


class AnchoredStore(Protocol):
    """A store whose logs are put on chain."""

    @property
    def log(self) -> Log:
        """The logs."""
        ...

    @property
    def anchoring(self) -> Anchoring:
        """The Anchoring port of the logs."""
        ...

    @property
    def directory(self) -> Registry:
        """The party directory."""
        ...
