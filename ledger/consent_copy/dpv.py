"""The mapping of our terms to the Data Privacy Vocabulary (DPV 2), and the JSON-LD context that maps them to IRIs. The
context is embedded in the document, so that readers need not fetch it.
"""

from __future__ import annotations

from typing import Any

CONTEXT: dict[str, Any] = {
    "@version": 1.1,
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "loc": "https://w3id.org/dpv/loc#",
    "dpv-27560": "https://w3id.org/dpv/schema/dpv-27560#",
    "dct": "http://purl.org/dc/terms/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "mydata": "urn:mydata:",
    "dpv:hasEntity": {"@id": "dpv:hasEntity", "@container": "@id"},
    **{
        name: {"@type": "@id"}
        for name in (
            "dct:conformsTo",
            "dct:creator",
            "dct:replaces",
            "dpv:hasDataController",
            "dpv:hasDataSource",
            "dpv:hasJurisdiction",
            "dpv:hasLegalBasis",
            "dpv:hasLocation",
            "dpv:hasProcessing",
            "dpv:hasRecipient",
            "dpv:isImplementedByEntity",
            "dpv:isIndicatedBy",
            "dpv:isExercisedAt",
            "skos:broader",
        )
    },
    **{name: {"@type": "xsd:dateTime"} for name in ("dct:created", "dct:date", "dpv:isIndicatedAtTime")},
    "dct:valid": {"@type": "xsd:dateTime"},
}

PURPOSES = {
    "hl7:HRESCH": "dpv:ScientificResearch",
    "hl7:HMARKT": "dpv:Marketing",
    "hl7:HPAYMT": "dpv:CustomerClaimsManagement",
    "hl7:TREAT": "dpv:ServiceProvision",
    "hl7:PATRQT": "dpv:RequestedServiceProvision",
    "mydata:SELF_VIEW": "dpv:RequestedServiceProvision",
    "mydata:CREDIT_CHECK": "dpv:CreditChecking",
    "mydata:THIRD_PARTY_OFFER": "dpv:DirectMarketing",
    "mydata:BENEFIT_NOTICE": "dpv:PersonalisedBenefits",
    "mydata:WELLNESS_COACHING": "dpv:ProvidePersonalisedRecommendations",
    "mydata:FUND_MATCH": "dpv:ProvidePersonalisedRecommendations",
    "mydata:DOCUMENT_DELIVERY": "dpv:RequestedServiceProvision",
    "*": "dpv:Purpose",
}
"""By the purpose itself or the nearest one above it; any other purpose is a `dpv:Purpose`."""

CATEGORIES = {
    "health": "pd:MedicalHealth",
    "health.identity": "pd:Identifying",
    "finance": "pd:Financial",
    "energy": "pd:Household",
    "research": "pd:Professional",
    "business": "pd:Financial",
    "card": "pd:Financial",
    "insurance": "pd:Financial",
    "checkup": "pd:MedicalHealth",
    "lifelog": "pd:MedicalHealth",
}
"""By the longest prefix; any other category is `dpv:PersonalData`."""
SPECIAL = ("health", "checkup", "lifelog")
"""Categories about health: special ones (GDPR article 9, Korean PIPA article 23)."""

PROCESSING = {
    "view": "dpv:Consult",
    "copy": "dpv:Copy",
    "transfer": "dpv:Transfer",
    "compute": "dpv:Analyse",
    "contact": "dpv:Use",
    "publish": "dpv:MakeAvailable",
    "link": "dpv:Combine",
}
RIGHTS = ("access", "erasure", "portability", "withdrawal of consent")
