"""One signature over many statements: each is proved without the others, and no other statement is."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.ledger import signers
from mydata_ledger.ledger.errors import SignatureInvalid
from mydata_ledger.ledger.merkle import inclusion_proof, leaf_hash, node_hash, root_at, tree
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.typed_data import sign_batch, signed_digest

GATEWAY = Wallet(b"\7" * 32)
DIGESTS = some.lists(some.binary(min_size=32, max_size=32), min_size=1, max_size=40)


def verify(digest, signature):
    signers.verify(GATEWAY.signer, *signed_digest(digest, signature))


def nodes(leaves):
    def complete(level, index):
        if not level:
            return leaves[index]
        return node_hash(complete(level - 1, 2 * index), complete(level - 1, 2 * index + 1))

    return complete


@given(DIGESTS)
def test_each_of_many_is_signed_and_needs_none_of_the_others(digests):
    for digest, signature in zip(digests, sign_batch(digests, GATEWAY.sign), strict=True):
        verify(digest, signature)


@given(DIGESTS)
def test_the_key_is_used_once_for_all(digests):
    used = []
    sign_batch(digests, lambda digest: used.append(digest) or GATEWAY.sign(digest))
    assert len(used) == 1


def test_one_alone_is_signed_as_any_wallet_signs_it():
    assert sign_batch([b"\1" * 32], GATEWAY.sign) == [GATEWAY.sign(b"\1" * 32)]
    assert sign_batch([], GATEWAY.sign) == []


@given(DIGESTS, some.data())
def test_no_bit_of_digest_or_signature_can_be_changed(digests, data):
    at_time = data.draw(some.integers(0, len(digests) - 1))
    digest, signature = digests[at_time], sign_batch(digests, GATEWAY.sign)[at_time]
    whole = bytearray(digest + signature)
    bit = data.draw(some.integers(0, 8 * len(whole) - 1))
    whole[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SignatureInvalid):
        verify(bytes(whole[:32]), bytes(whole[32:]))


@given(DIGESTS.filter(lambda digests: len(digests) > 1), some.integers(1, 40))
def test_a_signature_cut_short_or_longer_is_none(digests, more):
    signature = sign_batch(digests, GATEWAY.sign)[0]
    for wrong in (signature[:-more], signature + bytes(more), signature + bytes(32), signature[:65], signature[:73]):
        with pytest.raises(SignatureInvalid):
            verify(digests[0], wrong)


def test_a_root_that_was_signed_is_no_statement_that_was_signed():
    """The digests of the tree and of a statement have different types, so neither is valid as the other."""
    digests = [bytes([n]) * 32 for n in range(3)]
    signature = sign_batch(digests, GATEWAY.sign)[0]
    over, plain = signed_digest(digests[0], signature)
    assert over not in digests
    root, _ = tree([leaf_hash(digest) for digest in digests])
    with pytest.raises(SignatureInvalid):
        verify(root, plain)


@given(DIGESTS)
def test_the_tree_is_that_of_rfc_9162(digests):
    leaves = [leaf_hash(digest) for digest in digests]
    root, paths = tree(leaves)
    node = nodes(leaves)
    assert root == root_at(len(leaves), node)
    assert paths == [inclusion_proof(index, len(leaves), node) for index in range(len(leaves))]
