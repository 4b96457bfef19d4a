"""CIDv1 over SHA-256, in base32 text: raw blocks and dag-pb nodes, which is all that sealed payloads need."""

from __future__ import annotations

import re
from base64 import b32decode, b32encode
from dataclasses import dataclass
from hashlib import sha256

from ledger.errors import MalformedInput

RAW, DAG_PB = 0x55, 0x70
SHA2_256 = bytes([0x12, 0x20])
TEXT = re.compile(r"b[a-z2-7]{58}")
SIZE = 36


@dataclass(frozen=True, slots=True)
class Cid:
    """A content address: codec (raw or dag-pb) and the block's SHA-256."""

    codec: int
    digest: bytes

    @classmethod
    def of(cls, codec: int, block: bytes | bytearray | memoryview) -> Cid:
        """The CID of a block."""
        return cls(codec, sha256(block).digest())

    @classmethod
    def parse(cls, text: str) -> Cid:
        """Read base32 text. Raises MalformedInput for any other kind of CID."""
        if not TEXT.fullmatch(text):
            raise MalformedInput("the CID is not CIDv1 with SHA-256 in base32")
        return cls.decode(b32decode(text[1:].upper() + "======"))

    @classmethod
    def decode(cls, raw: bytes) -> Cid:
        """Read the 36 binary bytes. Raises MalformedInput for any other kind of CID."""
        if len(raw) != SIZE or raw[0] != 1 or raw[1] not in {RAW, DAG_PB} or raw[2:4] != SHA2_256:
            raise MalformedInput("the CID is not of a raw or dag-pb block under SHA-256")
        return cls(raw[1], raw[4:])

    @property
    def is_node(self) -> bool:
        """Whether the block is dag-pb and may link to others."""
        return self.codec == DAG_PB

    @property
    def raw(self) -> bytes:
        """The 36 binary bytes, as dag-pb links and CAR files carry them."""
        return bytes([1, self.codec]) + SHA2_256 + self.digest

    def __str__(self) -> str:
        return "b" + b32encode(self.raw).decode().rstrip("=").lower()

    def names(self, block: bytes) -> bool:
        """Whether this is the block's address."""
        return sha256(block).digest() == self.digest
