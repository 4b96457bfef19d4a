"""The verifier accepts the signature of a passkey, by the precompile, and in Solidity on a chain without it."""

import base64
import json
from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from eth_abi import encode

from mydata_ledger.ledger import passkey
from mydata_ledger.ledger.errors import SignatureInvalid
from testing.devnet import live_chain
from testing.passkeys import Passkey

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
PRECOMPILE = "0x0000000000000000000000000000000000000100"
DIGEST = sha256(b"a consent").digest()
PRESENT, VERIFIED = 1, 4


@pytest.fixture(scope="module")
def old_chain():
    with live_chain(hardfork="cancun") as running:
        yield running


@pytest.fixture(params=["precompile", "solidity"])
def verifier(request):
    chain = request.getfixturevalue("chain" if request.param == "precompile" else "old_chain")
    return chain.contract("passkeys")


def assertion(key, challenge, flags=PRESENT | VERIFIED, kind="webauthn.get"):
    """Return the assertion of an authenticator, ABI-encoded as the verifier expects it."""
    text = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
    client = json.dumps({"type": kind, "challenge": text, "origin": "https://ledger.test"}, separators=(",", ":"))
    data = sha256(b"ledger.test").digest() + bytes([flags]) + bytes(4)
    der = key.sign(data + sha256(client.encode()).digest(), ec.ECDSA(hashes.SHA256()))
    r, s = decode_dss_signature(der)
    s = min(s, ORDER - s)
    words = [r.to_bytes(32, "big"), s.to_bytes(32, "big"), client.index('"challenge"'), client.index('"type"'), data]
    types = ["bytes32", "bytes32", "uint256", "uint256", "bytes", "string"]
    return encode([f"({','.join(types)})"], [(*words, client)])[32:]


def coordinates(key):
    numbers = key.public_key().public_numbers()
    return numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def test_the_chains_differ_in_the_precompile(chain, old_chain):
    key = ec.generate_private_key(ec.SECP256R1())
    r, s = decode_dss_signature(key.sign(b"message", ec.ECDSA(hashes.SHA256())))
    words = sha256(b"message").digest() + r.to_bytes(32, "big") + s.to_bytes(32, "big") + coordinates(key)
    answers = [live.web3.eth.call({"to": PRECOMPILE, "data": words}) for live in (chain, old_chain)]
    assert [len(answer) for answer in answers] == [32, 0]


def test_an_assertion_over_the_digest_is_taken(verifier):
    key = ec.generate_private_key(ec.SECP256R1())
    magic = verifier.functions.verify(coordinates(key), DIGEST, assertion(key, DIGEST)).call()
    assert magic == bytes.fromhex("024ad318"), "selector of IERC7913SignatureVerifier.verify"


@pytest.mark.parametrize(
    "spoil",
    [
        {"challenge": sha256(b"another consent").digest()},
        {"challenge": DIGEST, "flags": PRESENT},
        {"challenge": DIGEST, "flags": VERIFIED},
        {"challenge": DIGEST, "kind": "webauthn.create"},
    ],
)
def test_anything_else_is_refused(verifier, spoil):
    key = ec.generate_private_key(ec.SECP256R1())
    assert verifier.functions.verify(coordinates(key), DIGEST, assertion(key, **spoil)).call() == b"\xff" * 4


def test_another_key_is_refused(verifier):
    key, other = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    assert verifier.functions.verify(coordinates(other), DIGEST, assertion(key, DIGEST)).call() == b"\xff" * 4


def test_the_ledger_takes_nothing_that_the_verifier_refuses(verifier):
    person, other = Passkey(), Passkey()
    good = person.assertion(DIGEST)
    flags = [bytes([*good.authenticator_data[:32], flag, *good.authenticator_data[33:]]) for flag in range(32)]
    tried = [person.assertion(DIGEST, flags=flag) for flag in range(32)]
    tried += [replace(good, authenticator_data=data) for data in flags]
    tried += [replace(good, s=ORDER - good.s), replace(good, r=0), replace(good, r=ORDER), replace(good, s=0)]
    tried += [replace(good, client_data=b'"type":"webauthn.get"'), replace(good, authenticator_data=b"\5" * 36)]
    tried += [person.assertion(DIGEST, type="webauthn.create"), person.assertion(bytes(32)), other.assertion(DIGEST)]
    for signature in tried:
        on_chain = verified_on_chain(verifier, person, signature)
        assert accepted(person, signature) == (on_chain == bytes.fromhex("024ad318")), signature


def verified_on_chain(verifier, person, signature):
    return verifier.functions.verify(person.key, DIGEST, signature.encoded()).call()


def accepted(person, signature):
    try:
        passkey.verify(person.key, DIGEST, signature.encoded())
    except SignatureInvalid:
        return False
    return True
