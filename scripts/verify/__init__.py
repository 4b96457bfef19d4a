"""Check a proof document with nothing but the file and a chain: valid, revoked, expired, unknown or invalid."""

from scripts.verify.document import Document, load
from scripts.verify.verdict import EXIT, Step, Verdict, verify

__all__ = ["EXIT", "Document", "Step", "Verdict", "load", "verify"]
