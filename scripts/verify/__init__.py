"""Check a proof document with nothing but the file and a chain: valid, revoked, expired, unknown or invalid."""

from scripts.verify.document import Document, parse
from scripts.verify.examine import malformed, verify, verify_all
from scripts.verify.files import BUNDLE, load, load_all
from scripts.verify.onchain import OnChain
from scripts.verify.verdict import EXIT, Result, Step, Verdict, worst

__all__ = [
    "BUNDLE",
    "EXIT",
    "Document",
    "OnChain",
    "Result",
    "Step",
    "Verdict",
    "load",
    "load_all",
    "malformed",
    "parse",
    "verify",
    "verify_all",
    "worst",
]
