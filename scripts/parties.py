"""Accredit organisations in the PartyRegistry, as its administrator."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from web3 import Web3
from web3.exceptions import ContractLogicError, Web3Exception

from mydata_ledger.anchors.artifacts import artifact
from mydata_ledger.ledger.consent import NEVER
from mydata_ledger.ledger.errors import InvalidStatement, SourceUnavailable
from mydata_ledger.ledger.written_text import is_name

WAIT_SECONDS = 60
LONGEST_NAME = 200


class Registrar:
    """Writes to one PartyRegistry with the key of an administrator."""

    def __init__(self, rpc_url: str, registry: str, key: bytes) -> None:
        self._web3 = Web3(Web3.HTTPProvider(rpc_url, request_kwargs={"timeout": 20}))
        self._contract = self._web3.eth.contract(Web3.to_checksum_address(registry), abi=artifact("PartyRegistry").abi)
        self._account = self._web3.eth.account.from_key(key)

    def register(self, account: str, name: str, roles: Sequence[str], encryption_key: bytes) -> bool:
        """Register or update a party, valid from now on without end; return False if the entry is up to date.

        Raises InvalidStatement for a name that nobody could sign, or if the contract refuses it, SourceUnavailable if
        the chain does not answer.
        """
        address = Web3.to_checksum_address(account)
        check_party_name(name)
        words = sorted(role.encode().ljust(32, b"\0") for role in roles)
        try:
            present = self._contract.functions.party(address).call()
            if self._is_current(present, name, words, encryption_key):
                return False
            function = self._contract.functions.update if present[0] else self._contract.functions.register
            self._send(function(address, name, words, encryption_key, present[3] if present[0] else self._now(), NEVER))
        except (OSError, Web3Exception) as error:
            raise _as_ledger_error(error) from error
        return True

    def appoint(self, account: str) -> None:
        """Let another account write to the registry too. Raises as `register`."""
        address, role = Web3.to_checksum_address(account), Web3.keccak(text="REGISTRAR_ROLE")
        try:
            if not self._contract.functions.hasRole(role, address).call():
                self._send(self._contract.functions.grantRole(role, address))
        except (OSError, Web3Exception) as error:
            raise _as_ledger_error(error) from error

    @staticmethod
    def _is_current(present: Any, name: str, words: list[bytes], encryption_key: bytes) -> bool:
        digest = sha256(encryption_key).digest()
        written = present[0] == name and list(present[1]) == words and present[2] == digest
        return bool(written and present[4] == NEVER)

    def _now(self) -> int:
        return int(self._web3.eth.get_block("latest")["timestamp"])

    def _send(self, call: Any) -> None:
        nonce = self._web3.eth.get_transaction_count(self._account.address, "pending")
        transaction = call.build_transaction({"from": self._account.address, "nonce": nonce})
        raw = self._account.sign_transaction(transaction).raw_transaction
        receipt = self._web3.eth.wait_for_transaction_receipt(
            self._web3.eth.send_raw_transaction(raw), WAIT_SECONDS, poll_latency=0.2
        )
        if receipt["status"] != 1:
            raise InvalidStatement("the registry refused the party: the transaction reverted")


def check_party_name(name: str) -> None:
    """Raise InvalidStatement for a name with characters that a statement may not have: consents name their grantee."""
    if not is_name(name, LONGEST_NAME):
        raise InvalidStatement(
            f"a party's name has 1 to {LONGEST_NAME} characters, and no controls of the line or of its direction"
        )


def _as_ledger_error(error: Exception) -> InvalidStatement | SourceUnavailable:
    if isinstance(error, ContractLogicError):
        return InvalidStatement(f"the registry refused the party: {_revert_name(error)}")
    return SourceUnavailable("the chain does not answer; check the RPC URL and try again")


def _revert_name(error: ContractLogicError) -> str:
    data = str(error.data or "")
    for entry in artifact("PartyRegistry").abi:
        if entry["type"] == "error":
            inputs = ",".join(item["type"] for item in entry["inputs"])
            if data.startswith(Web3.to_hex(Web3.keccak(text=f"{entry['name']}({inputs})")[:4])):
                return str(entry["name"])
    return "no reason was given"
