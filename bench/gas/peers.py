"""Peer contracts as published on npm: the Ethereum Attestation Service and the TradeTrust document store."""

from __future__ import annotations

import re
from typing import Any

import orjson
from eth_abi.abi import encode
from eth_account import Account
from eth_utils.crypto import keccak

from bench.gas.chain import GasChain
from bench.gas.ours import GRANTEE, hash_of
from mydata_ledger.scripts.paths import ROOT

EAS = ROOT / "node_modules" / "@ethereum-attestation-service" / "eas-contracts" / "artifacts" / "contracts"
STORE = ROOT / "node_modules/@tradetrust-tt/document-store/dist/contracts/factories/DocumentStore__factory.js"
ZERO_ADDRESS = "0x0000000000000000000000000000000000000000"
STORE_ABI = [
    {
        "type": "function" if name else "constructor",
        "name": name,
        "inputs": [{"name": f"a{i}", "type": type_} for i, type_ in enumerate(types)],
        "outputs": [],
        "stateMutability": "nonpayable",
    }
    for name, types in [
        ("", ["string", "address"]),
        ("issue", ["bytes32"]),
        ("bulkIssue", ["bytes32[]"]),
        ("revoke", ["bytes32"]),
        ("bulkRevoke", ["bytes32[]"]),
    ]
]


class AttestationService:
    """EAS with one schema; an attestation names the grantee, and its `data` has 32 bytes, like our leaf."""

    def __init__(self, chain: GasChain) -> None:
        self._chain = chain
        registry = chain.create(*_eas("SchemaRegistry"))
        self._eas = chain.create(*_eas("EAS"), [registry.address])
        chain.gas(registry.functions.register("bytes32 consent", ZERO_ADDRESS, True))
        self._schema = keccak(b"bytes32 consent" + bytes(20) + b"\x01")
        self._uid = bytes(32)

    def attest(self) -> int:
        """Gas of `attest`."""
        return self._chain.gas(self._eas.functions.attest((self._schema, _data(1))))

    def attest_delegated(self, signer: Any) -> int:
        """Gas of `attestByDelegation`: a signed statement that another account relays, like our statements."""
        data = _data(2)
        call = self._eas.functions.attestByDelegation(
            (self._schema, data, self._sign_attest(signer, data), signer.address, 0)
        )
        used = self._chain.gas(call)
        self._uid = self._newest()
        return used

    def attest_many(self, count: int) -> int:
        """Gas of `multiAttestByDelegation` with one signer each; EAS needs one request per attester."""
        requests = []
        for i in range(count):
            signer, data = Account.from_key(hash_of(5000 + i)), _data(i)
            requests.append((self._schema, [data], [self._sign_attest(signer, data)], signer.address, 0))
        return self._chain.gas(self._eas.functions.multiAttestByDelegation(requests))

    def revoke(self) -> int:
        """Gas of `revoke`, by the attester itself."""
        call = self._eas.functions.attest((self._schema, _data(3)))
        self._chain.gas(call)
        return self._chain.gas(self._eas.functions.revoke((self._schema, (self._newest(), 0))))

    def _newest(self) -> bytes:
        """Id of the attestation in the newest block, from its event, since the id depends on the time of the block."""
        [log] = self._chain.web3.eth.get_logs({"address": self._eas.address, "fromBlock": "latest"})
        return bytes(log["data"])[:32]

    def revoke_delegated(self, signer: Any) -> int:
        """Gas of `revokeByDelegation` for the attestation of `attest_delegated`."""
        nonce = self._eas.functions.getNonce(signer.address).call()
        words = [self._eas.functions.getRevokeTypeHash().call(), signer.address, self._schema, self._uid, 0, nonce, 0]
        types = ["bytes32", "address", "bytes32", "bytes32", "uint256", "uint256", "uint64"]
        signature = self._signature(signer, encode(types, words))
        return self._chain.gas(
            self._eas.functions.revokeByDelegation((self._schema, (self._uid, 0), signature, signer.address, 0))
        )

    def timestamp_many(self, count: int) -> int:
        """Gas of `multiTimestamp`: digests without signature and issuer."""
        return self._chain.gas(self._eas.functions.multiTimestamp([hash_of(7000 + i) for i in range(count)]))

    def revoke_offchain_many(self, count: int) -> int:
        """Gas of `multiRevokeOffchain`."""
        return self._chain.gas(self._eas.functions.multiRevokeOffchain([hash_of(8000 + i) for i in range(count)]))

    def _sign_attest(self, signer: Any, data: tuple[Any, ...]) -> tuple[int, bytes, bytes]:
        recipient, expires, revocable, reference, content, value = data
        nonce = self._eas.functions.getNonce(signer.address).call()
        types = ["bytes32", "address", "bytes32", "address", "uint64", "bool", "bytes32", "bytes32", "uint256"]
        words = [self._eas.functions.getAttestTypeHash().call(), signer.address, self._schema, recipient, expires]
        words += [revocable, reference, keccak(content), value, nonce, 0]
        return self._signature(signer, encode([*types, "uint256", "uint64"], words))

    def _signature(self, signer: Any, struct: bytes) -> tuple[int, bytes, bytes]:
        separator = self._eas.functions.getDomainSeparator().call()
        signature = signer.unsafe_sign_hash(keccak(b"\x19\x01" + separator + keccak(struct)))
        return signature.v, signature.r.to_bytes(32, "big"), signature.s.to_bytes(32, "big")


class DocumentStore:
    """The document store: one mapping slot for each document."""

    def __init__(self, chain: GasChain) -> None:
        self._chain = chain
        match = re.search(r'_bytecode\s*=\s*"(0x[0-9a-f]+)"', STORE.read_text())
        assert match, "the document store's bytecode moved"
        self._store = chain.create(STORE_ABI, match.group(1), ["bench", chain.account.address])

    def issue(self, count: int) -> int:
        """Gas of issuing `count` documents."""
        digests = [hash_of(9000 + count * 1000 + i) for i in range(count)]
        functions = self._store.functions
        return self._chain.gas(functions.issue(digests[0]) if count == 1 else functions.bulkIssue(digests))

    def revoke(self, count: int) -> int:
        """Gas of revoking them."""
        digests = [hash_of(9000 + count * 1000 + i) for i in range(count)]
        functions = self._store.functions
        return self._chain.gas(functions.revoke(digests[0]) if count == 1 else functions.bulkRevoke(digests))


def _eas(name: str) -> tuple[Any, str]:
    raw = orjson.loads((EAS / f"{name}.sol" / f"{name}.json").read_bytes())
    return raw["abi"], raw["bytecode"]


def _data(number: int) -> tuple[Any, ...]:
    return (GRANTEE, 0, True, bytes(32), hash_of(6000 + number), 0)
