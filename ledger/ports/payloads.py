"""The port for sealed payloads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from mydata_ledger.ledger.commitment.content import Piece


class Payloads(Protocol):
    """Sealed payloads by CID."""

    def put_many(self, sealed: Sequence[bytes]) -> list[str]:
        """Store payloads and return their CIDv1 texts; durable when it returns; idempotent.

        Raises StorageFull, SourceUnavailable.
        """
        ...

    def put_stream(self, pieces: Iterable[Piece]) -> str:
        """`put_many` for one payload of any size, in constant memory; nothing is stored if `pieces` raises."""
        ...

    def get(self, cid: str) -> bytes:
        """The payload, checked against the CID. Raises PayloadMissing, PayloadAltered, SourceUnavailable."""
        ...

    def open_stream(self, cid: str) -> tuple[int, Iterator[bytes]]:
        """The size in bytes, and the bytes in pieces, each checked against the CID before it is returned.

        Raises as `get`, at once or during reading.
        """
        ...

    def remove(self, cid: str) -> None:
        """Unpin the payload."""
        ...
