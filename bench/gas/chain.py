"""A development chain that mines each transaction at once, and the gas of its transactions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eth_account import Account
from web3 import HTTPProvider, Web3
from web3.contract import Contract
from web3.types import RPCEndpoint

from mydata_ledger.scripts.deploy import deploy
from mydata_ledger.scripts.devnet import Devnet

KEY = bytes.fromhex("11" * 32)
"""Key for a temporary chain; it is fixed, so that addresses and calldata costs are equal in every run."""
MAX_GAS = 16_777_216
"""Maximum gas of one transaction, EIP-7825."""


class GasUsed(int):
    """Gas that a transaction used; `floor` is the EIP-7623 floor of its calldata."""

    floor: int = 0


class GasChain:
    """Anvil with automining; `account` deploys, appends and pays."""

    def __init__(self) -> None:
        self._devnet = Devnet(block_time=0)
        self.account = Account.from_key(KEY)

    def __enter__(self) -> GasChain:
        self._devnet.start()
        self.web3 = Web3(HTTPProvider(self._devnet.url, request_kwargs={"timeout": 120}))
        self.deployment = deploy(self._devnet.url, KEY, self.account.address)
        return self

    def __exit__(self, *_: object) -> None:
        self._devnet.stop()

    def contract_at(self, address: str, abi: Any) -> Contract:
        """The contract at `address`."""
        return self.web3.eth.contract(address=self.web3.to_checksum_address(address), abi=abi)

    def create(self, abi: Any, bytecode: bytes | str, arguments: Sequence[Any] = ()) -> Contract:
        """Deploy a contract."""
        constructor = self.web3.eth.contract(abi=abi, bytecode=bytecode).constructor(*arguments)
        return self.contract_at(self._send(constructor)["contractAddress"], abi)

    def gas(self, call: Any, sender: Any = None) -> GasUsed:
        """Gas that the transaction used. Raises AssertionError if it was reverted."""
        receipt = self._send(call, sender)
        used = GasUsed(receipt["gasUsed"])
        used.floor = calldata_floor(bytes(self.web3.eth.get_transaction(receipt["transactionHash"])["input"]))
        return used

    def fund(self, account: str) -> None:
        """Give an account ether."""
        self.web3.provider.make_request(RPCEndpoint("anvil_setBalance"), [account, hex(10**20)])

    def _send(self, call: Any, sender: Any = None) -> Any:
        account = sender or self.account
        transaction = call.build_transaction(
            {
                "from": account.address,
                "nonce": self.web3.eth.get_transaction_count(account.address),
                "gas": MAX_GAS,
                "maxFeePerGas": 10**10,
                "maxPriorityFeePerGas": 1,
            }
        )
        digest = self.web3.eth.send_raw_transaction(account.sign_transaction(transaction).raw_transaction)
        receipt = self.web3.eth.wait_for_transaction_receipt(digest, timeout=120, poll_latency=0.01)
        assert receipt["status"] == 1, f"reverted: {call}"
        return receipt


def calldata_floor(data: bytes) -> int:
    """Minimum gas of a transaction with this calldata: 21,000, 40 for each byte and 10 for each zero byte, EIP-7623."""
    zeros = data.count(0)
    return 21_000 + 10 * zeros + 40 * (len(data) - zeros)
