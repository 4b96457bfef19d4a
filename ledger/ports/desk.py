"""What the kernel needs beside the logs: accredited parties, published notices, what is worked on, who is signed in."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.paper import Paper
from mydata_ledger.ledger.party import Party


class Directory(Protocol):
    """Accredited organisations, as the chain has them."""

    def party(self, account: str) -> Party | None:
        """One party by its EIP-55 address."""
        ...

    def parties(self) -> list[Party]:
        """All of them, by name."""
        ...


class Notices(Protocol):
    """Published notices."""

    def publish(self, notice: Notice) -> None:
        """Keep a notice; the same one again changes nothing."""
        ...

    def notice(self, digest: bytes) -> Notice | None:
        """One notice by the hash that is signed."""
        ...

    def notices(self) -> list[Notice]:
        """All versions in all languages."""
        ...


class Published(Protocol):
    """Parties and notices in one state of the world."""

    def party(self, account: str) -> Party | None:
        """One party by its EIP-55 address."""
        ...

    def notice(self, digest: bytes) -> Notice | None:
        """One notice by the hash that is signed."""
        ...


class Papers(Protocol):
    """What is being worked on beside the logs; each change is durable when the call returns."""

    def file(self, paper: Paper) -> Paper | None:
        """Keep a paper as its next version, or return None, changed nothing, when someone else changed it since
        `paper.version` was read (0 = must be new).
        """
        ...

    def discard(self, kind: str, paper_id: bytes) -> None:
        """Forget a paper."""
        ...

    def paper(self, kind: str, paper_id: bytes) -> Paper | None:
        """One paper."""
        ...

    def papers(
        self, kind: str, *, person: bytes | None = None, party: str | None = None, after: bytes = b"", limit: int = 100
    ) -> list[Paper]:
        """Papers of a kind, about that person and with that party if given, by id above `after`."""
        ...

    def due(self, kind: str, state: str, at: int, limit: int = 100) -> list[Paper]:
        """Papers in a state that were due at `at` or before, the longest overdue first."""
        ...


class Sessions(Protocol):
    """Sign-in challenges and the sessions they become; only digests of secrets are kept."""

    def spend(self, nonce: str, expires: int, at: int) -> bool:
        """Whether a nonce of ours, good until `expires`, is unspent; afterwards it is spent."""
        ...

    def open(self, token_digest: bytes, signer: bytes, expires: int) -> None:
        """Start a session."""
        ...

    def who(self, token_digest: bytes, at: int) -> bytes | None:
        """The signer bytes behind a live session."""
        ...

    def who_of(self, token_digests: Collection[bytes], at: int) -> dict[bytes, bytes]:
        """The signer bytes behind each of those sessions that is live."""
        ...

    def close(self, token_digest: bytes) -> None:
        """End a session."""
        ...

    def close_all(self, signer: bytes, at: int, until: int) -> list[int]:
        """End every session of a signer that would end by itself at `until` or before (UTC seconds); when each of those
        that were live at `at` would have.
        """
        ...
