"""Contract wallets on a real devnet: wallets that accept by ERC-1271, that revert, and that are not deployed."""

from hashlib import sha256

import pytest
from eth_abi import encode

from mydata_ledger.anchors.chain import ChainWallets, Rpc
from mydata_ledger.ledger.errors import SignatureInvalid, SourceUnavailable
from mydata_ledger.ledger.kernel import Signers
from testing.ledger_fixture import wallet

DIGEST, SIGNATURE = sha256(b"a consent").digest(), b"\1" * 200
WRAPPER = bytes.fromhex("6492" * 16)
ACCEPTING, REVERTING, UNDEPLOYED = b"\x57" * 20, b"\x58" * 20, b"\x59" * 20


def accepts_only(digest):
    """Code of a wallet that accepts, by ERC-1271, exactly this digest."""
    return "0x600435" + "7f" + digest.hex() + "14" + "631626ba7e" + "60e01b02" + "6000526020" + "6000f3"


def wrapped(signature):
    return encode(["address", "bytes", "bytes"], ["0x" + "00" * 20, b"", signature]) + WRAPPER


@pytest.fixture(scope="module")
def wallets(devnet):
    rpc = Rpc(devnet.url)
    rpc.call("anvil_setCode", "0x" + ACCEPTING.hex(), accepts_only(DIGEST))
    rpc.call("anvil_setCode", "0x" + REVERTING.hex(), "0x60006000fd")
    yield ChainWallets(rpc)
    rpc.close()


def test_a_contract_wallet_accepts_the_digest_it_signed(wallets):
    assert wallets.agrees(ACCEPTING, DIGEST, SIGNATURE)
    assert not wallets.agrees(ACCEPTING, bytes(32), SIGNATURE)
    Signers(contracts=wallets).verify(ACCEPTING, DIGEST, SIGNATURE)
    with pytest.raises(SignatureInvalid):
        Signers(contracts=wallets).verify(ACCEPTING, bytes(32), SIGNATURE)


def test_a_wallet_that_reverts_or_is_not_deployed_does_not_agree(wallets):
    assert not wallets.agrees(REVERTING, DIGEST, SIGNATURE)
    assert not wallets.agrees(UNDEPLOYED, DIGEST, SIGNATURE)


def test_a_wrapped_signature_counts_once_the_wallet_is_deployed(wallets):
    assert wallets.agrees(ACCEPTING, DIGEST, wrapped(SIGNATURE))
    assert wallets.agrees(ACCEPTING, DIGEST, WRAPPER), (
        "a malformed wrapper holds an empty signature; this wallet accepts even that"
    )
    with pytest.raises(SignatureInvalid, match="deploy it"):
        wallets.agrees(UNDEPLOYED, DIGEST, wrapped(SIGNATURE))


def test_a_key_of_an_address_needs_no_chain():
    signers = Signers(contracts=ChainWallets(Rpc("http://127.0.0.1:9", timeout=1)))
    signers.verify(wallet(1).signer, DIGEST, wallet(1).sign(DIGEST))
    with pytest.raises(SourceUnavailable):
        signers.verify(ACCEPTING, DIGEST, SIGNATURE)
