"""Views of the contracts as of one block; each view call is made once for all documents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError

from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.party import keccak
from mydata_ledger.scripts.verify.rpc import SILENT, RpcCall, VerifierRpc

MAGIC_1271, MAGIC_7913 = "1626ba7e", "024ad318"
ViewCall = tuple[str, str]
"""A contract and the calldata of a view call; empty calldata requests the code of the contract."""
HEX = re.compile("0x[0-9a-fA-F]*")
SELECTORS = {
    name.partition("(")[0]: "0x" + keccak(name.encode())[:4].hex()
    for name in (
        "checkpointOf(bytes32)",
        "revokedAt(bytes32,bytes32)",
        "withdrawnAt(bytes32)",
        "successorOf(bytes32)",
        "party(address)",
        "isValidSignature(bytes32,bytes)",
        "verify(bytes,bytes32,bytes)",
    )
}
PARTY = "(string,bytes32[],bytes32,uint64,uint64)"


class MalformedResult(SourceUnavailable):
    """A contract does not answer as a registry does."""

    def __init__(self, contract: str) -> None:
        super().__init__(f"{contract} does not answer as a registry does")
        self.contract = contract


@dataclass(frozen=True, slots=True)
class Accreditation:
    """Accreditation of an account in PartyRegistry: its roles, and the window [`start`, `end`) in UTC seconds."""

    roles: frozenset[str]
    start: int
    end: int

    def covers(self, role: str, at_time: int) -> bool:
        """True if the account had that role at that UTC second."""
        return role in self.roles and self.start <= at_time < self.end


class RegistryReader:
    """One chain by its RPC URL. Reads raise SourceUnavailable if it does not answer as a chain with registries."""

    def __init__(self, rpc_url: str) -> None:
        self._rpc = VerifierRpc(rpc_url)

    def now(self) -> Snapshot:
        """Snapshot of the newest block, which is fetched with the first view call."""
        return Snapshot(self._rpc)


class Snapshot:
    """The views of the contracts as of one block."""

    def __init__(self, rpc: VerifierRpc) -> None:
        self._rpc = rpc
        self._cached: dict[ViewCall, Any] = {}
        self._codes: dict[str, bool] = {}
        self._parties: dict[tuple[str, str], Accreditation] = {}

    @cached_property
    def chain_id(self) -> int:
        """The chain id."""
        return _number(self._rpc.ask("eth_chainId"))

    @cached_property
    def _block(self) -> tuple[str, int]:
        head = self._rpc.ask("eth_getBlockByNumber", "latest", False)
        if not isinstance(head, dict):
            raise SourceUnavailable(SILENT)
        return hex(_number(head.get("number"))), _number(head.get("timestamp"))

    @property
    def time(self) -> int:
        """Time of the block, UTC seconds."""
        return self._block[1]

    def prefetch(self, calls: Iterable[ViewCall]) -> None:
        """Fetch the view calls that are not cached yet, in batches."""
        missing = [call for call in dict.fromkeys(calls) if call not in self._cached]
        answers = self._rpc.ask_many([self._rpc_call(call) for call in missing])
        self._cached |= {call: answer for call, answer in zip(missing, answers, strict=True) if answer is not None}

    def _rpc_call(self, call: ViewCall) -> RpcCall:
        contract, data = call
        block = self._block[0]
        return ("eth_call", [{"to": contract, "data": data}, block]) if data else ("eth_getCode", [contract, block])

    def has_code(self, contract: str) -> bool:
        """True if the address holds a contract."""
        if contract not in self._codes:
            self._codes[contract] = len(_hex(self._ask((contract, "")))) > 2
        return self._codes[contract]

    def checkpoint(self, contract: str, root: bytes) -> tuple[int, int]:
        """Size and block time of the checkpoint with that root; zeros if the contract never had it."""
        size, time = self._words(contract, "checkpointOf", root.hex(), 2)
        return size, time

    def revoked_at(self, contract: str, statement: bytes, lock: bytes) -> int:
        """UTC second of the block in which a statement was revoked, by its digest or entry and its lock (zeros if it is
        not known); 0 if it was not.
        """
        return self._words(contract, "revokedAt", (statement + lock).hex(), 1)[0]

    def withdrawn_at(self, contract: str, digest: bytes) -> int:
        """UTC second of the block in which the holder withdrew the record; 0 if it was not."""
        return self._words(contract, "withdrawnAt", digest.hex(), 1)[0]

    def successor_of(self, contract: str, digest: bytes) -> bytes:
        """The entry of the record's correction; 32 zero bytes if there is none."""
        return self._words(contract, "successorOf", digest.hex(), 1)[0].to_bytes(32, "big")

    def party(self, registry: str, account: str) -> Accreditation:
        """Accreditation of the account in a PartyRegistry."""
        if (registry, account) not in self._parties:
            raw = self._ask(view(registry, "party", _address(account)))
            try:
                _, roles, _, start, end = decode([PARTY], bytes.fromhex(_hex(raw)[2:]))[0]
            except (DecodingError, ValueError, OverflowError) as error:
                raise MalformedResult(registry) from error
            names = frozenset(role.rstrip(b"\0").decode("ascii", "replace") for role in roles)
            self._parties[registry, account] = Accreditation(names, start, end)
        return self._parties[registry, account]

    def wallet_agrees(self, wallet: str, digest: bytes, signature: bytes) -> bool:
        """True if the contract wallet confirms the signature by ERC-1271; False if there is no contract."""
        arguments = encode(["bytes32", "bytes"], [digest, signature])
        return self.has_code(wallet) and self._returns(wallet, "isValidSignature", arguments, MAGIC_1271)

    def verifier_agrees(self, verifier: str, key: bytes, digest: bytes, signature: bytes) -> bool:
        """True if the ERC-7913 verifier confirms the signature of the key; False if there is no contract."""
        arguments = encode(["bytes", "bytes32", "bytes"], [key, digest, signature])
        return self.has_code(verifier) and self._returns(verifier, "verify", arguments, MAGIC_7913)

    def _returns(self, contract: str, name: str, arguments: bytes, magic: str) -> bool:
        """True if a view returns the magic value; a revert means False, and only a silent chain is an error."""
        method, params = self._rpc_call(view(contract, name, arguments.hex()))
        answer = self._rpc.ask_or_revert(method, *params)
        return isinstance(answer, str) and answer.lower() == "0x" + magic.ljust(64, "0")

    def _words(self, contract: str, name: str, argument: str, count: int) -> list[int]:
        raw = _hex(self._ask(view(contract, name, argument)))
        if len(raw) != 2 + 64 * count:
            raise MalformedResult(contract)
        return [int(raw[start : start + 64], 16) for start in range(2, len(raw), 64)]

    def _ask(self, call: ViewCall) -> Any:
        if call not in self._cached:
            method, params = self._rpc_call(call)
            self._cached[call] = self._rpc.ask(method, *params)
        return self._cached[call]


def view(contract: str, name: str, argument: str) -> ViewCall:
    """The call of a view; `argument` is the ABI encoding in hex."""
    return contract, SELECTORS[name] + argument


def _address(account: str) -> str:
    return account[2:].lower().rjust(64, "0")


def _hex(value: Any) -> str:
    if isinstance(value, str) and HEX.fullmatch(value):
        return value
    raise SourceUnavailable(SILENT)


def _number(value: Any) -> int:
    text = _hex(value)
    if not 2 < len(text) <= 66:
        raise SourceUnavailable(SILENT)
    return int(text, 16)
