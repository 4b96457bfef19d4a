"""What counts as the same FHIR resource, and what does not."""

import json

import pytest

from mydata_ledger.formats.fhir.equal import equal_form
from mydata_ledger.ledger.errors import MalformedInput

BASE = {"resourceType": "MedicationRequest", "status": "active", "authoredOn": "2026-01-02"}


def form(**more):
    return equal_form(json.dumps(BASE | more).encode())


@pytest.mark.parametrize(
    "more",
    [
        {"id": "7"},
        {"meta": {"versionId": "2", "lastUpdated": "2026-01-02T00:00:00Z", "source": "urn:x"}},
        {"meta": {}},
        {"text": {"status": "generated", "div": "<div/>"}},
        {"subject": {"reference": "Patient/1", "display": "Ann"}},
        {"subject": {"reference": "urn:uuid:1a"}},
        {"subject": {"reference": "https://a.example/fhir/Patient/1/_history/2"}},
        {"patient": {"reference": "Patient?identifier=a|b", "type": "Patient"}, "id": "1"},
    ],
)
def test_what_servers_make_is_left_out(more):
    expected = form(patient={"reference": "Patient?identifier=a|b", "type": "Patient"}) if "patient" in more else form()
    assert form(**more) == expected


@pytest.mark.parametrize(
    "more",
    [
        {"status": "stopped"},
        {"meta": {"security": [{"code": "R"}]}},
        {"text": {"status": "additional", "div": "<div/>"}},
        {"subject": {"reference": "Group/1"}},
        {"subject": {"reference": "#p"}},
        {"medicationReference": {"reference": "Medication/1"}},
        {"medicationReference": {"reference": "Medication/2"}},
        {"contained": [{"resourceType": "Medication", "id": "m"}]},
        {"identifier": [{"value": "1"}]},
    ],
)
def test_what_says_something_is_kept(more):
    assert form(**more) != form()


def test_spaces_order_and_escapes_make_no_difference():
    left = b'{"resourceType":"Observation","note":[{"text":"\\u00e4"}],"valueDecimal":1.0}'
    right = '{ "valueDecimal": 1.0, "note": [ {"text": "ä"} ], "resourceType": "Observation" }'.encode()
    assert equal_form(left) == equal_form(right)


@pytest.mark.parametrize("content", [b"[]", b"1", b'{"a":1}', b"{", b'{"resourceType":1}'])
def test_what_is_no_resource_has_no_form(content):
    with pytest.raises(MalformedInput):
        equal_form(content)
