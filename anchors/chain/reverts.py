"""Reverts of our contracts as errors of the ledger: each custom error has its class here, and keeps its name."""

from __future__ import annotations

import re
from typing import Any

from mydata_ledger.ledger.errors import (
    InvalidStatement,
    LedgerError,
    NotEntitled,
    ProofInvalid,
    SignatureInvalid,
    SourceUnavailable,
)
from mydata_ledger.ledger.party import keccak

REVERTS: dict[str, type[LedgerError]] = {
    "TransparencyLog_NoLeaves()": InvalidStatement,
    "TransparencyLog_NotAhead(uint64,uint64)": ProofInvalid,
    "TransparencyLog_StalePeaks(uint64,bytes32)": ProofInvalid,
    "TransparencyLog_Inconsistent(uint64,uint64)": ProofInvalid,
    "ConsentRegistry_BadSignature(bytes32)": SignatureInvalid,
    "ConsentRegistry_SignerNotEntitled(bytes)": NotEntitled,
    "RecordRegistry_NotHolder(address,address)": NotEntitled,
    "RecordRegistry_SelfSuccession(bytes32)": InvalidStatement,
    "PartyRegistry_AlreadyRegistered(address)": InvalidStatement,
    "PartyRegistry_NotRegistered(address)": InvalidStatement,
    "PartyRegistry_NoAccount()": InvalidStatement,
    "PartyRegistry_BadName(uint256,uint256)": InvalidStatement,
    "PartyRegistry_BadRole(bytes32)": InvalidStatement,
    "PartyRegistry_BadRoleCount(uint256,uint256)": InvalidStatement,
    "PartyRegistry_KeyTooLong(uint256,uint256)": InvalidStatement,
    "PartyRegistry_EmptyWindow(uint64,uint64)": InvalidStatement,
    "TrialEnrolment_NotATrialTeam(address)": NotEntitled,
    "TrialEnrolment_NoConsent(uint8)": NotEntitled,
    "TrialEnrolment_AlreadyEnrolled(bytes32)": InvalidStatement,
    "WalletPreparer_DeploymentFailed(address,address)": SignatureInvalid,
    "Governed_WritesPaused()": SourceUnavailable,
    "AccessControlUnauthorizedAccount(address,bytes32)": NotEntitled,
    "AccessControlBadConfirmation()": NotEntitled,
    "AccessControlInvalidDefaultAdmin(address)": NotEntitled,
    "AccessControlEnforcedDefaultAdminRules()": NotEntitled,
    "AccessControlEnforcedDefaultAdminDelay(uint48)": NotEntitled,
    "AddressEmptyCode(address)": InvalidStatement,
    "FailedCall()": InvalidStatement,
    "InvalidShortString()": InvalidStatement,
    "StringTooLong(string)": InvalidStatement,
    "StringsInsufficientHexLength(uint256,uint256)": InvalidStatement,
    "SafeCastOverflowedUintDowncast(uint8,uint256)": InvalidStatement,
}
BY_SELECTOR = {"0x" + keccak(name.encode())[:4].hex(): name for name in REVERTS}


def error_of(error: dict[str, Any]) -> LedgerError:
    """Return the error for a JSON-RPC error: the class of a revert that has a name, else SourceUnavailable."""
    selector = _revert_data(error)[:10]
    if name := BY_SELECTOR.get(selector):
        return error_named(name)
    return SourceUnavailable(f"the chain refused: {_printable(error.get('message'))}")


def error_named(name: str) -> LedgerError:
    """Return the error for a revert, given by its signature in `REVERTS`."""
    return REVERTS[name](f"the contract refused: {name.partition('(')[0]}")


def _revert_data(error: dict[str, Any]) -> str:
    """Return the data of the revert as 0x-hex, or nothing. Nodes nest it differently in the JSON-RPC error."""
    data = error.get("data")
    while isinstance(data, dict):
        data = data.get("data") or data.get("result")
    return data if isinstance(data, str) else ""


def _printable(message: object) -> str:
    return re.sub(r"[^\x20-\x7e]", " ", str(message))[:200]
