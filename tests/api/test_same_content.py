"""A file that a hospital hands in again drafts nothing; another hospital's equal records are known to the person."""

import base64
import json

import pytest

from mydata_ledger.ledger.record import Erasure, Issue
from testing.ledger_fixture import wallet
from tests.api.api_client import ApiClient

PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female"}
OBSERVATIONS = [
    {
        "resourceType": "Observation",
        "id": f"o{n}",
        "meta": {"versionId": "1", "lastUpdated": "2026-01-01T00:00:00Z", "source": "#a1"},
        "category": [{"coding": [{"code": "laboratory"}]}],
        "subject": {"reference": "Patient/p1", "display": "Ann"},
        "text": {"status": "generated", "div": "<div>1</div>"},
        "valueInteger": n,
    }
    for n in range(3)
]


def bundle(*resources, patient=PATIENT):
    entries = [{"resource": one} for one in (patient, *resources)]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def elsewhere(observation):
    """The resource as another server exports it later: its id, version, patient and narrative differ."""
    return observation | {
        "id": "x" + observation["id"],
        "meta": {"versionId": "9", "lastUpdated": "2026-06-01T00:00:00Z"},
        "subject": {"reference": "Patient/77"},
        "text": {"status": "generated", "div": "<div>one</div>"},
    }


@pytest.fixture
def client():
    client = ApiClient()
    fixture = client.fixture
    client.clinic = wallet(60)
    fixture.reader_keys[client.clinic.address] = fixture.reader_keys[fixture.hospital.address]
    fixture.directory.append(
        type(fixture.directory[0])(client.clinic.address, "The clinic", frozenset({"holder"}), b"", 0, 0)
    )
    fixture.store.directory.set_parties(fixture.directory)
    client.heads = {who: client.as_(who) for who in (fixture.ann, fixture.hospital, client.clinic, fixture.trial)}
    return client


def drafted(client, holder, raw):
    url = "/health/bundles/drafts?data_subject=0x" + client.fixture.ann.signer.hex()
    response = client.http.post(url, content=raw, headers=client.heads[holder])
    assert response.status_code == 201, response.text
    return response.json()


def submitted(client, holder, drafts):
    signed = [client.signed(holder, Issue, draft) for draft in drafts]
    records = [{"message": one["message"], "signature": one["signature"]} for one in signed]
    response = client.http.post("/records", json={"records": records}, headers=client.heads[holder])
    return [one["record_id"] for one in response.json()["records"]]


def listed(client, path="/health/records"):
    found = client.http.get(path, headers=client.heads[client.fixture.ann]).json()
    return {one["record_id"]: {each["record_id"]: each["holder"] for each in one["same_as"]} for one in found}


def test_the_same_file_drafts_nothing_and_says_so(client):
    hospital, raw = client.fixture.hospital, bundle(*OBSERVATIONS)
    records = submitted(client, hospital, drafted(client, hospital, raw)["drafts"])
    later = bundle(*map(elsewhere, OBSERVATIONS), patient=PATIENT | {"id": "77"})
    for again in (raw, later):
        answer = drafted(client, hospital, again)
        assert answer["drafts"] == []
        assert [one["record_id"] for one in answer["duplicates"]] == records
    assert {one["resource_type"] for one in answer["duplicates"]} == {"Patient", "Observation"}
    changed = OBSERVATIONS[0] | {"valueInteger": 9}
    assert len(drafted(client, hospital, bundle(changed, *OBSERVATIONS[1:]))["drafts"]) == 1


def test_another_hospital_issues_all_of_it_and_only_the_person_learns_that_it_is_the_same(client):
    hospital, raw = client.fixture.hospital, bundle(*OBSERVATIONS)
    mine = submitted(client, hospital, drafted(client, hospital, raw)["drafts"])
    later = bundle(*map(elsewhere, OBSERVATIONS), patient=PATIENT | {"id": "77"})
    answer = drafted(client, client.clinic, later)
    assert (len(answer["drafts"]), answer["duplicates"], answer["skipped"]) == (4, [], [])
    theirs = submitted(client, client.clinic, answer["drafts"])
    pairs = dict(zip(mine, theirs, strict=True))
    expected = {a: {b: client.clinic.address} for a, b in pairs.items()}
    expected |= {b: {a: hospital.address} for a, b in pairs.items()}
    assert listed(client) == listed(client, "/records") == expected
    for party in (hospital, client.clinic, client.fixture.trial):
        found = client.http.get("/health/records", headers=client.heads[party]).json()
        assert found == []
    copy = client.http.get("/records/0/copy", headers=client.heads[hospital]).text
    assert theirs[0][2:] not in copy


def test_an_erased_record_is_the_same_as_nothing(client):
    hospital, raw = client.fixture.hospital, bundle(OBSERVATIONS[0])
    (patient, mine) = submitted(client, hospital, drafted(client, hospital, raw)["drafts"])
    submitted(client, client.clinic, drafted(client, client.clinic, raw)["drafts"])
    head = client.heads[hospital]
    drafts = client.http.post("/me/erasures/drafts", json={"records": [mine]}, headers=head).json()["drafts"]
    erasures = {"erasures": [client.signed(hospital, Erasure, drafts[0])]}
    assert client.http.post("/me/erasures", json=erasures, headers=head).status_code == 202
    same = listed(client)
    assert sorted(map(len, same.values())) == [0, 0, 1, 1]
    assert same[mine] == {}
    answer = drafted(client, hospital, raw)
    assert (len(answer["drafts"]), [one["record_id"] for one in answer["duplicates"]]) == (1, [patient])


def test_single_records_are_named_by_their_number_in_the_call(client):
    hospital, ann = client.fixture.hospital, client.fixture.ann

    def draft(*texts, **more):
        forms = [
            {
                "data_subject": "0x" + ann.signer.hex(),
                "category": "health.report",
                "media_type": "text/plain",
                "content_base64": base64.b64encode(content).decode(),
            }
            | more
            for content in texts
        ]
        return client.http.post("/records/drafts", json={"records": forms}, headers=client.heads[hospital]).json()

    first = draft(b"a", b"b")
    assert first["duplicates"] == []
    a, _ = submitted(client, hospital, first["drafts"])
    answer = draft(b"c", b"a")
    assert (len(answer["drafts"]), answer["duplicates"]) == (1, [{"index": 1, "record_id": a}])
    assert draft(b"a", again=True)["duplicates"] == []


def test_equal_drafts_that_are_both_signed_are_one_record(client):
    hospital, raw = client.fixture.hospital, bundle(OBSERVATIONS[0])
    one, two = (drafted(client, hospital, raw)["drafts"] for _ in range(2))
    submitted(client, hospital, one)
    signed = [client.signed(hospital, Issue, draft) for draft in two]
    records = [{"message": each["message"], "signature": each["signature"]} for each in signed]
    response = client.http.post("/records", json={"records": records}, headers=client.heads[hospital])
    assert (response.status_code, response.json()["error"]) == (422, "invalid_statement")
    assert "stands with this content already" in response.json()["detail"]
    assert len(listed(client)) == 2
