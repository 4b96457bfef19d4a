"""Verification of proof documents from the file and a chain alone: valid, revoked, expired, unknown or invalid."""

from mydata_ledger.scripts.verify.document import Document, parse
from mydata_ledger.scripts.verify.examine import malformed, verify, verify_all
from mydata_ledger.scripts.verify.files import BUNDLE, load, load_all
from mydata_ledger.scripts.verify.onchain import RegistryReader
from mydata_ledger.scripts.verify.verdict import EXIT, Step, Verdict, VerificationResult, worst

__all__ = [
    "BUNDLE",
    "EXIT",
    "Document",
    "RegistryReader",
    "Step",
    "Verdict",
    "VerificationResult",
    "load",
    "load_all",
    "malformed",
    "parse",
    "verify",
    "verify_all",
    "worst",
]
