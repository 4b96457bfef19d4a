"""One signature over many statements of one moment: over the root of a Merkle tree of their digests (ADR 40).

A statement's signature is then r ‖ s ‖ v ‖ index ‖ size ‖ path: 65 bytes over the EIP-712 digest of
`Receipts(uint64 size,bytes32 root)`, its place among how many (4 bytes each, big-endian), and the hashes that lead from
its own digest to the root (RFC 9162 §2.1.3, 32 bytes each). It proves what 65 bytes over the digest itself would,
without the other statements. One statement alone is signed as any wallet signs it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mydata_ledger.ledger.errors import ProofInvalid, SignatureInvalid
from mydata_ledger.ledger.merkle import HASH_SIZE, leaf_hash, root_from, tree
from mydata_ledger.ledger.party import keccak
from mydata_ledger.ledger.typed_data.hashing import NAME, VERSION

TYPE_HASH = keccak(b"Receipts(uint64 size,bytes32 root)")
SEPARATOR = keccak(
    keccak(b"EIP712Domain(string name,string version)") + keccak(NAME.encode()) + keccak(VERSION.encode())
)
"""No chain and no contract: each digest in the tree names its own."""
OWN, NUMBER = 65, 4
"""Bytes of the signature proper, and of each of the two numbers behind it."""
PATH_AT = OWN + 2 * NUMBER


def sign_batch(digests: Sequence[bytes], sign: Callable[[bytes], bytes]) -> list[bytes]:
    """A signature for each of the 32-byte digests, all by one use of `sign`."""
    if len(digests) == 1:
        return [sign(digests[0])]
    if not digests:
        return []
    root, paths = tree([leaf_hash(digest) for digest in digests])
    size = len(digests)
    made, count = sign(_digest(size, root)), size.to_bytes(NUMBER, "big")
    return [b"".join([made, at.to_bytes(NUMBER, "big"), count, *path]) for at, path in enumerate(paths)]


def signed_digest(digest: bytes, signature: bytes) -> tuple[bytes, bytes]:
    """The digest that the key really signed, and its 65 bytes; itself where it was signed alone.

    Raises SignatureInvalid where the signature leads to no tree.
    """
    if len(signature) <= OWN:
        return digest, signature
    path = signature[PATH_AT:]
    if len(signature) <= PATH_AT or len(path) % HASH_SIZE:
        raise SignatureInvalid("a signature over many ends in its place, their number and hashes of 32 bytes")
    index, size = (int.from_bytes(signature[at : at + NUMBER], "big") for at in (OWN, OWN + NUMBER))
    proof = [path[at : at + HASH_SIZE] for at in range(0, len(path), HASH_SIZE)]
    try:
        root = root_from(leaf_hash(digest), index, size, proof)
    except ProofInvalid as error:
        raise SignatureInvalid("the hashes of the signature do not lead from the statement to a tree") from error
    return _digest(size, root), signature[:OWN]


def _digest(size: int, root: bytes) -> bytes:
    return keccak(b"\x19\x01" + SEPARATOR + keccak(TYPE_HASH + size.to_bytes(32, "big") + root))
