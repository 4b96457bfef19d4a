"""Consent record and receipt (ISO/IEC TS 27560:2023, 6.3 and 6.4) in the layout of DPV's guide for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.consent import Consent, Effect, Grant, Revocation
from mydata_ledger.ledger.consent_copy import dpv
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.terms import Condition
from mydata_ledger.ledger.vocabulary import Vocabulary

LATEST = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operator:
    """Who keeps the ledger: its base URL, and the ISO 3166 code of the country it stores in and answers to."""

    url: str
    jurisdiction: str


@dataclass(frozen=True, slots=True)
class ConsentCopy:
    """Everything a record tells: the consent with its index state, the notice that was shown, the grantee where it is
    an accredited party, and the revocation that ended it where one was signed.
    """

    state: ConsentState
    notice: Notice | None
    grantee: Party | None
    ended: Revocation | None


def receipt(copy: ConsentCopy, words: Vocabulary, operator: Operator, at: int) -> Json:
    """The consent receipt of `at` (UTC seconds): an authoritative copy of the whole record."""
    entry = copy.state.entry.hex()
    whole = record(copy, words, operator, at)
    whole.pop("@context")
    return {
        "@context": dpv.CONTEXT,
        "@id": f"urn:mydata:consent-receipt:{entry}:{at}",
        "@type": "dpv:ConsentReceipt",
        "dct:conformsTo": "dpv-27560:receipt-record",
        "dpv:hasIdentifier": f"0x{entry}:{at}",
        "dct:created": _moment(at),
        "dct:hasPart": whole,
    }


def record(copy: ConsentCopy, words: Vocabulary, operator: Operator, at: int) -> Json:
    """The consent record as of `at`: header, one process a grant, parties, events."""
    said, entry = copy.state.consent, copy.state.entry
    found: Json = {
        "@context": dpv.CONTEXT,
        "@id": f"urn:mydata:consent:0x{entry.hex()}",
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": "dpv-27560:record",
        "dpv:hasIdentifier": f"0x{entry.hex()}",
        "dpv:hasDataSubject": _person(said.data_subject, "dpv:DataSubject"),
        "dct:created": _moment(said.signed_at),
        "dct:creator": operator.url,
        "dct:language": said.notice_language.partition("-")[0].lower(),
        "dpv:hasNotice": [_notice(copy, operator)],
        "dpv:hasProcess": [_process(grant, copy, words, operator, at) for grant in said.grants],
        "dpv:hasEntity": _entities(copy, operator),
    }
    if any(said.previous):
        found["dct:replaces"] = f"urn:mydata:consent:0x{said.previous.hex()}"
    return found


def _process(grant: Grant, copy: ConsentCopy, words: Vocabulary, operator: Operator, at: int) -> Json:
    said, here = copy.state.consent, f"loc:{operator.jurisdiction}"
    recipients = [_grantee_id(said)] if grant.effect is Effect.PERMIT else []
    return {
        "@type": "dpv:Process",
        "dpv:hasPurpose": [_purpose(code, words, said.notice_language) for code in grant.purposes],
        "dpv:hasPersonalData": [_data(category, grant, words, said.notice_language) for category in grant.categories],
        "dpv:hasProcessing": [dpv.PROCESSING[action] for action in grant.actions],
        "dpv:hasDataController": [_grantee_id(said)],
        "dpv:hasDataSource": ["dpv:DataControllerDataSource"],
        "dpv:hasStorageCondition": [
            {"@type": ["dpv:StorageLocation"], "dpv:hasLocation": here},
            {"@type": ["dpv:StorageDuration"], "dpv:hasDuration": _retention(grant)},
        ],
        "dpv:hasLocation": here,
        "dpv:hasJurisdiction": here,
        "dpv:hasRecipient": recipients,
        "dpv:hasLegalBasis": ["dpv:ExplicitlyExpressedConsent"],
        "dpv:hasConsentControl": [_withdrawal(operator)],
        "dpv:hasRight": [{"@type": "dpv:DataSubjectRight", "skos:prefLabel": right} for right in dpv.RIGHTS],
        "dpv:hasConsentStatus": _events(grant, copy, operator, at),
        **({"mydata:condition": sorted(grant.conditions)} if grant.conditions else {}),
    }


def _purpose(code: str, words: Vocabulary, language: str) -> Json:
    path = words.path(code) if code != "*" else ("*",)
    broader = next((dpv.PURPOSES[one] for one in path if one in dpv.PURPOSES), "dpv:Purpose")
    label = _label(words.purposes[code], language) if code in words.purposes else code
    named = {"@id": f"urn:mydata:purpose:{code}"} if code != "*" else {}
    return {**named, "@type": ["dpv:Purpose"], "skos:broader": broader, "skos:prefLabel": label}


def _data(category: str, grant: Grant, words: Vocabulary, language: str) -> Json:
    parts = category.split(".")
    prefixes = [".".join(parts[:size]) for size in range(len(parts), 0, -1)]
    broader = next((dpv.CATEGORIES[one] for one in prefixes if one in dpv.CATEGORIES), "dpv:PersonalData")
    kind = "dpv:SpecialCategoryPersonalData" if {"*", *dpv.SPECIAL} & {category, parts[0]} else "dpv:PersonalData"
    found: Json = {
        "@type": [kind],
        "skos:broader": [broader],
        "skos:prefLabel": _label(words.categories[category], language) if category in words.categories else category,
        "dct:identifier": [f"0x{one.hex()}" for one in grant.records] or [category],
    }
    if grant.data_from or grant.data_until:
        until = _moment(grant.data_until) if grant.data_until else ".."
        found["dct:temporal"] = f"{_moment(grant.data_from) if grant.data_from else '..'}/{until}"
    return found


def _retention(grant: Grant) -> Json:
    """How long what was read may be kept: as the grant says, otherwise until it ends."""
    terms = [Condition.read(text) for text in grant.conditions]
    until = min((t.number for t in terms if t and t.name == "retain-until"), default=0)
    if until:
        return {"@type": ["dpv:UntilTimeDuration"], "rdf:value": _moment(until)}
    return _validity(grant.expires)


def _validity(expires: int) -> Json:
    if expires >= LATEST:
        return {"@type": ["dpv:UntilEventDuration"], "rdf:value": "withdrawal of consent"}
    return {"@type": ["dpv:UntilTimeDuration"], "rdf:value": _moment(expires)}


def _withdrawal(operator: Operator) -> Json:
    label = "A signed Revocation, or the secret that opens the consent's lock; `mydata revoke`"
    return {
        "@type": ["dpv:WithdrawConsent"],
        "dpv:isExercisedAt": f"{operator.url}/revocations",
        "skos:prefLabel": label,
    }


def _events(grant: Grant, copy: ConsentCopy, operator: Operator, at: int) -> list[Json]:
    """What was said, and what ended it: by whom, when, for how long."""
    said, state = copy.state.consent, copy.state
    given = "dpv:ConsentGiven" if grant.effect is Effect.PERMIT else "dpv:ConsentRefused"
    events = [_event(given, said.signed_at, said.signer, f"{operator.url}/consents", grant)]
    if copy.ended:
        theirs = copy.ended.signer == said.data_subject
        ended = "dpv:ConsentWithdrawn" if theirs else "dpv:ConsentRevoked"
        events.append(_event(ended, copy.ended.signed_at, copy.ended.signer, f"{operator.url}/revocations", grant))
    elif not state.stands:
        events.append(
            _event("dpv:ConsentStatusInvalidForProcessing", at, said.signer, f"{operator.url}/consents", grant)
        )
    elif grant.expires <= at:
        events.append(_event("dpv:ConsentExpired", grant.expires, said.signer, f"{operator.url}/consents", grant))
    return events


def _event(status: str, when: int, who: bytes, where: str, grant: Grant) -> Json:
    ends: Json = {"dct:valid": _moment(grant.expires)} if grant.expires < LATEST else {}
    return {
        "@type": [status, "dpv:ExplicitlyExpressedConsent"],
        "dct:date": _moment(when),
        "dpv:isIndicatedAtTime": _moment(when),
        "dpv:isIndicatedBy": _person_id(who),
        "dpv:isImplementedByEntity": _person_id(who),
        "dpv:isExercisedAt": where,
        "dpv:hasDuration": _validity(grant.expires),
        **ends,
    }


def _notice(copy: ConsentCopy, operator: Operator) -> Json:
    said = copy.state.consent
    known = {"skos:prefLabel": f"{copy.notice.name}, version {copy.notice.version}"} if copy.notice else {}
    return {
        "@id": f"urn:mydata:notice:0x{said.notice_hash.hex()}",
        "@type": ["dpv:ConsentNotice"],
        "dpv:hasIdentifier": f"0x{said.notice_hash.hex()}",
        "dct:language": said.notice_language.partition("-")[0].lower(),
        "dpv:isExercisedAt": f"{operator.url}/notices",
        **known,
    }


def _entities(copy: ConsentCopy, operator: Operator) -> Mapping[str, Json]:
    """Everybody the record names, by id. The registry knows an organisation by its account: its address here."""
    said = copy.state.consent
    name = copy.grantee.name if copy.grantee else said.grantee_name or said.grantee
    group = said.grantee == "*" or said.grantee.startswith("role:")
    people = {_person_id(who): _person(who, "dpv:NaturalPerson") for who in (said.data_subject, said.signer)}
    return {
        operator.url: _entity(operator.url, "MyData Ledger", operator.url, operator, "dpv:DataProcessor"),
        _grantee_id(said): _entity(
            said.grantee, name, _grantee_id(said), operator, "dpv:Entity" if group else "dpv:DataController"
        ),
        **{key: {k: v for k, v in who.items() if k != "@id"} for key, who in people.items()},
    }


def _entity(identifier: str, name: str, address: str, operator: Operator, role: str) -> Json:
    return {
        "@type": [role, "dpv:Recipient"],
        "dpv:hasIdentifier": identifier,
        "dpv:hasName": name,
        "dpv:hasAddress": address,
        "dpv:hasContact": f"{operator.url}/parties",
    }


def _grantee_id(said: Consent) -> str:
    return f"urn:mydata:party:{'anyone' if said.grantee == '*' else said.grantee}"


def _person(signer: bytes, kind: str) -> Json:
    return {"@id": _person_id(signer), "@type": [kind], "dpv:hasIdentifier": f"0x{signer.hex()}"}


def _person_id(signer: bytes) -> str:
    return f"urn:mydata:person:0x{signer.hex()}"


def _label(term: Any, language: str) -> str:
    return str(term.label_ko if language.partition("-")[0] == "ko" else term.label)


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(min(seconds, LATEST), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
