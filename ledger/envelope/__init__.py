"""Envelope encryption: content is sealed under a one-time data key, and the data key is wrapped for one reader."""

from mydata_ledger.ledger.envelope.frame import Header
from mydata_ledger.ledger.envelope.sealing import Content, open_sealed, open_stream, seal, seal_stream, sealed_size
from mydata_ledger.ledger.envelope.wrapping import (
    KeyGroup,
    ReaderKey,
    generate_reader_key,
    unwrap,
    unwrap_group,
    wrap,
    wrap_group,
)

__all__ = [
    "Content",
    "Header",
    "KeyGroup",
    "ReaderKey",
    "generate_reader_key",
    "open_sealed",
    "open_stream",
    "seal",
    "seal_stream",
    "sealed_size",
    "unwrap",
    "unwrap_group",
    "wrap",
    "wrap_group",
]
