"""One signature over many statements of one moment: over the root of a Merkle tree of their digests (ADR 40).

A statement's signature is then r ‖ s ‖ v ‖ index ‖ size ‖ path: 65 bytes over the EIP-712 digest of `Receipts(uint64
size,bytes32 root)`, its index and the number of statements (4 bytes each, big-endian), and the hashes from its own
digest to the root (RFC 9162 §2.1.3, 32 bytes each). It proves the same as 65 bytes over the digest itself, without the
other statements. A single statement is signed as by any wallet.
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
"""Without chain and contract: each digest in the tree names its own."""
SIGNATURE_SIZE, NUMBER_SIZE = 65, 4
"""Bytes of the 65-byte signature, and of each of the two numbers after it."""
PATH_OFFSET = SIGNATURE_SIZE + 2 * NUMBER_SIZE


def sign_batch(digests: Sequence[bytes], sign: Callable[[bytes], bytes]) -> list[bytes]:
    """A signature for each of the 32-byte digests, with one call of `sign`."""
    if len(digests) == 1:
        return [sign(digests[0])]
    if not digests:
        return []
    root, paths = tree([leaf_hash(digest) for digest in digests])
    size = len(digests)
    root_signature, count = sign(_digest(size, root)), size.to_bytes(NUMBER_SIZE, "big")
    return [
        b"".join([root_signature, index.to_bytes(NUMBER_SIZE, "big"), count, *path]) for index, path in enumerate(paths)
    ]


def signed_digest(digest: bytes, signature: bytes) -> tuple[bytes, bytes]:
    """The digest that the key signed, and its 65-byte signature; for a statement signed alone, the digest itself.

    Raises:
        SignatureInvalid: the path of the signature leads to no tree.
    """
    if len(signature) <= SIGNATURE_SIZE:
        return digest, signature
    path = signature[PATH_OFFSET:]
    if len(signature) <= PATH_OFFSET or len(path) % HASH_SIZE:
        raise SignatureInvalid("a signature over many ends in its place, their number and hashes of 32 bytes")
    index, size = (
        int.from_bytes(signature[offset : offset + NUMBER_SIZE], "big")
        for offset in (SIGNATURE_SIZE, SIGNATURE_SIZE + NUMBER_SIZE)
    )
    proof = [path[offset : offset + HASH_SIZE] for offset in range(0, len(path), HASH_SIZE)]
    try:
        root = root_from(leaf_hash(digest), index, size, proof)
    except ProofInvalid as error:
        raise SignatureInvalid("the hashes of the signature do not lead from the statement to a tree") from error
    return _digest(size, root), signature[:SIGNATURE_SIZE]


def _digest(size: int, root: bytes) -> bytes:
    return keccak(b"\x19\x01" + SEPARATOR + keccak(TYPE_HASH + size.to_bytes(32, "big") + root))
