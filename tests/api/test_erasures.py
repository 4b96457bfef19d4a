"""Erasures over HTTP, and who gets the certificate."""

import pytest

from mydata_ledger.ledger.record import Erasure
from testing.ledger_fixture import wallet
from tests.api.api_client import ApiClient


@pytest.fixture
def client():
    return ApiClient()


def erase(client, who, records=None):
    form = {"records": records} if records else {}
    drafts = client.http.post("/me/erasures/drafts", json=form, headers=client.as_(who)).json()
    signed = [client.signed(who, Erasure, typed) for typed in drafts["drafts"]]
    return drafts, client.http.post("/me/erasures", json={"erasures": signed}, headers=client.as_(who))


def test_a_person_erases_all_of_theirs_and_keeps_the_certificates(client):
    records = [client.issued(), client.issued(content=b'{"resourceType":"Observation","id":"2"}')]
    drafts, done = erase(client, client.fixture.ann)
    assert "for good" in drafts["summary"]
    assert (done.status_code, done.json()) == (202, {"positions": [2, 3]})
    client.fixture.anchor()
    for record in records:
        path = f"/me/erasures/{record}/certificate"
        found = client.http.get(path, headers=client.as_(client.fixture.ann)).json()
        assert (found["kind"], found["issue"]["kind"]) == ("Erasure", "Issue")
        assert found["message"]["recordId"] == found["issue"]["message"]["recordId"] == record
        assert client.http.get(path, headers=client.as_(wallet(70))).status_code == 404
    status = {r["status"] for r in client.http.get("/records", headers=client.as_(client.fixture.ann)).json()}
    assert status == {"erased"}
    nothing = client.http.post("/me/erasures/drafts", json={}, headers=client.as_(client.fixture.ann)).json()
    assert nothing == {"drafts": [], "summary": "There is no record to erase."}


def test_a_record_of_others_is_not_there(client):
    record = client.issued()
    refused = client.http.post(
        "/me/erasures/drafts", json={"records": [record]}, headers=client.as_(client.fixture.trial)
    )
    assert (refused.status_code, refused.json()) == (404, {"error": "access_denied"})
