"""The log of the contract against the Python log and the RFC 6962 vectors.

`append` in batches of any size makes the same tree; `advance` and `includes` accept exactly the valid proofs.
"""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from web3.exceptions import ContractCustomError

from mydata_ledger.ledger import merkle
from mydata_ledger.ledger.errors import ProofInvalid
from testing.sizes import sized

VECTORS = Path(__file__).parents[3] / "shared" / "data" / "vectors" / "rfc6962"
SLOW = settings(max_examples=sized(25), deadline=None, suppress_health_check=list(HealthCheck))
SIZE64 = 2**64


class Tree:
    """The tree of a log as the sequencer has it."""

    def __init__(self):
        self.nodes, self.peaks, self.size = {}, [], 0

    def grow(self, leaves):
        self.peaks, nodes = merkle.grow(self.size, self.peaks, leaves)
        self.nodes.update({(level, index): node for level, index, node in nodes})
        self.size += len(leaves)

    def node(self, level, index):
        return self.nodes[level, index]


leaf = some.binary(min_size=32, max_size=32)
batches = some.lists(some.tuples(some.booleans(), some.lists(leaf, min_size=1, max_size=40)), min_size=1, max_size=6)


@SLOW
@given(batches)
def test_any_history_of_appends_and_advances_is_one_tree(chain, history):
    registry, tree = chain.contract("consents"), Tree()
    with chain.undone():
        for on_chain, leaves in history:
            first, peaks = tree.size, list(tree.peaks)
            tree.grow(leaves)
            root = merkle.root_at(tree.size, tree.node)
            if on_chain:
                call = registry.functions.append(leaves, peaks)
            else:
                proof = merkle.consistency_proof(first, tree.size, tree.node) if first else []
                call = registry.functions.advance(tree.size, root, proof)
            assert chain.send(call)["status"] == 1
            assert registry.functions.head().call() == [tree.size, root]
            assert registry.functions.checkpointOf(root).call()[0] == tree.size
        index = tree.size // 3
        path = merkle.inclusion_proof(index, tree.size, tree.node)
        assert registry.functions.includes(tree.node(0, index), index, tree.size, root, path).call()


def test_the_appended_event_rebuilds_the_log(chain):
    registry, tree = chain.contract("records"), Tree()
    with chain.undone():
        for count in (1, 5, 100):
            leaves = [bytes([count, i]) * 16 for i in range(count)]
            peaks = list(tree.peaks)
            tree.grow(leaves)
            receipt = chain.send(registry.functions.append(leaves, peaks))
            event = registry.events.Appended().process_receipt(receipt)[0]["args"]
            assert event["leaves"] == leaves
            assert (event["size"], event["root"]) == (tree.size, merkle.root_at(tree.size, tree.node))


# The vectors: for one call the storage of the contract is overridden with the head of the vector.


def _slots(chain, registry):
    """Return the storage slots of the root and of the mapping of checkpoints, by a search for a root that is set."""
    with chain.undone():
        root = b"\x77" * 32
        chain.send(registry.functions.advance(5, root, []))
        for slot in range(32):
            if chain.web3.eth.get_storage_at(registry.address, slot) == root:
                return slot, slot + 1
    raise AssertionError("the root is in no slot")


@pytest.fixture(scope="module")
def pretend(chain):
    """Call a function of the access registry as if its head were (size, root)."""
    registry = chain.contract("access")
    slot, mapping = _slots(chain, registry)

    def call(function, size, root, checkpoints=()):
        state = {hex(slot): "0x" + root.hex()}
        for checkpoint_root, checkpoint_size in [(root, size), *checkpoints]:
            key = chain.web3.solidity_keccak(["bytes32", "uint256"], [checkpoint_root, mapping])
            state["0x" + key.hex().removeprefix("0x")] = "0x" + checkpoint_size.to_bytes(32, "big").hex()
        padded = {"0x" + key[2:].rjust(64, "0"): value for key, value in state.items()}
        override = {registry.address: {"stateDiff": padded}}
        return function.call({"from": chain.account.address}, "latest", override)

    return call


