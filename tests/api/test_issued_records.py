"""What a holder issued: its own records in every state, newest first, and nothing of another holder's."""

import pytest

from mydata_ledger.ledger.kernel.records import issued
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.record import Erasure
from testing.ledger_fixture import wallet
from tests.api.api_client import ApiClient

OTHER = wallet(86)


@pytest.fixture
def client():
    client = ApiClient()
    clinic = Party(OTHER.address, "Clinic", frozenset({"holder"}), b"", 0, 0)
    client.fixture.directory.append(clinic)
    client.fixture.store.directory.set_parties(client.fixture.directory)
    return client


def issued_by(client, holder, **form):
    client.fixture.hospital = holder
    return client.issued(**form)


def listed(client, who, **params):
    answer = client.http.get("/holder/records", params=params, headers=client.as_(who))
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(page):
    return [one["record_id"] for one in page["records"]]


def test_a_holder_pages_through_its_own_records_newest_first(client):
    hospital = client.fixture.hospital
    mine = [issued_by(client, hospital) for _ in range(3)]
    theirs = issued_by(client, OTHER, category="health.vitals")
    first = listed(client, hospital, limit=2)
    assert ids(first) == mine[:0:-1]
    assert ids(listed(client, hospital, limit=2, before=first["next"])) == mine[:1]
    assert (ids(listed(client, OTHER)), listed(client, OTHER)["next"]) == ([theirs], None)
    (record,) = listed(client, OTHER)["records"]
    assert record["data_subject"] == "0x" + client.fixture.ann.signer.hex()
    assert (record["category"], record["status"]) == ("health.vitals", "pending")
    assert not {"cid", "commitment", "content"} & set(record)


def test_an_erased_record_stays_in_the_list_as_erased(client):
    hospital, record = client.fixture.hospital, client.issued()
    headers = client.as_(hospital)
    drafts = client.http.post("/me/erasures/drafts", json={"records": [record]}, headers=headers).json()["drafts"]
    signed = [client.signed(hospital, Erasure, draft) for draft in drafts]
    assert client.http.post("/me/erasures", json={"erasures": signed}, headers=headers).status_code == 202
    assert [one["status"] for one in listed(client, hospital)["records"]] == ["erased"]


def test_one_page_examines_a_bounded_part_of_the_log_and_names_where_to_go_on(client, monkeypatch):
    hospital, mine = client.fixture.hospital, client.issued()
    for _ in range(3):
        issued_by(client, OTHER)
    monkeypatch.setattr(issued, "MOST_EXAMINED", 2)
    page = listed(client, hospital)
    assert (page["records"], page["next"]) == ([], 2)
    assert ids(listed(client, hospital, before=2)) == [mine]


def test_a_person_has_issued_nothing_and_bad_pages_are_refused(client):
    client.issued()
    assert listed(client, client.fixture.ann) == {"records": [], "next": None}
    headers = client.as_(client.fixture.hospital)
    for params in ({"limit": 201}, {"limit": 0}, {"before": -1}, {"holder": OTHER.address}):
        assert client.http.get("/holder/records", params=params, headers=headers).status_code in {400, 422}, params
