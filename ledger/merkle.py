"""RFC 6962 / RFC 9162 Merkle trees over SHA-256, as functions over a reader of complete subtrees.

`node(level, index)` is the hash of the complete subtree of 2**level leaves whose first leaf is index * 2**level. All
proofs of an append-only log follow from those nodes; the caller decides where they are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from mydata_ledger.ledger.errors import ProofInvalid

Node = Callable[[int, int], bytes]
HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()


@dataclass(frozen=True, slots=True)
class Head:
    """A log's size in leaves and its root (32 bytes) at that size."""

    size: int
    root: bytes


def leaf_hash(entry: bytes) -> bytes:
    """MTH({d}) = SHA-256(0x00 ‖ d), RFC 9162 §2.1.1."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right), RFC 9162 §2.1.1."""
    return sha256(b"\x01" + left + right).digest()


def peak_levels(size: int) -> list[int]:
    """Levels of the complete subtrees that make up a tree of `size` leaves, left to right, largest first."""
    return [level for level in range(size.bit_length() - 1, -1, -1) if size >> level & 1]


def peaks(size: int, node: Node) -> list[bytes]:
    """Hashes of those complete subtrees, in the order of `peak_levels`."""
    hashes, start = [], 0
    for level in peak_levels(size):
        hashes.append(node(level, start >> level))
        start += 1 << level
    return hashes


def bag(hashes: Sequence[bytes]) -> bytes:
    """The root over peaks, combined from right to left, RFC 9162 §2.1.1; without peaks the root of the empty tree."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def grow(
    size: int, peaks_before: Sequence[bytes], leaves: Iterable[bytes]
) -> tuple[list[bytes], list[tuple[int, int, bytes]]]:
    """Append leaf hashes to the tree of `size` leaves with peaks `peaks_before`.

    Returns the new peaks, and every complete subtree that was created, as (level, index, hash).
    """
    stack, subtrees = list(peaks_before), []
    for leaf in leaves:
        current, level, index = leaf, 0, size
        subtrees.append((0, index, current))
        while index & 1:
            current = node_hash(stack.pop(), current)
            level, index = level + 1, index >> 1
            subtrees.append((level, index, current))
        stack.append(current)
        size += 1
    return stack, subtrees


def tree(leaves: Sequence[bytes]) -> tuple[bytes, list[list[bytes]]]:
    """The root over one or more leaf hashes, and the inclusion proof of each leaf (RFC 9162 §2.1.3.1).

    Nodes are paired level by level; a node without a sibling moves up unchanged, which is equivalent to §2.1.1.
    """
    paths: list[list[bytes]] = [[] for _ in leaves]
    level, height = list(leaves), 0
    while len(level) > 1:
        for index, path in enumerate(paths):
            sibling = index >> height ^ 1
            if sibling < len(level):
                path.append(level[sibling])
        odd = level[-1:] if len(level) & 1 else []
        level = [
            node_hash(level[index_in_level], level[index_in_level + 1])
            for index_in_level in range(0, len(level) - 1, 2)
        ] + odd
        height += 1
    return level[0], paths


def root_at(size: int, node: Node) -> bytes:
    """The root of the log at `size` leaves."""
    return bag(peaks(size, node))


def _span(start: int, end: int, node: Node) -> bytes:
    """MTH(D[start:end]) where `start` is a multiple of the largest power of two below the span."""
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, start >> level)
    middle = start + _split(size)
    return node_hash(_span(start, middle, node), _span(middle, end, node))


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """PATH(index, D[0:size]), RFC 9162 §2.1.3.1. Raises ProofInvalid when the leaf is not in the tree."""
    if not 0 <= index < size:
        raise ProofInvalid(f"there is no leaf {index} in a tree of {size}")
    proof, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_span(middle, end, node))
            end = middle
        else:
            proof.append(_span(start, middle, node))
            start = middle
    return proof[::-1]


def consistency_proof(first: int, second: int, node: Node) -> list[bytes]:
    """PROOF(first, D[0:second]), RFC 9162 §2.1.4.1. Raises ProofInvalid unless 0 < first <= second."""
    if not 0 < first <= second:
        raise ProofInvalid(f"there is no consistency proof from size {first} to {second}")
    proof, start, end, is_whole_subtree = [], 0, second, True
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            proof.append(_span(middle, end, node))
            end = middle
        else:
            proof.append(_span(start, middle, node))
            start, is_whole_subtree = middle, False
    if not is_whole_subtree:
        proof.append(_span(start, end, node))
    return proof[::-1]


def root_from(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that `proof` leads to from `leaf`, RFC 9162 §2.1.3.2. Raises ProofInvalid on a wrong length."""
    if not 0 <= index < size:
        raise ProofInvalid(f"there is no leaf {index} in a tree of {size}")
    if len(leaf) != HASH_SIZE:
        raise ProofInvalid(f"a leaf hash has {HASH_SIZE} bytes, not {len(leaf)}")
    current, last = index, size - 1
    root = leaf
    for hash_ in proof:
        if last == 0:
            raise ProofInvalid("the inclusion proof is too long")
        if current & 1 or current == last:
            root = node_hash(hash_, root)
            while not current & 1 and current:
                current, last = current >> 1, last >> 1
        else:
            root = node_hash(root, hash_)
        current, last = current >> 1, last >> 1
    if last:
        raise ProofInvalid("the inclusion proof is too short")
    return root


def verify_inclusion(leaf: bytes, index: int, head: Head, proof: Sequence[bytes]) -> None:
    """Raise ProofInvalid unless `leaf` is leaf `index` under `head`."""
    if root_from(leaf, index, head.size, proof) != head.root:
        raise ProofInvalid(f"leaf {index} is not under the checkpoint of size {head.size}")


def verify_consistency(first: Head, second: Head, proof: Sequence[bytes]) -> None:
    """Raise ProofInvalid unless the log of `first` is a prefix of the log of `second`, RFC 9162 §2.1.4.2.

    Nothing is proved about an empty first log: a caller that accepts one must handle it before the call.
    """
    if not 0 < first.size <= second.size:
        raise ProofInvalid(f"nothing proves a log of size {second.size} to continue one of size {first.size}")
    if first.size == second.size:
        if proof or first.root != second.root:
            raise ProofInvalid(f"two heads of size {first.size} need equal roots and no proof")
        return
    path = [first.root, *proof] if first.size & (first.size - 1) == 0 else list(proof)
    if not path:
        raise ProofInvalid("the consistency proof is empty")
    old, new = _consistency_roots(first.size, second.size, path)
    if (old, new) != (first.root, second.root):
        raise ProofInvalid(f"the log of size {first.size} is not a prefix of the log of size {second.size}")


def _consistency_roots(first: int, second: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    current, last = first - 1, second - 1
    while current & 1:
        current, last = current >> 1, last >> 1
    old = new = path[0]
    for hash_ in path[1:]:
        if last == 0:
            raise ProofInvalid("the consistency proof is too long")
        if current & 1 or current == last:
            old, new = node_hash(hash_, old), node_hash(hash_, new)
            while not current & 1 and current:
                current, last = current >> 1, last >> 1
        else:
            new = node_hash(new, hash_)
        current, last = current >> 1, last >> 1
    if last:
        raise ProofInvalid("the consistency proof is too short")
    return old, new
