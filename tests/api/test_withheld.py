"""Through the door: what a consent withholds is nowhere in what a reader gets, asks for, or lists."""

import pytest

from mydata_ledger.ledger.commitment import disclosure
from tests.api.door import Door

FHIR = (
    b'{"resourceType":"Observation","id":"obs-7","status":"final","subject":{"reference":"Patient/ann"},'
    b'"note":[{"text":"Kim Ann called"}],"code":{"coding":[{"system":"a","code":"b"}]},"valueQuantity":{"value":1.10}}'
)
QUESTION = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}


def entering(*conditions):
    door = Door()
    record = door.issued(content=FHIR)
    door.house.consents(door.house.trial, "health.lab", conditions=conditions)
    door.house.anchor()
    return door, record, door.as_(door.house.trial)


@pytest.fixture
def world():
    return entering("pseudonymise")


def doors(door, record, headers):
    """The same record by every road that a reader has."""
    yield door.http.get(f"/trials/records/{record}", headers=headers)
    yield door.http.post(f"/access/records/{record}", json=QUESTION, headers=headers)
    yield door.http.post(f"/access/records/{record}/fields", json=QUESTION | {"pointers": [""]}, headers=headers)
    select = {"select": ["Observation.value", "Observation.code"]}
    yield door.http.post(f"/health/records/{record}/fields", json=QUESTION | select, headers=headers)


def test_a_pseudonymous_release_names_the_person_nowhere(world):
    door, record, headers = world
    person, names = door.house.ann.signer.hex(), set()
    for answer in doors(door, record, headers):
        assert answer.status_code == 200, answer.text
        assert person not in answer.text.lower()
        names.add(answer.json()["issue"]["dataSubject"])
        shown = disclosure.from_json(door.opened(answer.json(), door.house.trial))
        said = disclosure.verify(shown, bytes.fromhex(answer.json()["issue"]["commitment"][2:]))
        assert said["/valueQuantity/value"] == "1.10"
        assert not [word for word in ("Patient/ann", "Kim Ann", "obs-7") if word in str(said)]
    assert len(names) == 1


def test_no_list_gives_the_reader_the_person_behind_the_pseudonym(world):
    door, record, headers = world
    position = door.http.get(f"/trials/records/{record}", headers=headers).json()["receipt"]["position"]
    assert door.http.get("/receipts", headers=headers).json() == []
    for path in (f"/receipts/{position}", f"/receipts/{position}/record"):
        assert door.http.get(path, headers=headers).status_code == 404
    question = {"data_subject": "0x" + door.house.ann.signer.hex(), "purpose": "hl7:CLINTRCH"}
    assert door.http.post("/access/persons", json=question, headers=headers).json() == []
    assert len(door.http.get("/receipts", headers=door.as_(door.house.ann)).json()) > 0


def test_an_expression_over_what_is_withheld_finds_nothing(world):
    door, record, headers = world
    for guess in ("Patient/ann", "Patient/eve"):
        select = {"select": [f"Observation.where(subject.reference = '{guess}').value"]}
        answer = door.http.post(f"/health/records/{record}/fields", json=QUESTION | select, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (422, "invalid_statement")


@pytest.mark.parametrize("condition", ["redact:note", "mask:note"])
def test_what_is_left_out_or_masked_stays_inside(condition):
    door, record, headers = entering(condition)
    for answer in doors(door, record, headers):
        opened = door.opened(answer.json(), door.house.trial)
        assert b"1.10" in opened
        assert b"Kim Ann" not in opened
        assert condition in answer.json()["obligations"]


def test_without_such_a_condition_the_record_leaves_whole():
    door, record, headers = entering("no-onward-transfer")
    answer = door.http.get(f"/trials/records/{record}", headers=headers).json()
    assert door.opened(answer, door.house.trial) == FHIR
    assert answer["issue"]["dataSubject"] == "0x" + door.house.ann.signer.hex()
