"""Envelope encryption: content sealed under a one-off data key, the data key wrapped for one reader."""

from ledger.envelope.sealing import Content, open_sealed, seal
from ledger.envelope.wrapping import ReaderKey, generate_reader_key, unwrap, wrap

__all__ = ["Content", "ReaderKey", "generate_reader_key", "open_sealed", "seal", "unwrap", "wrap"]
