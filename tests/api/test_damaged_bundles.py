"""Damaged FHIR files over HTTP, from the file of a hospital to the link of a person: no answer is an error of ours."""

import random

import pytest

from mydata_ledger.ledger.record import Issue
from testing.ledger_fixture import NOW
from testing.sizes import sized
from tests.api.api_client import ApiClient
from tests.services.damage import damaged
from tests.services.test_damaged_fhir import WHOLES


@pytest.fixture
def hospital():
    client = ApiClient()
    client.url = "/health/bundles/drafts?data_subject=0x" + client.fixture.ann.signer.hex()
    return client


def handed_in(client, raw):
    """The status of the answer to a file; its records are issued."""
    answer = client.http.post(client.url, content=raw, headers=client.as_(client.fixture.hospital))
    if answer.status_code == 201 and (drafts := answer.json()["drafts"]):
        signed = [client.signed(client.fixture.hospital, Issue, draft) for draft in drafts]
        records = [{"message": one["message"], "signature": one["signature"]} for one in signed]
        done = client.http.post("/records", json={"records": records}, headers=client.as_(client.fixture.hospital))
        assert done.status_code == 202, done.text
    return answer


def test_a_damaged_file_is_issued_or_refused_and_the_person_can_share_what_was_issued(hospital):
    pick, statuses = random.Random(7).choice, []
    for _ in range(sized(300)):
        answer = handed_in(hospital, damaged(pick, pick(WHOLES)))
        statuses.append(answer.status_code)
        assert answer.status_code in {201, 400, 413, 422}, answer.text
        assert answer.status_code == 201 or answer.json()["detail"]
    assert min(statuses) == 201 < max(statuses)
    hospital.fixture.anchor()
    wish = {"categories": ["health"], "label": "x", "expires": NOW + 3_600}
    link = hospital.http.post("/me/links", json=wish, headers=hospital.as_(hospital.fixture.ann))
    assert link.status_code == 201, link.text
