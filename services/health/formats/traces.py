"""FHIR R4 AuditEvent of an access receipt, and Provenance of an issued record."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

from mydata_ledger.ledger.receipt import AccessReceipt
from mydata_ledger.ledger.record import Issue
from mydata_ledger.services.health.formats.consents import codes

DICOM, REST = "http://dicom.nema.org/resources/ontology/DCM", "http://terminology.hl7.org/CodeSystem/audit-event-type"
ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
SUCCESS, REFUSED = "0", "8"
"""AuditEvent.outcome: success; serious failure, which FHIR gives for what was denied."""
AUDIT_ACTIONS = {"view": "R", "copy": "R", "transfer": "R", "compute": "E", "link": "E", "publish": "E", "contact": "E"}


def audit_event(receipt: AccessReceipt, position: int) -> dict[str, Any]:
    """An AuditEvent: requester, record, time, purpose and outcome; `position` is the receipt's position in the access
    log.
    """
    purpose = _purpose(receipt.purpose)
    record = {
        "what": _identified(codes.RECORD, "0x" + receipt.record_id.hex()),
        "role": {"system": ROLE, "code": "4", "display": "Domain Resource"},
        "name": receipt.category,
    }
    person = {
        "what": _identified("urn:mydata:person", "0x" + receipt.data_subject.hex()),
        "role": {"system": ROLE, "code": "1", "display": "Patient"},
    }
    consents = [
        {"what": _identified("urn:mydata:consent", "0x" + entry.hex()), "role": {"system": ROLE, "code": "4"}}
        for entry in receipt.consents
    ]
    return {
        "resourceType": "AuditEvent",
        "id": f"access-{position}",
        "type": {"system": DICOM, "code": "110106", "display": "Export"},
        "subtype": [{"system": codes.ACTIONS, "code": receipt.action}],
        "action": AUDIT_ACTIONS[receipt.action],
        "recorded": _instant(receipt.decided_at),
        "outcome": SUCCESS if receipt.permitted else REFUSED,
        "outcomeDesc": receipt.reason,
        "purposeOfEvent": [{"coding": [purpose]}],
        "agent": [{"who": _identified(codes.GRANTEE, receipt.requester), "requestor": True}],
        "source": {"observer": {"display": "MyData Ledger gateway"}, "type": [{"system": REST, "code": "rest"}]},
        "entity": [record, *([person] if receipt.data_subject else []), *consents],
    }


def provenance(issue: Issue, position: int, signature: bytes) -> dict[str, Any]:
    """Who issued a record, when, and under which signature; `position` is the issue's place in the records log."""
    corrected = [{"role": "revision", "what": _identified(codes.RECORD, "0x" + issue.supersedes.hex())}]
    signed = {
        "type": [{"system": "urn:iso-astm:E1762-95:2013", "code": "1.2.840.10065.1.12.1.14", "display": "Source"}],
        "when": _instant(issue.issued_at),
        "who": _identified(codes.GRANTEE, issue.holder),
        "sigFormat": "application/eip712",
        "data": _base64(signature),
    }
    agent = {
        "type": {"coding": [{"system": PARTICIPANT, "code": "custodian"}]},
        "who": _identified(codes.GRANTEE, issue.holder),
    }
    return {
        "resourceType": "Provenance",
        "id": f"record-{position}",
        "target": [_identified(codes.RECORD, "0x" + issue.record_id.hex())],
        "recorded": _instant(issue.issued_at),
        **({"occurredPeriod": _period(issue)} if issue.data_from or issue.data_until else {}),
        "agent": [agent],
        **({"entity": corrected} if issue.supersedes != bytes(32) else {}),
        "signature": [signed],
    }


def _period(issue: Issue) -> dict[str, str]:
    start = {"start": _instant(issue.data_from)} if issue.data_from else {}
    return start | ({"end": _instant(issue.data_until - 1)} if issue.data_until else {})


def _purpose(purpose: str) -> dict[str, str]:
    space, _, code = purpose.partition(":")
    own = {"system": codes.PURPOSES, "code": purpose}
    return {"system": codes.ACT_REASON, "code": code} if space == "hl7" else own


def _identified(system: str, value: str) -> dict[str, Any]:
    return {"identifier": {"system": system, "value": value}}


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode()
