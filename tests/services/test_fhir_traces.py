"""AuditEvent and Provenance: valid FHIR with everything that the receipt and the issue state."""

import json
from dataclasses import replace

import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from fhir.resources.R4B.provenance import Provenance
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.ledger.consent import ACTIONS
from mydata_ledger.ledger.party import checksum
from mydata_ledger.ledger.receipt import AccessReceipt
from mydata_ledger.ledger.record import Issue
from mydata_ledger.services.health.formats.traces import audit_event, provenance

TRIAL, HOSPITAL = checksum(b"\xb1" * 20), checksum(b"\xb2" * 20)
RECEIPT = AccessReceipt(
    bytes(32), TRIAL, b"\xaa" * 20, b"\1" * 32, "health.lab", "hl7:CLINTRCH", "view", bytes(32), True, "consented",
    (b"\2" * 32,), 1, 1, 1, 1_800_000_000,
)  # fmt: skip
ISSUE = Issue(
    b"\1" * 32, b"\xaa" * 20, HOSPITAL, "health.lab", 100, 200, bytes(32), "bafy", bytes(32), 1_800_000_000, bytes(32)
)


def test_a_permitted_question_is_an_audit_event():
    event = audit_event(RECEIPT, 7)
    AuditEvent.model_validate_json(json.dumps(event))
    assert (event["outcome"], event["action"], event["recorded"]) == ("0", "R", "2027-01-15T08:00:00Z")
    assert event["purposeOfEvent"][0]["coding"][0]["code"] == "CLINTRCH"
    named = [entity["what"]["identifier"]["value"] for entity in event["entity"]]
    assert named == ["0x" + "01" * 32, "0x" + "aa" * 20, "0x" + "02" * 32]


@given(some.sampled_from(sorted(ACTIONS)), some.booleans(), some.sampled_from(["hl7:TREAT", "mydata:SELF_VIEW"]),
       some.sampled_from([b"", b"\xaa" * 20]), some.integers(0, 2**32))  # fmt: skip
def test_every_receipt_is_a_valid_audit_event(action, permitted, purpose, person, at_time):
    statement = replace(
        RECEIPT, action=action, permitted=permitted, purpose=purpose, data_subject=person, decided_at=at_time
    )
    event = audit_event(statement, 0)
    AuditEvent.model_validate_json(json.dumps(event))
    assert event["outcome"] == ("0" if permitted else "8")


@pytest.mark.parametrize("period", [(0, 0), (100, 0), (0, 200), (100, 200)])
@pytest.mark.parametrize("supersedes", [bytes(32), b"\3" * 32])
def test_every_issue_is_a_valid_provenance(period, supersedes):
    issue = replace(ISSUE, data_from=period[0], data_until=period[1], supersedes=supersedes)
    reported = provenance(issue, 3, b"\5" * 65)
    Provenance.model_validate_json(json.dumps(reported))
    assert ("entity" in reported) == (supersedes != bytes(32))
    assert ("occurredPeriod" in reported) == any(period)
    assert reported["signature"][0]["who"] == reported["agent"][0]["who"]
