"""Wallet signatures: the valid one, and every invalid one."""

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.ledger import signers
from mydata_ledger.ledger.commitment.entry import Entry
from mydata_ledger.ledger.errors import SignatureInvalid
from mydata_ledger.ledger.kernel import Signers
from mydata_ledger.ledger.signers import Wallet

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
keys = some.integers(1, ORDER - 1).map(lambda n: n.to_bytes(32, "big"))
digests = some.binary(min_size=32, max_size=32)
FORMS = {
    "v 27 or 28": lambda signature: signature,
    "v 0 or 1": lambda signature: signature[:64] + bytes([signature[64] - 27]),
    "EIP-2098": lambda signature: (
        signature[:32] + bytes([signature[32] | (signature[64] - 27) << 7]) + signature[33:64]
    ),
}


@given(keys, digests)
def test_a_wallet_signs_as_eth_account_does(key, digest):
    wallet = Wallet(key)
    assert wallet.address == Account.from_key(key).address
    assert wallet.sign(digest) == bytes(Account.unsafe_sign_hash(digest, key).signature)
    signers.verify(wallet.signer, digest, wallet.sign(digest))


@given(keys, some.text(max_size=50))
def test_plain_texts_are_signed_as_in_eip_191(key, text):
    assert Wallet(key).sign_text(text) == bytes(Account.from_key(key).sign_message(encode_defunct(text=text)).signature)


@given(keys, digests)
def test_every_form_of_a_signature_gives_the_same_entry(key, digest):
    wallet, salt = Wallet(key), bytes(32)
    stored = [signers.verify(wallet.signer, digest, form(wallet.sign(digest))) for form in FORMS.values()]
    assert {Entry(digest, one, salt).entry for one in stored} == {Entry(digest, wallet.sign(digest), salt).entry}


@given(some.binary(min_size=64, max_size=65), digests)
def test_what_a_contract_wallet_signed_reaches_it_and_is_stored_unchanged(signature, digest):
    reached = []

    class Agreeing:
        def agrees(self, _wallet, _digest, received):
            reached.append(received)
            return True

    assert Signers(contracts=Agreeing()).verify(b"\1" * 20, digest, signature) == signature
    assert reached == [signature]


def test_a_high_s_is_refused_in_the_compact_form_too():
    high = (signers.HALF_ORDER + 1).to_bytes(32, "big")
    with pytest.raises(SignatureInvalid, match="high s"):
        signers.verify(b"\1" * 20, bytes(32), b"\1" * 32 + high)


@given(digests, some.integers(0, 64), some.integers(1, 255))
def test_any_changed_byte_is_refused(digest, position, change):
    wallet = Wallet(b"\7" * 32)
    signature = bytearray(wallet.sign(digest))
    signature[position] ^= change
    if position == 64 and signature[64] % 27 == wallet.sign(digest)[64] % 27 and signature[64] in {0, 1, 27, 28}:
        return
    with pytest.raises(SignatureInvalid):
        signers.verify(wallet.signer, digest, bytes(signature))


@given(digests)
def test_the_other_encoding_of_the_same_signature_is_refused(digest):
    wallet = Wallet(b"\7" * 32)
    signature = wallet.sign(digest)
    flipped = (ORDER - int.from_bytes(signature[32:64], "big")).to_bytes(32, "big")
    with pytest.raises(SignatureInvalid, match="high s"):
        signers.verify(wallet.signer, digest, signature[:32] + flipped + bytes([55 - signature[64]]))


@pytest.mark.parametrize("signature", [b"", bytes(64), bytes(65), bytes(66), b"\xff" * 64 + b"\x1b"])
def test_garbage_is_refused_with_a_sentence(signature):
    with pytest.raises(SignatureInvalid):
        signers.verify(b"\1" * 20, bytes(32), signature)


@pytest.mark.parametrize("signer", [b"", b"\1" * 19, b"\1" * 84])
def test_a_signer_that_is_no_wallet_is_refused(signer):
    with pytest.raises(SignatureInvalid, match="20 bytes"):
        signers.verify(signer, bytes(32), Wallet(b"\7" * 32).sign(bytes(32)))
