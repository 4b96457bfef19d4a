"""Whom a figure is about, as a set of keyed tokens that name nobody, and how far two such sets are apart."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

TOKEN, TEXT = 6, 8
"""Bytes of a token: one for each person. In base64 it is 8 characters, so a stored set can be cut without decoding."""
WHOLE, LENGTH = 16, 2


@dataclass(frozen=True, slots=True)
class FigureSet:
    """The tokens of a group. `whole` is equal for equal groups only: it is made of digests of full length.

    Two people may have one token, about once in 10^5 groups of 100,000 people. Sets then seem closer than they are.
    """

    tokens: frozenset[bytes]
    whole: str

    @classmethod
    def of(cls, key: bytes, cell: bytes, parts: Mapping[bytes, bytes]) -> FigureSet:
        """The set of a group: for each person (signer bytes) the part of their data that the figure includes."""
        digests = sorted(
            hmac.digest(key, cell + len(person).to_bytes(LENGTH, "big") + person + part, sha256)
            for person, part in parts.items()
        )
        whole = sha256(b"".join(digests)).digest()[:WHOLE]
        return cls(frozenset(digest[:TOKEN] for digest in digests), whole.hex())

    @property
    def text(self) -> str:
        """The tokens as they are stored: sorted, in base64, 8 characters each."""
        return b64encode(b"".join(sorted(self.tokens))).decode()


def is_far(stored: str, group: FigureSet, bound: int) -> bool:
    """Whether a stored set and a group differ by at least `bound` people: the larger of the two numbers of those who
    are, with this part of their data, in one of them only.

    It reads no further than the answer needs.
    """
    tokens, size = group.tokens, len(stored) // TEXT
    if abs(size - len(tokens)) >= bound:
        return True
    packed, missing = b64decode(stored), 0
    for start in range(0, len(packed), TOKEN):
        if packed[start : start + TOKEN] not in tokens:
            missing += 1
            if missing >= bound:
                return True
    return len(tokens) - (size - missing) >= bound
