"""CIDs. This ledger writes CIDv1 of raw or dag-pb blocks, with SHA-256, in base32; it reads and serves others too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from mydata_ledger.anchors.ipld import multibase
from mydata_ledger.anchors.ipld.wire import read_varint, varint
from mydata_ledger.ledger.errors import MalformedInput

RAW, CBOR, DAG_PB, DAG_CBOR, DAG_JSON, JSON = 0x55, 0x51, 0x70, 0x71, 0x0129, 0x0200
SHA2_256, IDENTITY = 0x12, 0x00
TEXT = re.compile(r"b[a-z2-7]{58}")
MAX_BYTES = 640
"""Most bytes of a digest. It is more than any hash function needs, and more than is used for identity CIDs."""
NOT_OURS = "the CID is not CIDv1 of a raw or dag-pb block under SHA-256 in base32"


@dataclass(frozen=True, slots=True)
class Cid:
    """A content address: codec, digest, CID version (0 or 1) and hash function, with the numbers of multicodec."""

    codec: int
    digest: bytes
    version: int = 1
    hash: int = SHA2_256

    @classmethod
    def of(cls, codec: int, block: bytes | bytearray | memoryview) -> Cid:
        """Return the CIDv1 of a block, with SHA-256."""
        return cls(codec, sha256(block).digest())

    @classmethod
    def parse(cls, text: str) -> Cid:
        """Parse the text of a CID as this ledger writes it. Raises MalformedInput for any other kind of CID."""
        if not TEXT.fullmatch(text):
            raise MalformedInput(NOT_OURS)
        cid = cls.decode(multibase.decode(text))
        if cid.codec not in {RAW, DAG_PB} or cid.hash != SHA2_256:
            raise MalformedInput(NOT_OURS)
        return cid

    @classmethod
    def parse_any(cls, text: str) -> Cid:
        """Parse the text of any CID, of either version and any hash function. Raises MalformedInput."""
        return cls.decode(multibase.decode(text))

    @classmethod
    def decode(cls, raw: bytes) -> Cid:
        """Decode a binary CID. Raises MalformedInput."""
        cid, end = cls.read(raw)
        if end != len(raw):
            raise MalformedInput("the CID does not end where its digest does")
        return cid

    @classmethod
    def read(cls, raw: bytes, offset: int = 0) -> tuple[Cid, int]:
        """Return the binary CID at an offset, and the offset after it. Raises MalformedInput."""
        start = offset
        if raw[offset : offset + 2] == b"\x12\x20":
            version, codec = 0, DAG_PB
        else:
            version, offset = read_varint(raw, offset)
            codec, offset = read_varint(raw, offset)
            if version != 1:
                raise MalformedInput("the CID is of a version that is not read here")
        kind, offset = read_varint(raw, offset)
        size, offset = read_varint(raw, offset)
        if offset + size > len(raw) or size > MAX_BYTES or (kind == SHA2_256 and size != 32):
            raise MalformedInput("the digest of the CID is not as long as it says")
        cid = cls(codec, raw[offset : offset + size], version, kind)
        if raw[start : offset + size] != cid.raw:
            raise MalformedInput("a number in the CID is not in its shortest form, which is the only one allowed")
        return cid, offset + size

    @property
    def is_inline(self) -> bool:
        """True if the CID contains its block (an identity CID)."""
        return self.hash == IDENTITY

    @property
    def may_link(self) -> bool:
        """True if blocks of this codec can link to other blocks."""
        return self.codec in {DAG_PB, DAG_CBOR, DAG_JSON}

    @property
    def raw(self) -> bytes:
        """The binary form, as in links and CAR files. It has 36 bytes for a CID that this ledger writes."""
        head = b"" if self.version == 0 else bytes([1]) + varint(self.codec)
        return head + varint(self.hash) + varint(len(self.digest)) + self.digest

    def __str__(self) -> str:
        return multibase.base32(self.raw) if self.version else multibase.base58(self.raw)

    def names(self, block: bytes) -> bool:
        """Return True if this is the address of the block. Hash functions except SHA-256 and identity give False."""
        if self.is_inline:
            return block == self.digest
        return self.hash == SHA2_256 and sha256(block).digest() == self.digest