def _load(kind):
    if not VECTORS.exists():
        pytest.skip("the RFC 6962 vectors are not beside this clone (../shared/data/vectors/rfc6962)")
    return [json.loads(path.read_text()) for path in sorted((VECTORS / kind).rglob("*.json"))]


def _bytes(text):
    return base64.b64decode(text or "")


def _fits(*hashes):
    return all(len(value) == 32 for value in hashes)


def test_advance_accepts_exactly_the_valid_vectors(chain, pretend):
    registry, accepted, refused = chain.contract("access"), 0, 0
    for vector in _load("consistency"):
        first, second = vector["size1"], vector["size2"]
        old, new = _bytes(vector["root1"]), _bytes(vector["root2"])
        proof = [_bytes(node) for node in vector["proof"] or []]
        fits = _fits(old, new, *proof) and 0 < first < second < SIZE64
        if not fits:
            continue
        try:
            pretend(registry.functions.advance(second, new, proof), first, old)
            holds, accepted = True, accepted + 1
        except ContractCustomError:
            holds, refused = False, refused + 1
        assert holds is not vector["wantErr"], vector["desc"]
    assert accepted > 3, "vectors that hold"
    assert refused > 30, "vectors that do not"


def test_includes_accepts_exactly_the_valid_vectors(chain, pretend):
    registry, accepted, refused = chain.contract("access"), 0, 0
    for vector in _load("inclusion"):
        index, size = vector["leafIdx"], vector["treeSize"]
        root, leaf_hash = _bytes(vector["root"]), _bytes(vector["leafHash"])
        proof = [_bytes(node) for node in vector["proof"] or []]
        if not (_fits(root, leaf_hash, *proof) and 0 < size < SIZE64 and 0 <= index < SIZE64):
            continue
        holds = pretend(registry.functions.includes(leaf_hash, index, size, root, proof), size, root)
        assert holds is not vector["wantErr"], vector["desc"]
        accepted, refused = accepted + holds, refused + (not holds)
    assert accepted > 3, "vectors that hold"
    assert refused > 30, "vectors that do not"


def _mutations(proof, new):
    """Yield proofs with one bit of a node flipped, a node removed, doubled or swapped, or one added at either end."""
    for i, node in enumerate(proof):
        yield [*proof[:i], bytes([node[0] ^ 1, *node[1:]]), *proof[i + 1 :]]
        yield [*proof[:i], *proof[i + 1 :]]
        yield [*proof[:i], node, *proof[i:]]
        if i and proof[i - 1] != node:
            yield [*proof[: i - 1], node, proof[i - 1], *proof[i + 1 :]]
    yield [*proof, new]
    yield [new, *proof]


@settings(max_examples=sized(12), deadline=None, suppress_health_check=list(HealthCheck))
@given(some.integers(1, 60), some.integers(1, 60), some.binary(min_size=4, max_size=4))
def test_advance_accepts_the_valid_proof_and_no_mutation_of_it(chain, pretend, first, more, seed):
    tree = Tree()
    tree.grow([merkle.leaf_hash(seed + bytes([i])) for i in range(first + more)])
    old, new = merkle.root_at(first, tree.node), merkle.root_at(tree.size, tree.node)
    proof = merkle.consistency_proof(first, tree.size, tree.node)
    advance = chain.contract("access").functions.advance
    pretend(advance(tree.size, new, proof), first, old)
    for wrong in _mutations(proof, new):
        with pytest.raises(ProofInvalid):
            merkle.verify_consistency(merkle.Head(first, old), merkle.Head(tree.size, new), wrong)
        with pytest.raises(ContractCustomError):
            pretend(advance(tree.size, new, wrong), first, old)
