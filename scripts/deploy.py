"""Deploy the contracts: `python -m mydata_ledger.scripts.deploy --rpc URL --admin-key-file FILE [--sequencer ADDRESS]`.

Addresses are derived from bytecode, admin and sequencer (CREATE2 with the deterministic deployment proxy). So a
development chain that restarted empty gets the same addresses, and a second run changes nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from eth_abi.abi import encode
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_typing import ChecksumAddress, HexStr
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hexbytes import HexBytes
from requests.exceptions import RequestException
from rich.console import Console
from web3 import HTTPProvider, Web3
from web3.exceptions import Web3Exception
from web3.types import Nonce, RPCEndpoint, TxParams, TxReceipt, Wei

from mydata_ledger.anchors.artifacts import Deployment, artifact
from mydata_ledger.ledger.errors import LedgerError, MalformedInput
from mydata_ledger.scripts.failure import Failure

FACTORY = to_checksum_address("0x4e59b44847b379578588920cA78FbF26c0B4956C")
"""The deterministic deployment proxy of most chains; its calldata is salt ‖ creation code."""
SALT = sha256(b"MyData Ledger 1").digest()
WAIT_SECONDS = 120
ALLOWANCE = 10**21
"""Wei given to an empty account on a development chain: 1,000 ether."""
ROLES = {
    "consents": ("ConsentRegistry", 2),
    "records": ("RecordRegistry", 2),
    "access": ("AccessRegistry", 2),
    "parties": ("PartyRegistry", 1),
    "passkeys": ("PasskeyVerifier", 0),
    "wallets": ("WalletPreparer", 0),
}
"""Contract of each role in a Deployment, and how many of (admin, sequencer) its constructor takes."""
StatusCallback = Callable[[str], None]


class DeploymentFailed(Failure):
    """A contract was not deployed; the message gives the cause and the remedy."""


@dataclass(frozen=True, slots=True)
class _Site:
    """A chain and the account that deploys on it."""

    web3: Web3
    account: LocalAccount
    chain_id: int


def deploy(
    rpc_url: str,
    admin_key: bytes | str,
    sequencer_address: str,
    *,
    folder: Path | None = None,
    on_status: StatusCallback = lambda _: None,
) -> Deployment:
    """Deploy the contracts that are missing on the chain.

    Args:
        rpc_url: URL of the JSON-RPC server.
        admin_key: Private key of the admin, 32 bytes or hex.
        sequencer_address: Address that may append to the logs.
        folder: If given, the deployment is written to `folder`/<chain id>.json.
        on_status: Called with one line of text for each contract.

    Returns:
        The addresses of all contracts.

    Raises:
        DeploymentFailed: The chain does not answer, the admin cannot pay, or a transaction is not confirmed.
        SourceUnavailable: `folder` is of contracts of another release; nothing is sent.
    """
    if folder is not None:
        Deployment.require_current(folder)
    try:
        site = _connect(rpc_url, admin_key)
        _fund(site, [site.account.address, to_checksum_address(sequencer_address)])
        codes = creation_codes(site.account.address, sequencer_address)
        if not site.web3.eth.get_code(FACTORY):
            return _deploy_without_factory(site, codes, folder, on_status)
        return _deploy_by_factory(site, codes, folder, on_status)
    except RequestException as error:
        raise DeploymentFailed(f"no chain answers at {rpc_url}: start it, or give its address by --rpc") from error
    except (Web3Exception, ValueError) as error:
        raise DeploymentFailed(f"the chain refused: {error}") from error


def creation_codes(admin: str, sequencer: str) -> dict[str, bytes]:
    """Creation bytecode with constructor arguments, by role."""
    parameters = [admin, sequencer]
    return {
        role: artifact(name).bytecode + encode(["address"] * count, parameters[:count])
        for role, (name, count) in ROLES.items()
    }


def address_of(code: bytes) -> ChecksumAddress:
    """Address of a contract made by the factory (EIP-1014): end of keccak(0xff ‖ factory ‖ salt ‖ keccak(code))."""
    return to_checksum_address(keccak(b"\xff" + bytes.fromhex(FACTORY[2:]) + SALT + keccak(code))[-20:])


def _connect(rpc_url: str, admin_key: bytes | str) -> _Site:
    web3 = Web3(HTTPProvider(rpc_url, request_kwargs={"timeout": 30}))
    return _Site(web3=web3, account=Account.from_key(cast("HexStr", admin_key)), chain_id=web3.eth.chain_id)


def _fund(site: _Site, accounts: list[ChecksumAddress]) -> None:
    """On a development chain, give empty accounts ether for transactions."""
    for account in accounts:
        if site.web3.eth.get_balance(account) == 0:
            site.web3.provider.make_request(RPCEndpoint("anvil_setBalance"), [account, hex(ALLOWANCE)])
    if site.web3.eth.get_balance(site.account.address) == 0:
        raise DeploymentFailed(f"account {site.account.address} has no ether on chain {site.chain_id}: send it some")


def _deploy_by_factory(site: _Site, codes: dict[str, bytes], folder: Path | None, say: StatusCallback) -> Deployment:
    addresses = {role: address_of(code) for role, code in codes.items()}
    missing = [role for role, address in addresses.items() if not site.web3.eth.get_code(address)]
    recorded = _recorded(site, folder)
    if (
        not missing
        and recorded is not None
        and all(getattr(recorded, role) == address for role, address in addresses.items())
    ):
        say(f"everything is deployed on chain {site.chain_id}")
        return recorded
    receipts = _send(site, [(FACTORY, SALT + codes[role]) for role in missing])
    for role in missing:
        if not site.web3.eth.get_code(addresses[role]):
            raise DeploymentFailed(f"the factory did not create {ROLES[role][0]} at {addresses[role]}")
        say(f"{ROLES[role][0]} deployed at {addresses[role]}")
    fresh = len(missing) == len(addresses)
    older = min(_first_block(site, addresses[role]) for role in ("consents", "parties"))
    block = min(r["blockNumber"] for r in receipts) if fresh else older
    return _write(Deployment(chain_id=site.chain_id, block=block, **addresses), folder)


def _deploy_without_factory(
    site: _Site, codes: dict[str, bytes], folder: Path | None, say: StatusCallback
) -> Deployment:
    """Deploy without the factory: addresses depend on the account's nonce, and only the file records them."""
    recorded = _recorded(site, folder)
    if recorded is not None and all(site.web3.eth.get_code(to_checksum_address(getattr(recorded, r))) for r in codes):
        say(f"everything is deployed on chain {site.chain_id}")
        return recorded
    receipts = _send(site, [(None, code) for code in codes.values()])
    addresses = {role: str(receipt["contractAddress"]) for role, receipt in zip(codes, receipts, strict=True)}
    for role, address in addresses.items():
        say(f"{ROLES[role][0]} deployed at {address}")
    block = min(receipt["blockNumber"] for receipt in receipts)
    return _write(Deployment(chain_id=site.chain_id, block=block, **addresses), folder)


