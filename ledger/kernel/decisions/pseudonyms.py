"""Pseudonyms: the names of people for readers who may not know who they are."""

from __future__ import annotations

import hmac
from hashlib import sha256

from mydata_ledger.ledger.kernel.world import World

LENGTH = 2
"""Bytes of the length before each name, so that no two pairs of names make the same message."""


class Pseudonyms:
    """They follow from the gateway's key: nothing is stored, and they are the same after a recovery."""

    def __init__(self, world: World) -> None:
        self._world = world

    def of(self, requester: str, person: bytes, study: str = "") -> bytes:
        """32 bytes that are equal for one requester and person, and that two requesters cannot compare.

        With a study (its reference, of the requester) they are those of that study: who has the results of two studies
        cannot tell which rows are of one person, unless the rows themselves do.
        """
        names = (requester, study) if study else (requester,)
        key = self._world.gateway.derive("study pseudonyms" if study else "pseudonyms")
        lengths_and_names = b"".join(len(name.encode()).to_bytes(LENGTH, "big") + name.encode() for name in names)
        return hmac.digest(key, lengths_and_names + person, sha256)
