"""A development chain for tests: one Anvil process with our contracts."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from web3 import HTTPProvider, Web3
from web3.contract import Contract
from web3.contract.contract import ContractFunction
from web3.types import RPCEndpoint, TxParams, TxReceipt, Wei

from mydata_ledger.anchors.artifacts import Deployment, artifact
from mydata_ledger.ledger.typed_data import message
from mydata_ledger.ledger.typed_data.types import MEMBERS
from mydata_ledger.scripts.deploy import deploy
from mydata_ledger.scripts.devnet import Devnet

NAMES = {
    "consents": "ConsentRegistry",
    "records": "RecordRegistry",
    "access": "AccessRegistry",
    "parties": "PartyRegistry",
    "passkeys": "PasskeyVerifier",
    "wallets": "WalletPreparer",
}


@dataclass(frozen=True)
class LiveChain:
    """A running chain: the process, the contract addresses, and the account that is admin and sequencer."""

    devnet: Devnet
    deployment: Deployment
    account: LocalAccount
    web3: Web3

    @property
    def url(self) -> str:
        """URL of the JSON-RPC server."""
        return self.devnet.url

    def contract(self, role: str) -> Contract:
        """The contract of a role in a Deployment, such as "consents"."""
        address = Web3.to_checksum_address(getattr(self.deployment, role))
        return self.web3.eth.contract(address=address, abi=artifact(NAMES[role]).abi)

    def send(self, call: ContractFunction, sender: LocalAccount | None = None) -> TxReceipt:
        """Send a contract call, wait, and return the receipt; the chain must mine automatically."""
        account = sender or self.account
        parameters: TxParams = {
            "from": account.address,
            "nonce": self.web3.eth.get_transaction_count(account.address, "pending"),
            "maxFeePerGas": Wei(10**10),
            "maxPriorityFeePerGas": Wei(1),
        }
        transaction: Any = call.build_transaction(parameters)
        digest = self.web3.eth.send_raw_transaction(account.sign_transaction(transaction).raw_transaction)
        return self.web3.eth.wait_for_transaction_receipt(digest, timeout=60, poll_latency=0.01)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Revert the chain afterwards to its state at the start of the block."""
        snapshot = self.web3.provider.make_request(RPCEndpoint("evm_snapshot"), [])["result"]
        try:
            yield
        finally:
            self.web3.provider.make_request(RPCEndpoint("evm_revert"), [snapshot])


@contextmanager
def live_chain(
    *, block_time: float = 0, state: Path | None = None, key: bytes | None = None, hardfork: str | None = None
) -> Iterator[LiveChain]:
    """Start a chain, deploy the contracts, and stop it afterwards. `block_time` 0 mines each transaction at once."""
    account = Account.from_key(key or secrets.token_bytes(32))
    with Devnet(state, block_time=block_time, hardfork=hardfork) as devnet:
        deployment = deploy(devnet.url, bytes(account.key), account.address)
        web3 = Web3(HTTPProvider(devnet.url, request_kwargs={"timeout": 30}))
        yield LiveChain(devnet, deployment, account, web3)


def arguments_of(statement: Any) -> dict[str, Any]:
    """A statement as an argument of web3.py, which takes no decimal strings for numbers."""
    return _arguments(type(statement).__name__, message(statement))


def _arguments(kind: str, members: dict[str, Any]) -> dict[str, Any]:
    return {name: _argument(type_, members[name]) for type_, name, _ in MEMBERS[kind]}


def _argument(type_: str, value: Any) -> Any:
    if type_.startswith("uint"):
        return int(value)
    return [_arguments(type_[:-2], item) for item in value] if type_[:-2] in MEMBERS else value
