"""A salted Merkle tree over the fields of a JSON document, so that single fields can be shown and verified.

Every string, number, true, false, null, empty object and empty array is one leaf of the tree, in document order, named
by its JSON Pointer (RFC 6901). leaf = SHA-256(0x00 ‖ salt ‖ len(pointer) ‖ pointer ‖ value): `value` is RFC 8785, but a
number keeps its digits as written (FHIR: 1.10 is not 1.1). Salts are HMAC-SHA-256(seed, pointer): one given
away tells nothing of another.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ledger import merkle
from ledger.canonical import Digits, canonical, read
from ledger.errors import InvalidStatement, ProofInvalid

MAX_FIELDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Field:
    """One field as it is disclosed: JSON Pointer, value bytes, salt, position among `size` leaves, inclusion proof."""

    pointer: str
    value: bytes
    salt: bytes
    index: int
    size: int
    proof: tuple[bytes, ...]


def root(document: bytes, seed: bytes) -> bytes:
    """The 32-byte root over all fields. Raises MalformedInput."""
    tops, _ = merkle.grow(0, [], (leaf for _, leaf in _leaves(document, seed)))
    return merkle.bag(tops)


def disclose(document: bytes, seed: bytes, pointers: Sequence[str]) -> list[Field]:
    """The chosen fields with their proofs; a pointer to an object or array means every field in it.

    Raises InvalidStatement for a pointer that names nothing.
    """
    values = dict(_values(document))
    leaves = [_leaf(pointer, value, _salt(seed, pointer)) for pointer, value in values.items()]
    _, made = merkle.grow(0, [], leaves)
    nodes = {(level, index): hash_ for level, index, hash_ in made}
    place = {pointer: index for index, pointer in enumerate(values)}
    chosen = sorted({field for pointer in pointers for field in _below(pointer, values)}, key=place.__getitem__)
    return [
        Field(
            pointer=pointer,
            value=values[pointer],
            salt=_salt(seed, pointer),
            index=place[pointer],
            size=len(values),
            proof=tuple(merkle.inclusion_proof(place[pointer], len(values), lambda level, index: nodes[level, index])),
        )
        for pointer in chosen
    ]


def verify(fields: Sequence[Field], root_: bytes) -> dict[str, bytes]:
    """The value bytes by pointer. Raises ProofInvalid unless every field lies under `root_`, in one tree."""
    if len({field.size for field in fields}) != 1:
        raise ProofInvalid("the disclosed fields are none, or of different documents")
    for field in fields:
        leaf = _leaf(field.pointer, field.value, field.salt)
        merkle.verify_inclusion(leaf, field.index, merkle.Head(field.size, root_), field.proof)
    return {field.pointer: field.value for field in fields}


def _leaves(document: bytes, seed: bytes) -> Iterator[tuple[str, bytes]]:
    for pointer, value in _values(document):
        yield pointer, _leaf(pointer, value, _salt(seed, pointer))


def _leaf(pointer: str, value: bytes, salt: bytes) -> bytes:
    name = pointer.encode()
    return merkle.leaf_hash(salt + len(name).to_bytes(4, "big") + name + value)


def _salt(seed: bytes, pointer: str) -> bytes:
    return hmac.digest(seed, b"mydata field " + pointer.encode(), sha256)


def _below(pointer: str, values: Mapping[str, bytes]) -> list[str]:
    found = [p for p in values if p == pointer or p.startswith(pointer + "/")]
    if not found:
        raise InvalidStatement("the pointer names no field of the record")
    return found


def _values(document: bytes) -> Iterator[tuple[str, bytes]]:
    return _walk("", read(document, exact=True))


def _walk(pointer: str, value: Any) -> Iterator[tuple[str, bytes]]:
    if isinstance(value, dict) and value:
        for name in value:
            yield from _walk(f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}", value[name])
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _walk(f"{pointer}/{index}", item)
    else:
        yield pointer, value.encode() if isinstance(value, Digits) else canonical(value)
