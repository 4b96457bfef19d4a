"""Contract wallets on a real devnet: wallets that accept by ERC-1271, that revert, and that are not deployed."""

import secrets
from hashlib import sha256

import pytest
from eth_abi import encode

from mydata_ledger.anchors.chain import ChainWallets, Rpc
from mydata_ledger.ledger import signers
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.errors import SignatureInvalid, SourceUnavailable
from mydata_ledger.ledger.kernel import Signers
from mydata_ledger.ledger.party import checksum, keccak
from mydata_ledger.ledger.self_declared import open_document
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts import compile as compiling
from testing.ledger_fixture import wallet
from tests.api.api_client import ApiClient
from tests.api.test_self_declared import declare, opened

DIGEST, SIGNATURE = sha256(b"a consent").digest(), b"\1" * 200
WRAPPER = bytes.fromhex("6492" * 16)
FACTORY = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
"""The factory of most chains, which Anvil has too: it deploys the code after a 32-byte salt (CREATE2)."""
ACCEPTING, REVERTING, UNDEPLOYED = b"\x57" * 20, b"\x58" * 20, b"\x59" * 20


def accepts_only(digest):
    """Code of a wallet that accepts, by ERC-1271, exactly this digest."""
    return "0x600435" + "7f" + digest.hex() + "14" + "631626ba7e" + "60e01b02" + "6000526020" + "6000f3"


def wrapped(signature, factory="0x" + "00" * 20, call=b""):
    return encode(["address", "bytes", "bytes"], [factory, call, signature]) + WRAPPER


class WalletToCome:
    """A wallet of several owners that its factory has not deployed; CREATE2 (EIP-1014) tells its address."""

    def __init__(self, creation_code, *owners):
        self.owners, code = owners, creation_code + encode(["address[]"], [[one.address for one in owners]])
        self.call = bytes(32) + code
        self.signer = keccak(b"\xff" + bytes.fromhex(FACTORY[2:]) + bytes(32) + keccak(code))[-20:]
        self.address = checksum(self.signer)

    def sign(self, digest, call=None, factory=FACTORY):
        return wrapped(b"".join(one.sign(digest) for one in self.owners), factory, call or self.call)

    def sign_text(self, text):
        return self.sign(signers.personal_digest(text))


@pytest.fixture(scope="module")
def creation_code():
    """The creation code of `SharedWallet` in contracts/test/Wallets.sol."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiling, "SHIPPED", {"contracts/test/Wallets.sol": "SharedWallet"})
        return bytes.fromhex(compiling.compile_sources(compiling.sources())["SharedWallet"]["bytecode"][2:])


@pytest.fixture
def to_come(creation_code):
    return WalletToCome(creation_code, *(Wallet(secrets.token_bytes(32)) for _ in range(3)))


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
    assert not wallets.agrees(UNDEPLOYED, DIGEST, wrapped(SIGNATURE)), "its factory deploys nothing"


def test_a_key_of_an_address_needs_no_chain():
    offline = Signers(contracts=ChainWallets(Rpc("http://127.0.0.1:9", timeout=1)))
    offline.verify(wallet(1).signer, DIGEST, wallet(1).sign(DIGEST))
    with pytest.raises(SourceUnavailable):
        offline.verify(ACCEPTING, DIGEST, SIGNATURE)


def test_a_wallet_to_come_signs_before_and_after_its_deployment(wallets, devnet, to_come):
    rpc, signature = Rpc(devnet.url), to_come.sign(DIGEST)
    assert wallets.agrees(to_come.signer, DIGEST, signature)
    assert not wallets.agrees(to_come.signer, sha256(DIGEST).digest(), signature)
    assert not wallets.agrees(ACCEPTING, sha256(DIGEST).digest(), signature), "another wallet's"
    assert rpc.call("eth_getCode", to_come.address, "latest") == "0x", "nothing was deployed"
    payer = rpc.call("eth_accounts")[0]
    rpc.call("eth_sendTransaction", {"from": payer, "to": FACTORY, "data": "0x" + to_come.call.hex()})
    rpc.call("evm_mine")
    assert rpc.call("eth_getCode", to_come.address, "latest") != "0x"
    assert wallets.agrees(to_come.signer, DIGEST, signature)
    rpc.close()


def test_a_factory_that_fails_or_burns_gas_or_a_malformed_wrapper_is_no_signature(wallets, devnet, to_come):
    rpc = Rpc(devnet.url)
    rpc.call("anvil_setCode", "0x" + "5a" * 20, "0x5b5f56")  # jumps to its start for ever
    rpc.close()
    for factory in ("0x" + "5a" * 20, "0x" + REVERTING.hex(), "0x" + "00" * 20, to_come.address):
        assert not wallets.agrees(to_come.signer, DIGEST, to_come.sign(DIGEST, factory=factory))
    right = to_come.sign(DIGEST)
    for malformed in (WRAPPER, right[:64] + WRAPPER, b"\xff" * 96 + WRAPPER, right[32:], right[:-1]):
        assert not wallets.agrees(to_come.signer, DIGEST, malformed)


def test_a_wallet_to_come_signs_in_consents_and_withdraws(wallets, to_come):
    client = ApiClient(world={"signers": Signers(contracts=wallets)})
    fixture = client.fixture
    assert client.sign_in(to_come).json()["address"] == to_come.address
    other = WalletToCome(to_come.call[32:], *to_come.owners)
    other.address = to_come.address
    assert client.sign_in(other).status_code == 403, "the factory makes another wallet"
    fixture.ann = to_come
    record = client.issued()
    typed = client.drafted(to_come, fixture.trial.address)
    signed = client.signed(to_come, Consent, typed)
    given = client.http.post("/consents", json=signed, headers=client.as_(to_come))
    assert (given.status_code, given.json()["signature"]) == (202, signed["signature"])
    fixture.anchor()
    question = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    head = client.as_(fixture.trial)
    assert client.http.post(f"/access/records/{record}", json=question, headers=head).status_code == 200
    form = {"grantee": fixture.trial.address}
    draft = client.http.post("/revocations/drafts", json=form, headers=client.as_(to_come)).json()["typed_data"]
    ended = client.http.post(
        "/revocations", json=client.signed(to_come, Revocation, draft), headers=client.as_(to_come)
    )
    assert ended.status_code == 202
    assert client.http.post(f"/access/records/{record}", json=question, headers=head).status_code == 404


def test_a_wallet_to_come_declares_a_document_of_its_own(wallets, to_come):
    client = ApiClient(world={"signers": Signers(contracts=wallets)})
    stranger = WalletToCome(to_come.call[32:], *to_come.owners[:2])
    assert declare(client, to_come, signer=stranger).status_code == 403
    answer = declare(client, to_come)
    assert answer.status_code == 202, answer.text
    declaration, signature, _ = open_document(opened(client, answer.json()["record_id"])[1].content)
    assert (declaration.data_subject, declaration.signer) == (to_come.signer, to_come.signer)
    Signers(contracts=wallets).verify(to_come.signer, declaration.digest, signature)
