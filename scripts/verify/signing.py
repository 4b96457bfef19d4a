"""Check 3: the named signer signed; a key is recovered from the signature, other signers are checked on chain."""

from __future__ import annotations

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from mydata_ledger.ledger.access import Acknowledgement
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.party import ADDRESS_SIZE, checksum
from mydata_ledger.ledger.receipt import AccessReceipt
from mydata_ledger.ledger.record import Erasure, Issue
from mydata_ledger.scripts.verify.anchoring import require_registries
from mydata_ledger.scripts.verify.document import Document
from mydata_ledger.scripts.verify.offline import CheckResult
from mydata_ledger.scripts.verify.onchain import Snapshot
from mydata_ledger.scripts.verify.verdict import VerificationEnded, VerificationResult

WRAPPED = bytes.fromhex("6492" * 16)
"""Suffix of an ERC-6492 signature, made before its contract wallet was deployed."""


def signer_of(document: Document) -> bytes:
    """ERC-7913 bytes of the signer that the statement names; empty for a receipt, which the gateway signs."""
    statement = document.statement
    if isinstance(statement, Consent | Revocation | Erasure):
        return statement.signer
    if isinstance(statement, Issue):
        return bytes.fromhex(statement.holder[2:])
    if isinstance(statement, Delegation):
        return statement.delegator
    if isinstance(statement, Acknowledgement):
        return bytes.fromhex(statement.reader[2:])
    return bytes.fromhex(statement.responder[2:]) if isinstance(statement, Incident | IncidentExtension) else b""


def signed(document: Document, chain: Snapshot) -> CheckResult:
    """Check 3. The order is that of the contract: the key of an address, its ERC-1271 answer, an ERC-7913 verifier."""
    results = [_signed(part, chain) for part in document.parts]
    return results[0]


def _signed(document: Document, chain: Snapshot) -> CheckResult:
    signer, recovered = signer_of(document), document.recovered
    if isinstance(document.statement, AccessReceipt):
        if not recovered:
            raise VerificationEnded(
                VerificationResult.INVALID, "signature_broken", detail="65 bytes of a key that exists"
            )
        return "signed_gateway", {"signer": checksum(recovered)}
    if recovered and recovered == signer:
        return "signed", {"signer": checksum(signer)}
    if len(signer) < ADDRESS_SIZE:
        raise VerificationEnded(VerificationResult.INVALID, "signed_by_other", signer="0x" + signer.hex())
    require_registries(document, chain)
    return _by_wallet(document, signer, chain) if len(signer) == ADDRESS_SIZE else _by_key(document, signer, chain)


def _by_wallet(document: Document, signer: bytes, chain: Snapshot) -> CheckResult:
    account, signature = checksum(signer), document.entry.signature
    if signature.endswith(WRAPPED) and not chain.has_code(account):
        raise VerificationEnded(VerificationResult.UNKNOWN, "wallet_absent", signer=account)
    if chain.wallet_agrees(account, document.entry.digest, _inner(signature)):
        return "signed_wallet", {"signer": account}
    raise VerificationEnded(VerificationResult.INVALID, "signed_by_other", signer=account)


def _by_key(document: Document, signer: bytes, chain: Snapshot) -> CheckResult:
    verifier, key = checksum(signer[:ADDRESS_SIZE]), signer[ADDRESS_SIZE:]
    if chain.verifier_agrees(verifier, key, document.entry.digest, document.entry.signature):
        return "signed_key", {"signer": verifier}
    raise VerificationEnded(VerificationResult.INVALID, "signed_by_other", signer="0x" + signer.hex())


def _inner(signature: bytes) -> bytes:
    """The signature inside an ERC-6492 wrapper; unchanged without a wrapper, empty if malformed."""
    if not signature.endswith(WRAPPED):
        return signature
    try:
        return bytes(decode(["address", "bytes", "bytes"], signature[: -len(WRAPPED)])[2])
    except (DecodingError, OverflowError):
        return b""
