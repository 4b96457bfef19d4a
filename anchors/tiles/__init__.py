"""The logs in the formats that tools for other transparency logs read: tiles, and checkpoints signed as notes."""

from mydata_ledger.anchors.tiles.checkpoint_store import CheckpointStore
from mydata_ledger.anchors.tiles.keys import NoteKeys
from mydata_ledger.anchors.tiles.tiles import LogTiles, origin_of

__all__ = ["CheckpointStore", "LogTiles", "NoteKeys", "origin_of"]