def _recorded(site: _Site, folder: Path | None) -> Deployment | None:
    path = None if folder is None else folder / f"{site.chain_id}.json"
    try:
        return None if path is None or not path.exists() else Deployment.read(path)
    except MalformedInput:
        return None


def _write(deployment: Deployment, folder: Path | None) -> Deployment:
    if folder is not None:
        deployment.write(folder)
    return deployment


def _send(site: _Site, calls: list[tuple[ChecksumAddress | None, bytes]]) -> list[TxReceipt]:
    """Send every (to, data) pair at once, then wait for all receipts: they fit in one block."""
    first = site.web3.eth.get_transaction_count(site.account.address, "pending")
    digests = [_submit(site, first + i, to, data) for i, (to, data) in enumerate(calls)]
    return [_confirmed(site, digest) for digest in digests]


def _submit(site: _Site, nonce: int, to: ChecksumAddress | None, data: bytes) -> HexBytes:
    eth = site.web3.eth
    call: TxParams = {"from": site.account.address, "data": HexStr("0x" + data.hex())}
    if to is not None:
        call["to"] = to
    tip = Web3.to_wei(1, "gwei")
    call["gas"] = eth.estimate_gas(call)
    call["nonce"], call["chainId"] = Nonce(nonce), site.chain_id
    call["maxFeePerGas"], call["maxPriorityFeePerGas"] = Wei(tip + 2 * eth.gas_price), tip
    signed = site.account.sign_transaction(cast("dict[str, Any]", call))
    return eth.send_raw_transaction(signed.raw_transaction)


def _confirmed(site: _Site, digest: HexBytes) -> TxReceipt:
    receipt = site.web3.eth.wait_for_transaction_receipt(digest, timeout=WAIT_SECONDS, poll_latency=0.05)
    if receipt["status"] != 1:
        raise DeploymentFailed(f"transaction {digest.hex()} was reverted on chain {site.chain_id}")
    return receipt


def _first_block(site: _Site, address: str) -> int:
    """Block in which a registry was created: it grants its roles in that block. 0 if the node cannot prove it."""
    try:
        logs = site.web3.eth.get_logs({"address": to_checksum_address(address), "fromBlock": 0})
        first = min(int(log["blockNumber"]) for log in logs)
        has_code_before = first > 0 and site.web3.eth.get_code(to_checksum_address(address), first - 1)
    except (RequestException, Web3Exception, ValueError, TypeError):
        return 0
    return 0 if has_code_before else first


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="python -m mydata_ledger.scripts.deploy", description=__doc__.partition(":")[0]
    )
    parser.add_argument("--rpc", required=True, help="address of the chain's JSON-RPC server")
    parser.add_argument("--admin-key-file", required=True, type=Path, help="file with the admin's private key as hex")
    parser.add_argument("--sequencer", help="address that may append; the admin's own if left out")
    parser.add_argument("--folder", type=Path, default=Path("deployments"), help="where <chain id>.json goes")
    arguments = parser.parse_args()
    console = Console(stderr=True)
    try:
        key = arguments.admin_key_file.read_text().strip()
        sequencer = to_checksum_address(arguments.sequencer or Account.from_key(key).address)
        done = deploy(arguments.rpc, key, sequencer, folder=arguments.folder, on_status=console.print)
    except OSError as error:
        console.print(f"cannot read {arguments.admin_key_file}: {error.strerror}", style="red", markup=False)
        return 1
    except (DeploymentFailed, LedgerError, ValueError) as error:
        console.print(str(error), style="red", markup=False)
        return 1
    console.print(f"written: {arguments.folder / f'{done.chain_id}.json'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
