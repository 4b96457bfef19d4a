"""The keystore: data keys wrapped under one custody key for each data subject, and these under the master key."""

from mydata_ledger.anchors.keystore.files import FileKeys
from mydata_ledger.anchors.keystore.master import keep_master, open_masters

__all__ = ["FileKeys", "keep_master", "open_masters"]
