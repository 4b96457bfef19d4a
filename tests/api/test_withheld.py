"""Withheld data over HTTP: what a consent withholds appears in no release, no decision and no list of a reader."""

import pytest

from mydata_ledger.ledger.commitment import disclosure
from tests.api.api_client import ApiClient

FHIR = (
    b'{"resourceType":"Observation","id":"obs-7","status":"final","subject":{"reference":"Patient/ann"},'
    b'"note":[{"text":"Kim Ann called"}],"code":{"coding":[{"system":"a","code":"b"}]},"valueQuantity":{"value":1.10}}'
)
QUESTION = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}


def entering(*conditions):
    client = ApiClient()
    record = client.issued(content=FHIR)
    client.fixture.consents(client.fixture.trial, "health.lab", conditions=conditions)
    client.fixture.anchor()
    return client, record, client.as_(client.fixture.trial)


@pytest.fixture
def world():
    return entering("pseudonymise")


def routes(client, record, headers):
    """One record by every route that a reader has."""
    yield client.http.get(f"/trials/records/{record}", headers=headers)
    yield client.http.post(f"/access/records/{record}", json=QUESTION, headers=headers)
    yield client.http.post(f"/access/records/{record}/fields", json=QUESTION | {"pointers": [""]}, headers=headers)
    select = {"select": ["Observation.value", "Observation.code"]}
    yield client.http.post(f"/health/records/{record}/fields", json=QUESTION | select, headers=headers)


def test_a_pseudonymous_release_names_the_person_nowhere(world):
    client, record, headers = world
    person, names = client.fixture.ann.signer.hex(), set()
    for answer in routes(client, record, headers):
        assert answer.status_code == 200, answer.text
        assert person not in answer.text.lower()
        names.add(answer.json()["issue"]["dataSubject"])
        shown = disclosure.from_json(client.opened(answer.json(), client.fixture.trial))
        statement = disclosure.verify(shown, bytes.fromhex(answer.json()["issue"]["commitment"][2:]))
        assert statement["/valueQuantity/value"] == "1.10"
        assert not [word for word in ("Patient/ann", "Kim Ann", "obs-7") if word in str(statement)]
    assert len(names) == 1


def test_a_reader_sees_the_members_that_the_consent_names_by_every_route():
    client, record, headers = entering("only:value", "only:code")
    for answer in routes(client, record, headers):
        assert answer.status_code == 200, answer.text
        assert answer.json()["obligations"] == ["only:code,value"]
        shown = disclosure.from_json(client.opened(answer.json(), client.fixture.trial))
        members = {field.pointer.split("/")[1] for field in shown.fields}
        assert {"code", "valueQuantity"} <= members <= {"resourceType", "code", "valueQuantity"}
    beside = {"pointers": ["/status"]}
    answer = client.http.post(f"/access/records/{record}/fields", json=QUESTION | beside, headers=headers)
    assert answer.status_code == 422, "a field beside the named ones is as one that is not there"
    missing = {"pointers": ["/nothing"]}
    other = client.http.post(f"/access/records/{record}/fields", json=QUESTION | missing, headers=headers)
    assert (other.status_code, other.json()["detail"]) == (answer.status_code, answer.json()["detail"])


def test_no_list_gives_the_reader_the_person_behind_the_pseudonym(world):
    client, record, headers = world
    position = client.http.get(f"/trials/records/{record}", headers=headers).json()["receipt"]["position"]
    assert client.http.get("/receipts", headers=headers).json() == []
    for path in (f"/receipts/{position}", f"/receipts/{position}/record"):
        assert client.http.get(path, headers=headers).status_code == 404
    question = {"data_subject": "0x" + client.fixture.ann.signer.hex(), "purpose": "hl7:CLINTRCH"}
    assert client.http.post("/access/persons", json=question, headers=headers).json() == []
    assert len(client.http.get("/receipts", headers=client.as_(client.fixture.ann)).json()) > 0


def test_an_expression_over_what_is_withheld_finds_nothing(world):
    client, record, headers = world
    for guess in ("Patient/ann", "Patient/eve"):
        select = {"select": [f"Observation.where(subject.reference = '{guess}').value"]}
        answer = client.http.post(f"/health/records/{record}/fields", json=QUESTION | select, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (422, "invalid_statement")


@pytest.mark.parametrize("condition", ["redact:note", "mask:note"])
def test_what_is_left_out_or_masked_stays_inside(condition):
    client, record, headers = entering(condition)
    for answer in routes(client, record, headers):
        opened = client.opened(answer.json(), client.fixture.trial)
        assert b"1.10" in opened
        assert b"Kim Ann" not in opened
        assert condition in answer.json()["obligations"]


def test_without_such_a_condition_the_record_leaves_whole():
    client, record, headers = entering("no-onward-transfer")
    answer = client.http.get(f"/trials/records/{record}", headers=headers).json()
    assert client.opened(answer, client.fixture.trial) == FHIR
    assert answer["issue"]["dataSubject"] == "0x" + client.fixture.ann.signer.hex()
