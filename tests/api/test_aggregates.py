"""`POST /marketing/aggregates`: groups of consenting people over HTTP, with their mean bills, given once a day."""

import json
from dataclasses import replace

from mydata_ledger.ledger.kernel import Upload
from mydata_ledger.ledger.terms import DAY
from testing.population import COMPUTE, consent_all, issue_all, people, withdraw
from tests.api.api_client import ApiClient

GRANT = replace(COMPUTE, purposes=("mydata:MARKETING_SEGMENT",))


def records_of(person, number):
    patient = {"resourceType": "Patient", "gender": "female", "birthDate": "1975-05-05"}
    claim = {"resourceType": "Claim", "total": {"value": 10 + number, "currency": "USD"}}
    for category, document in (("health.identity", patient), ("health.claim", claim)):
        yield Upload(person.signer, category, "application/fhir+json", json.dumps(document).encode())


def aggregates(client):
    client.fixture.anchor()
    answer = client.http.post("/marketing/aggregates", json={}, headers=client.as_(client.fixture.merchant))
    assert answer.status_code == 200
    return [(group["people"], group["mean"]) for group in answer.json()["groups"]]


def test_a_group_is_counted_and_a_close_one_is_withheld():
    client, persons = ApiClient(), people(8)
    fixture = client.fixture
    issue_all(fixture, [upload for number, each in enumerate(persons) for upload in records_of(each, number)])
    consent_all(fixture, persons[:7], fixture.merchant, GRANT)
    assert aggregates(client) == [(7, "13.00")]
    assert aggregates(client) == [(7, "13.00")], "the same figures are given again"
    withdraw(fixture, persons[0], fixture.merchant)
    assert aggregates(client) == []
    fixture.clock.passes(DAY)
    assert aggregates(client) == [], "one person fewer than on an earlier day"
