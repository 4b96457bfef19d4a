"""Passkeys: the valid assertion, every invalid one, and the signers that a kernel accepts."""

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mydata_ledger.ledger import passkey
from mydata_ledger.ledger.errors import SignatureInvalid, SourceUnavailable
from mydata_ledger.ledger.kernel import Signers
from mydata_ledger.ledger.passkey import ORDER, Assertion
from testing.ledger_fixture import wallet
from testing.passkeys import PRESENT, VERIFIED, VERIFIER, Passkey
from testing.sizes import sized

DIGEST = sha256(b"a consent").digest()
ANN = Passkey()
SIGNERS = Signers(passkeys=VERIFIER)


@given(some.binary(min_size=32, max_size=32), some.sampled_from([5, 0x0D, 0x1D, 0x85, 0xC5]))
def test_an_assertion_over_the_digest_is_taken(digest, flags):
    passkey.verify(ANN.key, digest, ANN.sign(digest, flags=flags))


@given(some.binary(max_size=100), some.binary(max_size=100), some.integers(1, ORDER), some.integers(1, ORDER))
def test_an_encoded_assertion_reads_back(data, client, r, s):
    assertion = Assertion(data, client, r, s)
    assert Assertion.read(assertion.encoded()) == assertion


@settings(max_examples=sized(300))
@given(some.data())
def test_no_changed_byte_is_taken(data):
    signature = bytearray(ANN.sign(DIGEST))
    position = data.draw(some.integers(0, len(signature) - 1))
    signature[position] ^= data.draw(some.integers(1, 255))
    with pytest.raises(SignatureInvalid):
        passkey.verify(ANN.key, DIGEST, bytes(signature))


@given(some.binary(max_size=800))
def test_garbage_is_refused_with_a_sentence(signature):
    with pytest.raises(SignatureInvalid):
        passkey.verify(ANN.key, DIGEST, signature)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        ({"flags": PRESENT}, "userVerification"),
        ({"flags": VERIFIED}, "userVerification"),
        ({"flags": PRESENT | VERIFIED | 16}, "backed up"),
        ({"type": "webauthn.create"}, "webauthn.get"),
        ({"challenge": "AAAA"}, "another challenge"),
        ({"type": "webauthn.create", "note": {"type": "webauthn.get"}}, "webauthn.get"),
    ],
)
def test_what_was_not_asked_for_is_refused(spoil, message):
    with pytest.raises(SignatureInvalid, match=message):
        passkey.verify(ANN.key, DIGEST, ANN.sign(DIGEST, **spoil))


def test_another_digest_or_key_is_refused():
    signature = ANN.sign(DIGEST)
    with pytest.raises(SignatureInvalid, match="another challenge"):
        passkey.verify(ANN.key, sha256(DIGEST).digest(), signature)
    with pytest.raises(SignatureInvalid, match="not the named passkey"):
        passkey.verify(Passkey().key, DIGEST, signature)
    with pytest.raises(SignatureInvalid, match="not the named passkey"):
        passkey.verify(b"\1" * 64, DIGEST, signature)


@pytest.mark.parametrize("change", [{"s": lambda a: ORDER - a.s}, {"s": lambda a: 0}, {"r": lambda a: ORDER}])
def test_numbers_out_of_range_are_refused(change):
    [(name, changed)] = change.items()
    assertion = ANN.assertion(DIGEST)
    with pytest.raises(SignatureInvalid, match="range"):
        passkey.verify(ANN.key, DIGEST, replace(assertion, **{name: changed(assertion)}).encoded())


@pytest.mark.parametrize("client", [b"", b"[]", b'"type":"webauthn.get"', b"[" * 3000, b"\xff"])
def test_client_data_that_is_no_object_is_refused(client):
    assertion = replace(ANN.assertion(DIGEST), client_data=client)
    with pytest.raises(SignatureInvalid):
        passkey.verify(ANN.key, DIGEST, assertion.encoded())


def test_too_much_is_refused_unread():
    with pytest.raises(SignatureInvalid, match="4,000"):
        passkey.verify(ANN.key, DIGEST, ANN.sign(DIGEST, padding="x" * 4_000))


def test_a_kernel_takes_keys_of_addresses_and_passkeys_of_its_verifier():
    SIGNERS.verify(ANN.signer, DIGEST, ANN.sign(DIGEST))
    SIGNERS.verify(wallet(1).signer, DIGEST, wallet(1).sign(DIGEST))
    other = Passkey(verifier=b"\xad" * 20)
    for signer, signature in [(other.signer, other.sign(DIGEST)), (ANN.signer[:83], ANN.sign(DIGEST))]:
        with pytest.raises(SignatureInvalid):
            SIGNERS.verify(signer, DIGEST, signature)


def test_without_a_verifier_no_passkey_is_taken():
    bare = Passkey(verifier=b"")
    for signer in (ANN.signer, bare.signer):
        with pytest.raises(SignatureInvalid):
            Signers().verify(signer, DIGEST, ANN.sign(DIGEST))


class Contracts:
    """Contract wallets that agree to one signature."""

    def __init__(self, wallet_, signature):
        self._agreed = wallet_, signature

    def agrees(self, wallet_, _digest, signature):
        if signature == b"silence":
            raise SourceUnavailable("the chain does not answer")
        return (wallet_, signature) == self._agreed


def test_contract_wallets_are_asked_after_the_key():
    wallet_account = b"\x0c" * 20
    signers = Signers(contracts=Contracts(wallet_account, b"yes"))
    signers.verify(wallet_account, DIGEST, b"yes")
    signers.verify(wallet(1).signer, DIGEST, wallet(1).sign(DIGEST))
    with pytest.raises(SignatureInvalid):
        signers.verify(wallet_account, DIGEST, b"no")
    with pytest.raises(SourceUnavailable):
        signers.verify(wallet_account, DIGEST, b"silence")
