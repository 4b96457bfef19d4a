"""The Payloads port in memory: sealed payloads under the CIDs that IPFS gives to single raw blocks."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from mydata_ledger.ledger.commitment.content import Piece
from mydata_ledger.ledger.errors import PayloadAltered, PayloadMissing

CIDV1_RAW_SHA256 = bytes([0x01, 0x55, 0x12, 0x20])


def raw_cid(block: bytes) -> str:
    """CIDv1, codec raw, SHA-256, in base32: equal to the CID from `ipfs block put`."""
    text = b32encode(CIDV1_RAW_SHA256 + sha256(block).digest()).decode()
    return "b" + text.rstrip("=").lower()


class MemoryPayloads:
    """Payloads in a dictionary; every payload is one raw block of any size."""

    def __init__(self) -> None:
        self.blocks: dict[str, bytes] = {}

    def put_many(self, sealed: Sequence[bytes]) -> list[str]:
        """CIDv1 texts in the order given."""
        cids = [raw_cid(block) for block in sealed]
        self.blocks.update(zip(cids, sealed, strict=True))
        return cids

    def put_stream(self, pieces: Iterable[Piece]) -> str:
        """Store the joined pieces as one payload; returns its CID."""
        return self.put_many([b"".join(bytes(piece) for piece in pieces)])[0]

    def open_stream(self, cid: str) -> tuple[int, Iterator[bytes]]:
        """The length and the bytes. Raises PayloadMissing, PayloadAltered."""
        content = self.get(cid)
        return len(content), iter([content])

    def get(self, cid: str) -> bytes:
        """The bytes, checked against the CID. Raises PayloadMissing, PayloadAltered."""
        if cid not in self.blocks:
            raise PayloadMissing(f"no payload is stored under {cid}")
        if raw_cid(self.blocks[cid]) != cid:
            raise PayloadAltered(f"the payload stored under {cid} is not the one that was stored")
        return self.blocks[cid]

    def remove(self, cid: str) -> None:
        """Delete the payload; an unknown CID changes nothing."""
        self.blocks.pop(cid, None)
