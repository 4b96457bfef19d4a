"""Data keys wrapped at rest, one custody key for each data subject, all under one sealed master key."""

from anchors.keystore.files import FileKeys
from anchors.keystore.master import keep_master, open_master

__all__ = ["FileKeys", "keep_master", "open_master"]
