"""The operator persona: an account with a throw-away key that may write to the register of the development chain."""

from __future__ import annotations

from web3 import HTTPProvider, Web3
from web3.types import RPCEndpoint

from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.demonstration.personas.roles import OPERATOR, OPERATOR_NAME
from mydata_ledger.scripts.deploy import ALLOWANCE
from mydata_ledger.scripts.devnet import CHAIN_ID
from mydata_ledger.scripts.failure import Failure
from mydata_ledger.scripts.parties import Registrar
from mydata_ledger.scripts.settings import secret
from mydata_ledger.scripts.stack import Stack


def register_operator(stack: Stack) -> None:
    """Accredit the operator persona, make it a registrar, and give it ether of the development chain. Its key is its
    own: neither the key of the gateway nor that of the administrator is given away.

    Raises Failure on another chain than the development chain.
    """
    if stack.deployment.chain_id != CHAIN_ID:
        raise Failure(f"a registrar whose key everybody knows is for the development chain {CHAIN_ID} alone")
    account = Wallet(secret(stack.state, f"story-{OPERATOR}")).address
    stack.register_party(account, f"{OPERATOR_NAME.label} | {OPERATOR_NAME.label_ko}", [OPERATOR], b"")
    Registrar(stack.rpc_url, stack.deployment.parties, secret(stack.state, "admin")).appoint(account)
    Web3(HTTPProvider(stack.rpc_url)).provider.make_request(RPCEndpoint("anvil_setBalance"), [account, hex(ALLOWANCE)])
