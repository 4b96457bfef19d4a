"""The consent copy: consent record and receipt of ISO/IEC TS 27560, as JSON-LD in the vocabulary of W3C's DPV."""

from mydata_ledger.ledger.consent_copy.document import ConsentCopy, Operator, receipt, record

__all__ = ["ConsentCopy", "Operator", "receipt", "record"]
