"""Who is signed in."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol


class Sessions(Protocol):
    """Sign-in challenges and the sessions they become; only digests of secrets are kept."""

    def spend(self, nonce: str, expires: int, at: int) -> bool:
        """Whether a nonce of ours, good until `expires`, is unspent; afterwards it is spent."""
        ...

    def open(self, token_digest: bytes, signer: bytes, expires: int) -> None:
        """Start a session."""
        ...

    def signer_of(self, token_digest: bytes, at: int) -> bytes | None:
        """The signer bytes behind a live session."""
        ...

    def signers_of(self, token_digests: Collection[bytes], at: int) -> dict[bytes, bytes]:
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
