"""CIDs: ours are CIDv1 over SHA-256 in base32, raw or dag-pb; foreign ones are read too, so that they can be served."""

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
LONGEST = 640
"""Bytes: more than any hash needs, and than anybody inlines under identity."""
NOT_OURS = "the CID is not CIDv1 of a raw or dag-pb block under SHA-256 in base32"


@dataclass(frozen=True, slots=True)
class Cid:
    """A content address: codec, digest, CID version (0 or 1) and hash function, as multicodec numbers them."""

    codec: int
    digest: bytes
    version: int = 1
    hash: int = SHA2_256

    @classmethod
    def of(cls, codec: int, block: bytes | bytearray | memoryview) -> Cid:
        """The CID of a block."""
        return cls(codec, sha256(block).digest())

    @classmethod
    def parse(cls, text: str) -> Cid:
        """Read the text of one of ours. Raises MalformedInput for any other kind of CID."""
        if not TEXT.fullmatch(text):
            raise MalformedInput(NOT_OURS)
        found = cls.decode(multibase.decode(text))
        if found.codec not in {RAW, DAG_PB} or found.hash != SHA2_256:
            raise MalformedInput(NOT_OURS)
        return found

    @classmethod
    def parse_any(cls, text: str) -> Cid:
        """Read the text of any CID, of either version and any hash. Raises MalformedInput."""
        return cls.decode(multibase.decode(text))

    @classmethod
    def decode(cls, raw: bytes) -> Cid:
        """Read a binary CID. Raises MalformedInput."""
        found, end = cls.read(raw)
        if end != len(raw):
            raise MalformedInput("the CID does not end where its digest does")
        return found

    @classmethod
    def read(cls, raw: bytes, at: int = 0) -> tuple[Cid, int]:
        """The binary CID at an offset, and the offset behind it. Raises MalformedInput."""
        start = at
        if raw[at : at + 2] == b"\x12\x20":
            version, codec = 0, DAG_PB
        else:
            version, at = read_varint(raw, at)
            codec, at = read_varint(raw, at)
            if version != 1:
                raise MalformedInput("the CID is of a version that is not read here")
        kind, at = read_varint(raw, at)
        size, at = read_varint(raw, at)
        if at + size > len(raw) or size > LONGEST or (kind == SHA2_256 and size != 32):
            raise MalformedInput("the digest of the CID is not as long as it says")
        found = cls(codec, raw[at : at + size], version, kind)
        if raw[start : at + size] != found.raw:
            raise MalformedInput("a number in the CID is longer than it need be: another spelling of the same one")
        return found, at + size

    @property
    def is_inline(self) -> bool:
        """Whether the CID holds its block itself."""
        return self.hash == IDENTITY

    @property
    def may_link(self) -> bool:
        """Whether the block's codec knows links to other blocks."""
        return self.codec in {DAG_PB, DAG_CBOR, DAG_JSON}

    @property
    def raw(self) -> bytes:
        """The binary form, as links and CAR files carry it: 36 bytes for those of ours."""
        head = b"" if self.version == 0 else bytes([1]) + varint(self.codec)
        return head + varint(self.hash) + varint(len(self.digest)) + self.digest

    def __str__(self) -> str:
        return multibase.base32(self.raw) if self.version else multibase.base58(self.raw)

    def names(self, block: bytes) -> bool:
        """Whether this is the block's address; of hashes but SHA-256 and identity we say no."""
        if self.is_inline:
            return block == self.digest
        return self.hash == SHA2_256 and sha256(block).digest() == self.digest
