"""A record as an SD-JWT VC: what wallets and verifiers that never heard of our log can read (ADR 20)."""

from scripts.credential.choosing import chosen
from scripts.credential.claims import claims_of
from scripts.credential.sdjwt import issuer_key, signed

__all__ = ["chosen", "claims_of", "issuer_key", "signed"]
