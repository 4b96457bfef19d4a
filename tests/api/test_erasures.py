"""Erasing through the door, and who gets the certificate."""

import pytest

from mydata_ledger.ledger.record import Erasure
from testing.ledger_fixture import wallet
from tests.api.door import Door


@pytest.fixture
def door():
    return Door()


def erase(door, who, records=None):
    form = {"records": records} if records else {}
    drafts = door.http.post("/me/erasures/drafts", json=form, headers=door.as_(who)).json()
    signed = [door.signed(who, Erasure, typed) for typed in drafts["drafts"]]
    return drafts, door.http.post("/me/erasures", json={"erasures": signed}, headers=door.as_(who))


def test_a_person_erases_all_of_theirs_and_keeps_the_certificates(door):
    records = [door.issued(), door.issued(content=b'{"resourceType":"Observation","id":"2"}')]
    drafts, done = erase(door, door.house.ann)
    assert "for good" in drafts["summary"]
    assert (done.status_code, done.json()) == (202, {"positions": [2, 3]})
    door.house.anchor()
    for record in records:
        path = f"/me/erasures/{record}/certificate"
        found = door.http.get(path, headers=door.as_(door.house.ann)).json()
        assert (found["kind"], found["issue"]["kind"]) == ("Erasure", "Issue")
        assert found["message"]["recordId"] == found["issue"]["message"]["recordId"] == record
        assert door.http.get(path, headers=door.as_(wallet(70))).status_code == 404
    status = {r["status"] for r in door.http.get("/records", headers=door.as_(door.house.ann)).json()}
    assert status == {"erased"}
    nothing = door.http.post("/me/erasures/drafts", json={}, headers=door.as_(door.house.ann)).json()
    assert nothing == {"drafts": [], "summary": "There is no record to erase."}


def test_a_record_of_others_is_not_there(door):
    record = door.issued()
    refused = door.http.post("/me/erasures/drafts", json={"records": [record]}, headers=door.as_(door.house.trial))
    assert (refused.status_code, refused.json()) == (404, {"error": "access_denied"})
