"""`POST /records/verifications`: one's own records, or a ward's within the delegation."""

import pytest

from tests.api.api_client import ApiClient
from tests.api.test_acting import named
from tests.api.test_delegations import BEN, hex_of

LAB, VITALS = "health.lab", "health.vitals"


@pytest.fixture
def client():
    return ApiClient()


def verify(client, wallet, ids, **query):
    form = {"records": ["0x" + each.hex() for each in ids]}
    return client.http.post("/records/verifications", json=form, params=query, headers=client.as_(wallet))


def issued(client):
    ids = [client.fixture.issued(category) for category in (LAB, VITALS)]
    client.fixture.anchor()
    return ids


def test_a_person_verifies_their_own_records(client):
    ids = issued(client)
    client.fixture.payloads.blocks[client.fixture.store.index.record(ids[0]).issue.cid] = b"another"
    answer = verify(client, client.fixture.ann, ids)
    assert [(one["record_id"], one["status"]) for one in answer.json()] == [
        ("0x" + ids[0].hex(), "altered"),
        ("0x" + ids[1].hex(), "verified"),
    ]


def test_i7_what_a_stranger_names_is_left_out_as_if_it_were_not_there(client):
    ids = issued(client)
    assert verify(client, client.fixture.trial, ids).json() == []
    assert verify(client, client.fixture.trial, [b"\x09" * 32]).json() == []


def test_a_delegate_verifies_within_the_delegation_alone(client):
    ids, ann = issued(client), hex_of(client.fixture.ann)
    assert verify(client, BEN, ids, **{"for": ann}).status_code == 403
    named(client, LAB)
    client.fixture.anchor()
    answer = verify(client, BEN, ids, **{"for": ann})
    assert [one["record_id"] for one in answer.json()] == ["0x" + ids[0].hex()]
    ended = client.fixture.kernel.consents.delegations.draft_end(client.fixture.ann.signer, BEN.signer).statement
    client.fixture.kernel.consents.revocations.accept(ended, client.fixture.sign(client.fixture.ann, ended))
    assert verify(client, BEN, ids, **{"for": ann}).status_code in {401, 403}


@pytest.mark.parametrize("records", [[], ["0x12"], ["no hex"], ["0x" + "00" * 32] * 1_001, "0x" + "00" * 32, None])
def test_bad_input_is_refused(client, records):
    answer = client.http.post(
        "/records/verifications", json={"records": records}, headers=client.as_(client.fixture.ann)
    )
    assert answer.status_code in {400, 413}
    assert client.http.post("/records/verifications", json={"records": ["0x" + "00" * 32]}).status_code == 401
