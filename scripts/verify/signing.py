"""Check 3: the named signer signed; a key is recovered from the signature, anything else is asked on chain."""

from __future__ import annotations

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from mydata_ledger.ledger.access import Acknowledgement, Incident
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.party import ADDRESS_SIZE, checksum
from mydata_ledger.ledger.receipt import AccessReceipt
from mydata_ledger.ledger.record import Erasure, Issue
from mydata_ledger.scripts.verify.anchoring import require_registries
from mydata_ledger.scripts.verify.document import Document
from mydata_ledger.scripts.verify.offline import Found
from mydata_ledger.scripts.verify.onchain import Snapshot
from mydata_ledger.scripts.verify.verdict import VerificationEnded, VerificationResult

WRAPPED = bytes.fromhex("6492" * 16)
"""ERC-6492: what a signature ends in that was made before its contract wallet stood."""


def signer_of(document: Document) -> bytes:
    """The ERC-7913 bytes that the statement itself names; empty for a receipt, which its gateway signs."""
    said = document.statement
    if isinstance(said, Consent | Revocation | Erasure):
        return said.signer
    if isinstance(said, Issue):
        return bytes.fromhex(said.holder[2:])
    if isinstance(said, Delegation):
        return said.delegator
    if isinstance(said, Acknowledgement):
        return bytes.fromhex(said.reader[2:])
    return bytes.fromhex(said.responder[2:]) if isinstance(said, Incident) else b""


def signed(document: Document, chain: Snapshot) -> Found:
    """(3) Who signed. The order is the contract's: the key of an address, its ERC-1271 answer, an ERC-7913 verifier."""
    found = [_signed(part, chain) for part in document.parts]
    return found[0]


def _signed(document: Document, chain: Snapshot) -> Found:
    named, recovered = signer_of(document), document.recovered
    if isinstance(document.statement, AccessReceipt):
        if not recovered:
            raise VerificationEnded(
                VerificationResult.INVALID, "signature_broken", detail="65 bytes of a key that exists"
            )
        return "signed_gateway", {"signer": checksum(recovered)}
    if recovered and recovered == named:
        return "signed", {"signer": checksum(named)}
    if len(named) < ADDRESS_SIZE:
        raise VerificationEnded(VerificationResult.INVALID, "signed_by_other", signer="0x" + named.hex())
    require_registries(document, chain)
    return _by_wallet(document, named, chain) if len(named) == ADDRESS_SIZE else _by_key(document, named, chain)


def _by_wallet(document: Document, named: bytes, chain: Snapshot) -> Found:
    account, signature = checksum(named), document.entry.signature
    if signature.endswith(WRAPPED) and not chain.has_code(account):
        raise VerificationEnded(VerificationResult.UNKNOWN, "wallet_absent", signer=account)
    if chain.wallet_agrees(account, document.entry.digest, _inner(signature)):
        return "signed_wallet", {"signer": account}
    raise VerificationEnded(VerificationResult.INVALID, "signed_by_other", signer=account)


def _by_key(document: Document, named: bytes, chain: Snapshot) -> Found:
    verifier, key = checksum(named[:ADDRESS_SIZE]), named[ADDRESS_SIZE:]
    if chain.verifier_agrees(verifier, key, document.entry.digest, document.entry.signature):
        return "signed_key", {"signer": verifier}
    raise VerificationEnded(VerificationResult.INVALID, "signed_by_other", signer="0x" + named.hex())


def _inner(signature: bytes) -> bytes:
    """The signature inside an ERC-6492 wrapper; itself when unwrapped, nothing when misshapen."""
    if not signature.endswith(WRAPPED):
        return signature
    try:
        return bytes(decode(["address", "bytes", "bytes"], signature[: -len(WRAPPED)])[2])
    except (DecodingError, OverflowError):
        return b""
