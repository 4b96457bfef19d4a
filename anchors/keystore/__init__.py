"""Data keys wrapped at rest, one custody key for each data subject, all under one sealed master key."""

from mydata_ledger.anchors.keystore.files import FileKeys
from mydata_ledger.anchors.keystore.master import keep_master, open_masters

__all__ = ["FileKeys", "keep_master", "open_masters"]
