"""Contract wallets on a real devnet: what they say by ERC-1271, and what is known of them when they say nothing."""

from hashlib import sha256

import pytest
from eth_abi import encode

from mydata_ledger.anchors.chain import ChainWallets, Rpc
from mydata_ledger.ledger.errors import SignatureInvalid, SourceUnavailable
from mydata_ledger.ledger.kernel import Signers
from testing.ledger_fixture import wallet

DIGEST, SIGNATURE = sha256(b"a consent").digest(), b"\1" * 200
WRAPPER = bytes.fromhex("6492" * 16)
HOUSE, ANGRY, NOBODY = b"\x57" * 20, b"\x58" * 20, b"\x59" * 20


def yes_to(digest):
    """Code of a wallet that says by ERC-1271 that it signed exactly this digest."""
    return "0x600435" + "7f" + digest.hex() + "14" + "631626ba7e" + "60e01b02" + "6000526020" + "6000f3"


def wrapped(signature):
    return encode(["address", "bytes", "bytes"], ["0x" + "00" * 20, b"", signature]) + WRAPPER


@pytest.fixture(scope="module")
def wallets(devnet):
    rpc = Rpc(devnet.url)
    rpc.call("anvil_setCode", "0x" + HOUSE.hex(), yes_to(DIGEST))
    rpc.call("anvil_setCode", "0x" + ANGRY.hex(), "0x60006000fd")
    yield ChainWallets(rpc)
    rpc.close()


def test_a_contract_wallet_says_what_it_signed(wallets):
    assert wallets.agrees(HOUSE, DIGEST, SIGNATURE)
    assert not wallets.agrees(HOUSE, bytes(32), SIGNATURE)
    Signers(contracts=wallets).verify(HOUSE, DIGEST, SIGNATURE)
    with pytest.raises(SignatureInvalid):
        Signers(contracts=wallets).verify(HOUSE, bytes(32), SIGNATURE)


def test_one_that_reverts_or_does_not_stand_says_no(wallets):
    assert not wallets.agrees(ANGRY, DIGEST, SIGNATURE)
    assert not wallets.agrees(NOBODY, DIGEST, SIGNATURE)


def test_a_wrapped_signature_counts_once_the_wallet_stands(wallets):
    assert wallets.agrees(HOUSE, DIGEST, wrapped(SIGNATURE))
    assert wallets.agrees(HOUSE, DIGEST, WRAPPER), "a misshapen wrapper holds nothing; this wallet takes even that"
    with pytest.raises(SignatureInvalid, match="deploy it"):
        wallets.agrees(NOBODY, DIGEST, wrapped(SIGNATURE))


def test_a_key_of_an_address_needs_no_chain():
    silent = Signers(contracts=ChainWallets(Rpc("http://127.0.0.1:9", timeout=1)))
    silent.verify(wallet(1).signer, DIGEST, wallet(1).sign(DIGEST))
    with pytest.raises(SourceUnavailable):
        silent.verify(HOUSE, DIGEST, SIGNATURE)
