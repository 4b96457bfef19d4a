"""A salted Merkle tree over the fields of a JSON document, so that single fields can be disclosed and verified.

Every string, number, true, false, null, empty object and empty array is one leaf of the tree, in document order, named
by its JSON Pointer (RFC 6901). leaf = SHA-256(0x00 ‖ salt ‖ len(pointer) ‖ pointer ‖ value): `value` is RFC 8785, but a
number keeps its original digits (FHIR: 1.10 is not 1.1). The salts are 32-byte pieces of an AES-256-CTR key stream
under a key derived from the record's seed: one disclosed salt reveals nothing about another. The root over all fields
is SHA-256(number of leaves in 8 bytes ‖ Merkle tree hash), so that nobody can claim that a document has more or fewer
fields.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from mydata_ledger.ledger import merkle
from mydata_ledger.ledger.canonical import Digits, canonical, canonical_text, read
from mydata_ledger.ledger.errors import InvalidStatement, ProofInvalid

SALT_SIZE = 32
POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)*")
"""RFC 6901 §3."""


@dataclass(frozen=True, slots=True)
class Field:
    """One disclosed field: JSON Pointer, value bytes, salt, position among `size` leaves, inclusion proof."""

    pointer: str
    value: bytes
    salt: bytes
    index: int
    size: int
    proof: tuple[bytes, ...]

    @property
    def root(self) -> bytes:
        """The root that the proof of this field leads to. Raises ProofInvalid for a proof of the wrong length."""
        leaf = merkle.leaf_hash(_leaf(self.salt, self.pointer, self.value))
        return _counted(self.size, merkle.root_from(leaf, self.index, self.size, self.proof))


def root(document: bytes, seed: bytes) -> bytes:
    """The 32-byte root over all fields. Raises MalformedInput, TooLarge."""
    values = _values(document)
    return _counted(len(values), _levels(values, _salts(seed, len(values)))[-1][0])


def disclose(document: bytes, seed: bytes, pointers: Sequence[str]) -> list[Field]:
    """The chosen fields with their proofs, in document order; a pointer to an object or array selects every field in
    it.

    Raises:
        InvalidStatement: a pointer is malformed or names nothing, or there is no pointer.
    """
    values = _values(document)
    chosen = _chosen(pointers, values)
    salts = _salts(seed, len(values))
    levels = _levels(values, salts)
    return [
        Field(
            pointer=pointer,
            value=value,
            salt=salts[index],
            index=index,
            size=len(values),
            proof=tuple(_proof(levels, index)),
        )
        for index, (pointer, value) in enumerate(values.items())
        if pointer in chosen
    ]


def fields_below(document: bytes, pointers: Sequence[str]) -> dict[str, bytes]:
    """Pointer and value of each field at and below the pointers, in document order. Raises as `disclose`."""
    values = _values(document)
    chosen = _chosen(pointers, values)
    return {pointer: value for pointer, value in values.items() if pointer in chosen}


def reaching(document: bytes, pointers: Sequence[str]) -> set[str]:
    """Pointers of the chosen fields and of all objects and arrays that contain them: the document without the rest.

    Raises as `disclose`.
    """
    return {above for field in _chosen(pointers, _values(document)) for above in _ancestry(field)}


def escaped(name: str) -> str:
    """A member's name as one reference token of a pointer, RFC 6901 §3."""
    return name.replace("~", "~0").replace("/", "~1") if "~" in name or "/" in name else name


def verify(fields: Sequence[Field], root_: bytes) -> dict[str, bytes]:
    """The value bytes by pointer. Raises ProofInvalid unless every field is in one tree with the root `root_`."""
    if len({field.size for field in fields}) != 1:
        raise ProofInvalid("the disclosed fields are none, or of different documents")
    for field in fields:
        if field.root != root_:
            raise ProofInvalid("a disclosed field is not under the root")
    return {field.pointer: field.value for field in fields}


def _counted(size: int, tree: bytes) -> bytes:
    return sha256(size.to_bytes(8, "big") + tree).digest()


def _levels(values: Mapping[str, bytes], salts: Sequence[bytes]) -> list[list[bytes]]:
    """Every level of the tree, leaves first; a node without a sibling moves up unchanged, RFC 9162 §2.1.1."""
    level = [sha256(b"\0" + leaf).digest() for leaf in map(_leaf, salts, values, values.values())]
    levels = [level]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [sha256(b"\1" + left + right).digest() for left, right in pairs] + level[len(level) & ~1 :]
        levels.append(level)
    return levels


def _proof(levels: Sequence[Sequence[bytes]], index: int) -> Iterator[bytes]:
    """The siblings on the path from a leaf to the root, RFC 9162 §2.1.3.1."""
    for level in levels:
        if index ^ 1 < len(level):
            yield level[index ^ 1]
        index >>= 1


def _leaf(salt: bytes, pointer: str, value: bytes) -> bytes:
    name = pointer.encode()
    return b"%b%b%b%b" % (salt, len(name).to_bytes(4, "big"), name, value)


def _salts(seed: bytes, count: int) -> list[bytes]:
    key = hmac.digest(seed, b"mydata field salts", "sha256")
    stream = Cipher(AES(key), CTR(bytes(16))).encryptor().update(bytes(SALT_SIZE * count))
    return [stream[start : start + SALT_SIZE] for start in range(0, len(stream), SALT_SIZE)]


def _chosen(pointers: Sequence[str], values: Mapping[str, bytes]) -> set[str]:
    """The fields at and below the pointers, in time linear in the sum of both."""
    wanted, named_pointers, chosen = set(pointers), set[str](), set[str]()
    if not all(map(POINTER.fullmatch, wanted)):
        raise InvalidStatement("not a JSON Pointer: it is empty or starts with /, and ~ stands only as ~0 or ~1")
    known_ancestors = {"": wanted & {""}}
    for field in values:
        if above := _wanted_above(field, wanted, known_ancestors):
            chosen.add(field)
            named_pointers |= above
    if named_pointers != wanted or not wanted:
        raise InvalidStatement("the pointer names no field of the record")
    return chosen


def _wanted_above(pointer: str, wanted: set[str], ancestors_of: dict[str, set[str]]) -> set[str]:
    """The wanted pointers at or above a pointer; `ancestors_of` caches the result for parents."""
    if not pointer:
        return ancestors_of[""]
    parent = pointer[: pointer.rindex("/")]
    above = ancestors_of.get(parent)
    if above is None:
        above = ancestors_of[parent] = _wanted_above(parent, wanted, ancestors_of)
    return above | {pointer} if pointer in wanted else above


def _ancestry(pointer: str) -> Iterator[str]:
    yield pointer
    while pointer:
        pointer = pointer[: pointer.rindex("/")]
        yield pointer


def _values(document: bytes) -> dict[str, bytes]:
    values: dict[str, bytes] = {}
    _walk("", read(document, exact=True), values)
    return values


def _walk(pointer: str, value: Any, values: dict[str, bytes]) -> None:
    kind = type(value)
    if kind is str:
        values[pointer] = canonical_text(value)
    elif kind is Digits:
        values[pointer] = value.encode()
    elif kind is dict and value:
        for name, item in value.items():
            below = f"{pointer}/{escaped(name)}"
            if type(item) is str:
                values[below] = canonical_text(item)
            else:
                _walk(below, item, values)
    elif kind is list and value:
        for index, item in enumerate(value):
            _walk(f"{pointer}/{index}", item, values)
    else:
        values[pointer] = canonical(value)
