"""The consent copy: ISO/IEC TS 27560 consent record and receipt, as JSON-LD in the words of W3C's DPV."""

from mydata_ledger.ledger.consent_copy.document import ConsentCopy, Operator, receipt, record

__all__ = ["ConsentCopy", "Operator", "receipt", "record"]
