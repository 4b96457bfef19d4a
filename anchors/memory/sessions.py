"""The Sessions port in memory."""

from __future__ import annotations

import threading
from collections.abc import Collection
from hashlib import sha256


class MemorySessions:
    """Spent sign-in challenges and sessions in dictionaries."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._challenges: dict[bytes, int] = {}
        self._sessions: dict[bytes, tuple[bytes, int]] = {}

    def spend(self, nonce: str, expires: int, at_time: int) -> bool:
        """Spend a nonce. False if it is spent already."""
        digest = sha256(nonce.encode()).digest()
        with self._lock:
            self._challenges = {nonce_digest: end for nonce_digest, end in self._challenges.items() if end > at_time}
            is_unspent = digest not in self._challenges
            self._challenges[digest] = expires
        return is_unspent

    def open(self, token_digest: bytes, signer: bytes, expires: int) -> None:
        """Start a session."""
        self._sessions[token_digest] = (signer, expires)

    def signer_of(self, token_digest: bytes, at_time: int) -> bytes | None:
        """The signer of a live session; None if there is none."""
        signer, expires = self._sessions.get(token_digest, (b"", at_time))
        return signer if at_time < expires else None

    def signers_of(self, token_digests: Collection[bytes], at_time: int) -> dict[bytes, bytes]:
        """The signer of each of these sessions that is live, by token digest."""
        return {token: signer for token in token_digests if (signer := self.signer_of(token, at_time))}

    def close(self, token_digest: bytes) -> None:
        """End a session."""
        self._sessions.pop(token_digest, None)

    def close_all(self, signer: bytes, at_time: int, until: int) -> list[int]:
        """End every session of a signer that expires at `until` or before.

        Returns the expiry times (UTC seconds) of those that were live.
        """
        sessions = self._sessions.items()
        ended = {token: expires for token, (who, expires) in sessions if who == signer and expires <= until}
        self._sessions = {token: session for token, session in self._sessions.items() if token not in ended}
        return sorted(expires for expires in ended.values() if expires > at_time)
