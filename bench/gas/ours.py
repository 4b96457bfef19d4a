"""What our registries cost, on logs whose size is known."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from bench.gas.chain import GasChain
from mydata_ledger.anchors.artifacts import artifact
from mydata_ledger.ledger import merkle
from mydata_ledger.ledger.commitment.entry import Entry, lock_of
from mydata_ledger.ledger.consent import NEVER, Consent, Effect, Grant
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.typed_data import Domain, digest
from testing.devnet import arguments_of

SUBJECT = Wallet(b"\x22" * 32)
GRANTEE = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


def hash_of(number: int) -> bytes:
    """A pseudo-random 32-byte value, equal in every run."""
    return sha256(f"bench {number}".encode()).digest()


class GasLog:
    """One of our logs, with the tree that the sequencer keeps."""

    def __init__(self, chain: GasChain, name: str, address: str) -> None:
        self._chain = chain
        self.contract = chain.contract_at(address, artifact(name).abi)
        self._nodes: dict[tuple[int, int], bytes] = {}
        self._peaks: list[bytes] = []
        self.size = 0

    def _grow(self, count: int) -> list[bytes]:
        leaves = [hash_of(self.size + i) for i in range(count)]
        self._peaks, nodes = merkle.grow(self.size, self._peaks, leaves)
        self._nodes.update({(level, index): node for level, index, node in nodes})
        self.size += count
        return leaves

    def node(self, level: int, index: int) -> bytes:
        """Hash of a complete subtree."""
        return self._nodes[level, index]

    def append(self, count: int) -> int:
        """Append `count` leaves; return the gas."""
        peaks = list(self._peaks)
        return self._chain.gas(self.contract.functions.append(self._grow(count), peaks))

    def advance(self, count: int) -> int:
        """Advance over `count` statements; return the gas."""
        first = self.size
        self._grow(count)
        root = merkle.root_at(self.size, self.node)
        proof = merkle.consistency_proof(first, self.size, self.node) if first else []
        return self._chain.gas(self.contract.functions.advance(self.size, root, proof))


class UniformTree:
    """A tree of any size with equal leaves, so that all complete subtrees of a level are equal."""

    def __init__(self, leaf: bytes) -> None:
        self._levels = [leaf]
        for _ in range(64):
            self._levels.append(merkle.node_hash(self._levels[-1], self._levels[-1]))

    def node(self, level: int, _index: int) -> bytes:
        """Hash of a complete subtree."""
        return self._levels[level]


def advance_at(chain: GasChain, first: int, second: int) -> int:
    """Gas of one advance between two sizes of a very large log."""
    compiled = artifact("AccessRegistry")
    log = chain.create(compiled.abi, compiled.bytecode, [chain.account.address, chain.account.address])
    tree = UniformTree(hash_of(0))
    chain.gas(log.functions.advance(first, merkle.root_at(first, tree.node), []))
    proof = merkle.consistency_proof(first, second, tree.node)
    return chain.gas(log.functions.advance(second, merkle.root_at(second, tree.node), proof))


def revoke(chain: GasChain, contract: Any, count: int, offset: int) -> int:
    """Gas of revoking `count` entries by their secrets."""
    pairs = [(hash_of(offset + 2 * i), hash_of(offset + 2 * i + 1)) for i in range(count)]
    call = contract.functions.revoke(*pairs[0]) if count == 1 else contract.functions.revokeMany(pairs)
    return chain.gas(call)


def consent(signer: bytes) -> Consent:
    """A simple consent: one permit, two categories."""
    grant = Grant(
        effect=Effect.PERMIT,
        categories=("health.lab", "health.vitals"),
        purposes=("hl7:CLINTRCH",),
        actions=("view", "compute"),
        not_before=0,
        expires=NEVER,
    )
    return Consent(
        data_subject=signer,
        signer=signer,
        grantee=GRANTEE,
        grantee_name="Seoul Lung Trial",
        version=1,
        previous=bytes(32),
        grants=(grant,),
        notice_hash=hash_of(1),
        notice_language="en",
        signed_at=1_700_000_000,
        lock=lock_of(hash_of(2)),
    )


def verify(chain: GasChain, levels: int) -> tuple[int, int]:
    """Gas of `verify` with a proof of `levels` nodes: as a transaction, and of the execution alone."""
    compiled = artifact("ConsentRegistry")
    registry = chain.create(compiled.abi, compiled.bytecode, [chain.account.address, chain.account.address])
    statement = consent(SUBJECT.signer)
    signature = SUBJECT.sign(digest(statement, Domain(chain.web3.eth.chain_id, registry.address)))
    entry = Entry(
        digest=digest(statement, Domain(chain.web3.eth.chain_id, registry.address)),
        signature=signature,
        salt=hash_of(3),
        lock=statement.lock,
    )
    proof = [hash_of(100 + i) for i in range(levels)]
    size, index = 1 << levels, (1 << levels) // 3
    root = merkle.root_from(entry.leaf, index, size, proof)
    chain.gas(registry.functions.advance(size, root, []))
    request = (
        statement.data_subject,
        statement.grantee,
        "health.lab",
        ["hl7:CLINTRCH", "hl7:HRESCH"],
        "view",
        bytes(32),
        0,
        0,
    )
    evidence = (signature, entry.salt, (index, size, root, proof))
    call = registry.functions.verify(arguments_of(statement), evidence, request)
    assert call.call()[0] == 1, "the consent must verify"
    whole = chain.gas(call)
    return whole, whole - intrinsic(registry.encode_abi("verify", call.args))


def intrinsic(data: str) -> int:
    """Intrinsic gas of a transaction with this calldata."""
    raw = bytes.fromhex(data[2:])
    zeros = raw.count(0)
    return 21_000 + 4 * zeros + 16 * (len(raw) - zeros)
