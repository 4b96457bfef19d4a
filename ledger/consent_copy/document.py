"""Consent record and receipt (ISO/IEC TS 27560:2023, 6.3 and 6.4) in the layout of DPV's guide for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.consent import Consent, Effect, Grant, Revocation
from mydata_ledger.ledger.consent_copy import dpv
from mydata_ledger.ledger.consent_copy.times import LATEST, moment, retention, validity
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.terms import FROM, values
from mydata_ledger.ledger.vocabulary import Vocabulary

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operator:
    """The operator of the ledger: its base URL, and the ISO 3166 code of the country where it stores and is liable."""

    url: str
    jurisdiction: str


@dataclass(frozen=True, slots=True)
class ConsentCopy:
    """The input of a consent record: the consent with its index state, the notice that was shown, the grantee if it is
    an accredited party, and the revocation that ended the consent if one was signed.
    """

    state: ConsentState
    notice: Notice | None
    grantee: Party | None
    ended: Revocation | None


def receipt(copy: ConsentCopy, vocabulary: Vocabulary, operator: Operator, at_time: int) -> Json:
    """The consent receipt as of `at_time` (UTC seconds): an authoritative copy of the whole record."""
    entry = copy.state.entry.hex()
    part = record(copy, vocabulary, operator, at_time)
    part.pop("@context")
    return {
        "@context": dpv.CONTEXT,
        "@id": f"urn:mydata:consent-receipt:{entry}:{at_time}",
        "@type": "dpv:ConsentReceipt",
        "dct:conformsTo": "dpv-27560:receipt-record",
        "dpv:hasIdentifier": f"0x{entry}:{at_time}",
        "dct:created": moment(at_time),
        "dct:hasPart": part,
    }


def record(copy: ConsentCopy, vocabulary: Vocabulary, operator: Operator, at_time: int) -> Json:
    """The consent record as of `at_time`: header, one process for each grant, parties, events."""
    consent, entry = copy.state.consent, copy.state.entry
    document: Json = {
        "@context": dpv.CONTEXT,
        "@id": f"urn:mydata:consent:0x{entry.hex()}",
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": "dpv-27560:record",
        "dpv:hasIdentifier": f"0x{entry.hex()}",
        "dpv:hasDataSubject": _person(consent.data_subject, "dpv:DataSubject"),
        "dct:created": moment(consent.signed_at),
        "dct:creator": operator.url,
        "dct:language": consent.notice_language.partition("-")[0].lower(),
        "dpv:hasNotice": [_notice(copy, operator)],
        "dpv:hasProcess": [_process(grant, copy, vocabulary, operator, at_time) for grant in consent.grants],
        "dpv:hasEntity": _entities(copy, operator),
    }
    if any(consent.previous):
        document["dct:replaces"] = f"urn:mydata:consent:0x{consent.previous.hex()}"
    return document


def _process(grant: Grant, copy: ConsentCopy, vocabulary: Vocabulary, operator: Operator, at_time: int) -> Json:
    consent, location = copy.state.consent, f"loc:{operator.jurisdiction}"
    recipients = [_grantee_id(consent)] if grant.effect is Effect.PERMIT else []
    return {
        "@type": "dpv:Process",
        "dpv:hasPurpose": [_purpose(code, vocabulary, consent.notice_language) for code in grant.purposes],
        "dpv:hasPersonalData": [_data(name, grant, vocabulary, consent.notice_language) for name in grant.categories],
        "dpv:hasProcessing": [dpv.PROCESSING[action] for action in grant.actions],
        "dpv:hasDataController": [_grantee_id(consent)],
        "dpv:hasDataSource": [_party_id(holder) for holder in sorted(set(values(grant.terms(), FROM)))]
        or ["dpv:DataControllerDataSource"],
        "dpv:hasStorageCondition": [
            {"@type": ["dpv:StorageLocation"], "dpv:hasLocation": location},
            {"@type": ["dpv:StorageDuration"], "dpv:hasDuration": retention(grant)},
        ],
        "dpv:hasLocation": location,
        "dpv:hasJurisdiction": location,
        "dpv:hasRecipient": recipients,
        "dpv:hasLegalBasis": ["dpv:ExplicitlyExpressedConsent"],
        "dpv:hasConsentControl": [_withdrawal(operator)],
        "dpv:hasRight": [{"@type": "dpv:DataSubjectRight", "skos:prefLabel": right} for right in dpv.RIGHTS],
        "dpv:hasConsentStatus": _events(grant, copy, operator, at_time),
        **({"mydata:condition": sorted(grant.conditions)} if grant.conditions else {}),
    }


def _purpose(code: str, vocabulary: Vocabulary, language: str) -> Json:
    path = vocabulary.path(code) if code != "*" else ("*",)
    broader = next((dpv.PURPOSES[ancestor] for ancestor in path if ancestor in dpv.PURPOSES), "dpv:Purpose")
    label = _label(vocabulary.purposes[code], language) if code in vocabulary.purposes else code
    identifier = {"@id": f"urn:mydata:purpose:{code}"} if code != "*" else {}
    return {**identifier, "@type": ["dpv:Purpose"], "skos:broader": broader, "skos:prefLabel": label}


def _data(category: str, grant: Grant, vocabulary: Vocabulary, language: str) -> Json:
    parts = category.split(".")
    prefixes = [".".join(parts[:size]) for size in range(len(parts), 0, -1)]
    broader = next((dpv.CATEGORIES[one] for one in prefixes if one in dpv.CATEGORIES), "dpv:PersonalData")
    kind = "dpv:SpecialCategoryPersonalData" if {"*", *dpv.SPECIAL} & {category, parts[0]} else "dpv:PersonalData"
    document: Json = {
        "@type": [kind],
        "skos:broader": [broader],
        "skos:prefLabel": _label(vocabulary.categories[category], language)
        if category in vocabulary.categories
        else category,
        "dct:identifier": [f"0x{one.hex()}" for one in grant.records] or [category],
    }
    if grant.data_from or grant.data_until:
        until = moment(grant.data_until) if grant.data_until else ".."
        document["dct:temporal"] = f"{moment(grant.data_from) if grant.data_from else '..'}/{until}"
    return document


def _withdrawal(operator: Operator) -> Json:
    label = "A signed Revocation, or the secret that opens the consent's lock; `mydata revoke`"
    return {
        "@type": ["dpv:WithdrawConsent"],
        "dpv:isExercisedAt": f"{operator.url}/revocations",
        "skos:prefLabel": label,
    }


def _events(grant: Grant, copy: ConsentCopy, operator: Operator, at_time: int) -> list[Json]:
    """The consent event and the event that ended it: by whom, when, for how long."""
    consent, state = copy.state.consent, copy.state
    status = "dpv:ConsentGiven" if grant.effect is Effect.PERMIT else "dpv:ConsentRefused"
    events = [_event(status, consent.signed_at, consent.signer, f"{operator.url}/consents", grant)]
    if copy.ended:
        is_own = copy.ended.signer == consent.data_subject
        end_status = "dpv:ConsentWithdrawn" if is_own else "dpv:ConsentRevoked"
        events.append(_event(end_status, copy.ended.signed_at, copy.ended.signer, f"{operator.url}/revocations", grant))
    elif not state.stands:
        events.append(
            _event("dpv:ConsentStatusInvalidForProcessing", at_time, consent.signer, f"{operator.url}/consents", grant)
        )
    elif grant.expires <= at_time:
        events.append(_event("dpv:ConsentExpired", grant.expires, consent.signer, f"{operator.url}/consents", grant))
    return events


def _event(status: str, at_time: int, signer: bytes, where: str, grant: Grant) -> Json:
    ends: Json = {"dct:valid": moment(grant.expires)} if grant.expires < LATEST else {}
    return {
        "@type": [status, "dpv:ExplicitlyExpressedConsent"],
        "dct:date": moment(at_time),
        "dpv:isIndicatedAtTime": moment(at_time),
        "dpv:isIndicatedBy": _person_id(signer),
        "dpv:isImplementedByEntity": _person_id(signer),
        "dpv:isExercisedAt": where,
        "dpv:hasDuration": validity(grant.expires),
        **ends,
    }


def _notice(copy: ConsentCopy, operator: Operator) -> Json:
    consent = copy.state.consent
    label = {"skos:prefLabel": f"{copy.notice.name}, version {copy.notice.version}"} if copy.notice else {}
    return {
        "@id": f"urn:mydata:notice:0x{consent.notice_hash.hex()}",
        "@type": ["dpv:ConsentNotice"],
        "dpv:hasIdentifier": f"0x{consent.notice_hash.hex()}",
        "dct:language": consent.notice_language.partition("-")[0].lower(),
        "dpv:isExercisedAt": f"{operator.url}/notices",
        **label,
    }


def _entities(copy: ConsentCopy, operator: Operator) -> Mapping[str, Json]:
    """All entities that the record names, by id; the address of an organisation is its account in the registry."""
    consent = copy.state.consent
    name = copy.grantee.name if copy.grantee else consent.grantee_name or consent.grantee
    group = consent.grantee == "*" or consent.grantee.startswith("role:")
    people = {
        _person_id(person): _person(person, "dpv:NaturalPerson") for person in (consent.data_subject, consent.signer)
    }
    return {
        operator.url: _entity(operator.url, "MyData Ledger", operator.url, operator, "dpv:DataProcessor"),
        _grantee_id(consent): _entity(
            consent.grantee, name, _grantee_id(consent), operator, "dpv:Entity" if group else "dpv:DataController"
        ),
        **{
            _party_id(holder): _entity(holder, holder, _party_id(holder), operator, "dpv:Entity")
            for grant in consent.grants
            for holder in sorted(set(values(grant.terms(), FROM)))
        },
        **{key: {k: v for k, v in person.items() if k != "@id"} for key, person in people.items()},
    }


def _entity(identifier: str, name: str, address: str, operator: Operator, role: str) -> Json:
    return {
        "@type": [role, "dpv:Recipient"],
        "dpv:hasIdentifier": identifier,
        "dpv:hasName": name,
        "dpv:hasAddress": address,
        "dpv:hasContact": f"{operator.url}/parties",
    }


def _grantee_id(consent: Consent) -> str:
    return _party_id("anyone" if consent.grantee == "*" else consent.grantee)


def _party_id(name: str) -> str:
    return f"urn:mydata:party:{name}"


def _person(signer: bytes, kind: str) -> Json:
    return {"@id": _person_id(signer), "@type": [kind], "dpv:hasIdentifier": f"0x{signer.hex()}"}


def _person_id(signer: bytes) -> str:
    return f"urn:mydata:person:0x{signer.hex()}"


def _label(term: Any, language: str) -> str:
    return str(term.label_ko if language.partition("-")[0] == "ko" else term.label)
