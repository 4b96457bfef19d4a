"""Consents to FHIR R4 and R5: a base that denies, and each grant as a provision with our terms beside HL7's codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from mydata_ledger.ledger.consent import NEVER, Consent, Effect, Grant
from mydata_ledger.ledger.status import Status
from mydata_ledger.services.health.formats.consents import codes

LATEST = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())
JSON = Mapping[str, Any]
CODE_BY_ACTION = {
    action: code for code, actions in codes.PERMITTED_ACTIONS.items() for action in actions if actions[0] == action
}


FHIR_STATUS: Mapping[Status, str] = {
    Status.PENDING: "draft",
    Status.ACTIVE: "active",
    Status.EXPIRED: "inactive",
    Status.SUPERSEDED: "inactive",
    Status.REVOKED: "inactive",
}
"""HL7 consent state, R4 and R5. A consent that is accepted but not on chain yet is a draft in FHIR's terms."""


def write_r4(consent: Consent, entry: bytes, status: str) -> dict[str, Any]:
    """The FHIR R4 Consent of one version; `entry` (32 bytes) is its identifier, `status` a FHIR consent state."""
    return {
        **_head(consent, entry, status),
        "scope": _concept((codes.CONSENT_SCOPE, "patient-privacy")),
        "patient": _person(consent),
        "dateTime": _instant(consent.signed_at),
        "performer": [_identified("urn:mydata:signer", "0x" + consent.signer.hex())],
        "policyRule": _concept((codes.POLICY, codes.ONLY_PROVISIONS), (codes.ACT_CODE, "OPTOUT")),
        "provision": {"provision": [_provision_r4(grant, consent) for grant in consent.grants]},
    }


def write_r5(consent: Consent, entry: bytes, status: str) -> dict[str, Any]:
    """The FHIR R5 Consent of one version. A modifier extension marks a forbid, since R5 tells permit from deny only by
    the position in the tree.
    """
    return {
        **_head(consent, entry, status),
        "subject": _person(consent),
        "date": _instant(consent.signed_at)[:10],
        "grantor": [_identified("urn:mydata:signer", "0x" + consent.signer.hex())],
        "grantee": [_identified(codes.GRANTEE, consent.grantee, consent.grantee_name)],
        "policyBasis": {"url": f"{codes.POLICY}:{codes.ONLY_PROVISIONS}"},
        "decision": "deny",
        "provision": [_provision_r5(grant, consent) for grant in consent.grants],
    }


def _head(consent: Consent, entry: bytes, status: str) -> dict[str, Any]:
    return {
        "resourceType": "Consent",
        "id": entry.hex(),
        "identifier": [{"system": "urn:mydata:consent", "value": "0x" + entry.hex()}],
        "status": status,
        "category": [_concept((codes.LOINC, "59284-0"))],
        "language": consent.notice_language,
    }


def _provision_r4(grant: Grant, consent: Consent) -> dict[str, Any]:
    effect = "deny" if grant.effect is Effect.FORBID else "permit"
    return {"type": effect, **_common(grant, consent), "class": _classes(grant)}


def _provision_r5(grant: Grant, consent: Consent) -> dict[str, Any]:
    denies = grant.effect is Effect.FORBID
    effect = {"modifierExtension": [{"url": codes.EFFECT, "valueCode": "deny"}]} if denies else {}
    return {**effect, **_common(grant, consent), "resourceType": _classes(grant)}


def _common(grant: Grant, consent: Consent) -> dict[str, Any]:
    """The elements of a provision that both releases have; empty ones are left out, as FHIR demands."""
    actor = {
        "role": _concept((codes.PARTICIPATION, "IRCP")),
        "reference": _identified(codes.GRANTEE, consent.grantee, consent.grantee_name),
    }
    elements: dict[str, Any] = {
        "extension": [{"url": codes.CONDITION, "valueString": text} for text in grant.conditions],
        "period": _period(grant.not_before, grant.expires),
        "actor": [actor] if consent.grantee != "*" else [],
        "action": [_action(action) for action in grant.actions],
        "purpose": [] if "*" in grant.purposes else [_purpose(purpose) for purpose in grant.purposes],
        "dataPeriod": _period(grant.data_from, grant.data_until or NEVER),
        "data": [_data(record) for record in grant.records],
    }
    return {name: value for name, value in elements.items() if value}


def _action(action: str) -> dict[str, Any]:
    theirs = [(codes.CONSENT_ACTION, CODE_BY_ACTION[action])] if action in CODE_BY_ACTION else []
    return _concept((codes.ACTIONS, action), *theirs)


def _purpose(purpose: str) -> dict[str, str]:
    space, _, code = purpose.partition(":")
    system, code = (codes.ACT_REASON, code) if space == "hl7" else (codes.PURPOSES, purpose)
    return {"system": system, "code": code}


def _classes(grant: Grant) -> list[dict[str, str]]:
    """Our categories, `*` too; FHIR's resource types alone would mean more or less, and no class all health data."""
    return [{"system": codes.CATEGORIES, "code": category} for category in grant.categories]


def _data(record: bytes) -> dict[str, Any]:
    return {"meaning": "instance", "reference": _identified(codes.RECORD, "0x" + record.hex())}


def _concept(*codings: tuple[str, str]) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code} for system, code in codings]}


def _identified(system: str, value: str, display: str = "") -> dict[str, Any]:
    reference: dict[str, Any] = {"identifier": {"system": system, "value": value}}
    return reference | ({"display": display} if display else {})


def _person(consent: Consent) -> dict[str, Any]:
    return _identified(codes.PERSON, "0x" + consent.data_subject.hex())


def _period(start: int, end: int) -> dict[str, str]:
    """A FHIR Period for [start, end); FHIR's end is inclusive, so it is the last second."""
    period = {"start": _instant(start)} if start else {}
    return period | ({"end": _instant(end - 1)} if end < LATEST else {})


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(min(seconds, LATEST), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


__all__: Sequence[str] = ["write_r4", "write_r5"]
