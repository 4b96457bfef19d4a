"""The port for sign-in sessions."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol


class Sessions(Protocol):
    """Sign-in challenges and sessions; only digests of secrets are stored."""

    def spend(self, nonce: str, expires: int, at_time: int) -> bool:
        """Mark a nonce of ours, valid until `expires`, as used; returns whether it was unused."""
        ...

    def open(self, token_digest: bytes, signer: bytes, expires: int) -> None:
        """Start a session."""
        ...

    def signer_of(self, token_digest: bytes, at_time: int) -> bytes | None:
        """The signer bytes of a live session."""
        ...

    def signers_of(self, token_digests: Collection[bytes], at_time: int) -> dict[bytes, bytes]:
        """The signer bytes of each of those sessions that is live."""
        ...

    def close(self, token_digest: bytes) -> None:
        """End a session."""
        ...

    def close_all(self, signer: bytes, at_time: int, until: int) -> list[int]:
        """End every session of a signer that would expire at `until` or before (UTC seconds); returns when each of
        those that were live at `at_time` would have expired.
        """
        ...
