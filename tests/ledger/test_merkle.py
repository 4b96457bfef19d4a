"""Trees compared with a naive reference, and proofs with the public vectors."""

import base64
import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.ledger import merkle
from mydata_ledger.ledger.errors import ProofInvalid
from mydata_ledger.ledger.merkle import Head

VECTORS = Path(__file__).parents[3] / "shared/data/vectors/rfc6962"
vectors = pytest.mark.skipif(not VECTORS.is_dir(), reason="the public RFC 6962 vectors lie beside the repository in CI")


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH as RFC 9162 §2.1.1 writes it, on whole lists."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


def tree(count: int, batch: int = 1):
    leaves = [merkle.leaf_hash(bytes([i % 256, i // 256])) for i in range(count)]
    nodes, tops = {}, []
    for start in range(0, count, batch):
        tops, made = merkle.grow(start, tops, leaves[start : start + batch])
        nodes.update({(level, index): hash_ for level, index, hash_ in made})
    return leaves, (lambda level, index: nodes[level, index]), tops


@given(some.integers(0, 70), some.integers(1, 9))
def test_any_batches_give_the_reference_tree(count, batch):
    leaves, node, tops = tree(count, batch)
    assert merkle.bag(tops) == naive_root(leaves) == merkle.root_at(count, node)
    assert tops == merkle.peaks(count, node)


@given(some.data())
def test_every_inclusion_proof_verifies_and_no_other_leaf_does(data):
    size = data.draw(some.integers(1, 60))
    index = data.draw(some.integers(0, size - 1))
    leaves, node, _ = tree(size)
    head = Head(size, naive_root(leaves))
    proof = merkle.inclusion_proof(index, size, node)
    merkle.verify_inclusion(leaves[index], index, head, proof)
    other = (index + 1) % size
    if other != index:
        with pytest.raises(ProofInvalid):
            merkle.verify_inclusion(leaves[other], index, head, proof)


@given(some.data())
def test_every_consistency_proof_verifies_and_a_changed_one_does_not(data):
    second = data.draw(some.integers(1, 60))
    first = data.draw(some.integers(1, second))
    leaves, node, _ = tree(second)
    old, new = Head(first, naive_root(leaves[:first])), Head(second, naive_root(leaves))
    proof = merkle.consistency_proof(first, second, node)
    merkle.verify_consistency(old, new, proof)
    with pytest.raises(ProofInvalid):
        merkle.verify_consistency(old, Head(second, bytes(32)), proof)
    with pytest.raises(ProofInvalid):
        merkle.verify_consistency(old, new, [*proof, bytes(32)])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_a_leaf_outside_the_tree_has_no_proof(index, size):
    with pytest.raises(ProofInvalid, match="no leaf"):
        merkle.inclusion_proof(index, size, lambda *_: b"")
    with pytest.raises(ProofInvalid, match="no leaf"):
        merkle.root_from(bytes(32), index, size, [])


@pytest.mark.parametrize(("first", "second"), [(0, 3), (4, 3)])
def test_no_consistency_proof_from_nothing_or_backwards(first, second):
    with pytest.raises(ProofInvalid, match="no consistency proof"):
        merkle.consistency_proof(first, second, lambda *_: b"")


def decoded(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def cases(kind: str):
    return sorted((VECTORS / kind).rglob("*.json")) if VECTORS.is_dir() else []


def holds(check) -> bool:
    try:
        check()
    except ProofInvalid:
        return False
    return True


@vectors
@pytest.mark.parametrize("path", cases("inclusion"), ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_public_inclusion_vectors(path):
    case = json.loads(path.read_text())
    head = Head(case["treeSize"], decoded(case["root"]))
    proof = [decoded(p) for p in case["proof"] or []]
    assert holds(lambda: merkle.verify_inclusion(decoded(case["leafHash"]), case["leafIdx"], head, proof)) is (
        not case["wantErr"]
    )


@vectors
@pytest.mark.parametrize("path", cases("consistency"), ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_public_consistency_vectors(path):
    case = json.loads(path.read_text())
    old, new = Head(case["size1"], decoded(case["root1"])), Head(case["size2"], decoded(case["root2"]))
    proof = [decoded(p) for p in case["proof"] or []]
    assert holds(lambda: merkle.verify_consistency(old, new, proof)) is (not case["wantErr"])
