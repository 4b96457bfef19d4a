"""The media types whose content is compared in a form of their own; everything else as JSON or by exact bytes."""

from __future__ import annotations

from mydata_ledger.formats.fhir.bundle import MEDIA_TYPE
from mydata_ledger.formats.fhir.equal import equal_form
from mydata_ledger.ledger import self_declared
from mydata_ledger.ledger.content_digest import CanonicalForms

OF_DOCUMENTS: CanonicalForms = {MEDIA_TYPE: equal_form}
CANONICAL_FORMS: CanonicalForms = {**OF_DOCUMENTS, self_declared.MEDIA_TYPE: self_declared.inner_form(OF_DOCUMENTS)}
