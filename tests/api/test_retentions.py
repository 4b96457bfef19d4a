"""Deadlines of retention over HTTP: each side sees its own."""

import pytest

from mydata_ledger.ledger.terms import DAY
from testing.ledger_fixture import LAB, NOW
from tests.api.api_client import ApiClient

UNTIL = NOW + 40 * DAY


@pytest.fixture
def client():
    """A record was read under a retention that is over."""
    client = ApiClient()
    fixture = client.fixture
    record = fixture.issued(LAB)
    fixture.consents(fixture.trial, LAB, conditions=(f"retain-until:{UNTIL}",))
    fixture.anchor()
    fixture.reads(fixture.trial, record)
    fixture.kernel.log_consumer.consume()
    fixture.clock.passes(40 * DAY)
    fixture.anchor()
    fixture.kernel.log_consumer.consume()
    return client


def test_the_person_sees_the_receipt_and_what_the_reader_states(client):
    fixture = client.fixture
    mine = client.as_(fixture.ann)
    (before,) = client.http.get("/me/retentions", headers=mine).json()
    assert (before["state"], before["grantee"], before["until"]) == ("deleted", fixture.trial.address, UNTIL)
    assert before["statement"].startswith(f"deadline {before['deadline_id']} of consent {before['consent']}")
    ((copies),) = client.http.get("/copies", headers=client.as_(fixture.trial)).json()
    assert fixture.ann.signer.hex() not in str(copies).lower(), "a reader under a pseudonym learns nothing new"
    path = f"/copies/{copies['copies_id']}/deletions"
    stated = client.http.post(path, headers=client.as_(fixture.trial)).json()
    (after,) = client.http.get("/me/retentions", headers=mine).json()
    assert after["readers"] == [
        {
            "account": fixture.trial.address,
            "name": "The trial",
            "records": copies["records"],
            "stated_at": stated["stated_at"],
        }
    ]
    assert stated["stated_at"] == UNTIL
    (theirs,) = client.http.get("/retentions", headers=client.as_(fixture.trial)).json()
    assert theirs == before | {"readers": []}


def test_nobody_else_sees_or_states_anything(client):
    fixture = client.fixture
    ((copies),) = client.http.get("/copies", headers=client.as_(fixture.trial)).json()
    for path in ("/me/retentions", "/retentions", "/copies"):
        assert client.http.get(path, headers=client.as_(fixture.insurer)).json() == []
        assert client.http.get(path).status_code == 401
    for wallet in (fixture.insurer, fixture.ann):
        path = f"/copies/{copies['copies_id']}/deletions"
        assert client.http.post(path, headers=client.as_(wallet)).status_code == 404
    assert client.http.post("/copies/0x12/deletions", headers=client.as_(fixture.trial)).status_code == 400
