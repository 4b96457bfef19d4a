"""International Patient Summary (HL7 IPS): a FHIR R4 document over a person's own records."""

from mydata_ledger.formats.ips.document import LIMIT, summary
from mydata_ledger.formats.ips.sections import SECTIONS, check_shown

__all__ = ["LIMIT", "SECTIONS", "check_shown", "summary"]
