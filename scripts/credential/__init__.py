"""A record as an SD-JWT VC, for wallets and verifiers that do not know our log (ADR 20)."""

from mydata_ledger.scripts.credential.choosing import chosen
from mydata_ledger.scripts.credential.claims import claims_of
from mydata_ledger.scripts.credential.sdjwt import issuer_key, signed

__all__ = ["chosen", "claims_of", "issuer_key", "signed"]
