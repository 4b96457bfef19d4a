"""FHIR Consent R4 and R5, in and out: provision trees to grants and back. What no grant can express is reported."""

from mydata_ledger.services.health.formats.consents.finding import consents_in
from mydata_ledger.services.health.formats.consents.importing import ConsentImport, ImportOutcome, read_consent
from mydata_ledger.services.health.formats.consents.losses import Loss
from mydata_ledger.services.health.formats.consents.persons import ImportingPerson
from mydata_ledger.services.health.formats.consents.writing import FHIR_STATUS, write_r4, write_r5

__all__ = [
    "FHIR_STATUS",
    "ConsentImport",
    "ImportOutcome",
    "ImportingPerson",
    "Loss",
    "consents_in",
    "read_consent",
    "write_r4",
    "write_r5",
]
