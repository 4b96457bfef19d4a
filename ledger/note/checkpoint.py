"""A log's head as the text of a note (C2SP tlog-checkpoint), and a witness's cosignature (C2SP tlog-cosignature)."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from mydata_ledger.ledger.errors import MalformedInput, SignatureInvalid
from mydata_ledger.ledger.merkle import EMPTY_ROOT, HASH_SIZE, Head
from mydata_ledger.ledger.note.keys import COSIGNATURE, Signer, Verifier
from mydata_ledger.ledger.note.signed import Note, Signature, decode64

TIME_SIZE = 8
MAX_SIZE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The origin (name) of a log and its head; `extensions` are lines that a log may add and that others carry
    unchanged.
    """

    origin: str
    head: Head
    extensions: tuple[str, ...] = ()

    def __str__(self) -> str:
        root = base64.b64encode(self.head.root).decode()
        return "".join(f"{line}\n" for line in (self.origin, self.head.size, root, *self.extensions))

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Parse a note's text. Raises MalformedInput."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines):
            raise MalformedInput("a checkpoint has an origin, a size, a root hash, and no empty line")
        origin, size, root, *extensions = lines
        return cls(origin, Head(_size(size), _root(root, size)), tuple(extensions))


def cosigned_message(text: str, at_time: int) -> bytes:
    """The message that a witness signs at `at_time` (UTC seconds)."""
    return f"cosignature/v1\ntime {at_time}\n{text}".encode()


def cosign(note: Note, witness: Signer, at_time: int) -> Signature:
    """A witness's signature line: the time (8 bytes, big-endian) and its Ed25519 signature."""
    value = at_time.to_bytes(TIME_SIZE, "big") + witness.sign_raw(cosigned_message(note.text, at_time))
    return Signature(witness.name, witness.verifier.key_id, value)


def cosigned_at(note: Note, witness: Verifier) -> int:
    """When the witness cosigned the checkpoint (UTC seconds). Raises SignatureInvalid unless it cosigned exactly this
    note.
    """
    signature = witness.own(note)
    if witness.kind != COSIGNATURE or signature is None:
        raise SignatureInvalid(f"the note carries no cosignature of {witness.name}+{witness.key_id.hex()}")
    at_time = int.from_bytes(signature.value[:TIME_SIZE], "big")
    witness.verify(cosigned_message(note.text, at_time), signature.value[TIME_SIZE:])
    return at_time


def _size(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20 and text == str(int(text)) and int(text) <= MAX_SIZE):
        raise MalformedInput("a checkpoint's size is a decimal number without leading zeros")
    return int(text)


def _root(text: str, size: str) -> bytes:
    root = decode64(text)
    if len(root) != HASH_SIZE or (size == "0" and root != EMPTY_ROOT):
        raise MalformedInput(f"a checkpoint's root hash has {HASH_SIZE} bytes, and is SHA-256 of nothing at size 0")
    return root
