"""Delegations over HTTP: a delegate is named, signs for the person, and is ended."""

import pytest

from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from testing.ledger_fixture import NOW, wallet
from tests.api.api_client import ApiClient

BEN = wallet(79)


@pytest.fixture
def client():
    return ApiClient()


def hex_of(who):
    return "0x" + who.signer.hex()


def hand_in(client, who, kind, path, draft):
    signed = client.signed(who, kind, draft["typed_data"])
    answer = client.http.post(path, json=signed, headers=client.as_(who))
    client.fixture.anchor()
    return answer


def named(client):
    form = {"delegate": hex_of(BEN), "delegate_name": "Ben", "categories": ["health"], "expires": NOW + 9_000}
    draft = client.http.post("/delegations/drafts", json=form, headers=client.as_(client.fixture.ann)).json()
    sees = "see records, requests and accesses, and pass on data by links and downloads"
    may = f"Ben may sign and withdraw consents for you, {sees}"
    assert draft["summary"] == [f"{may} (representative) about: All health data, until 2027-01-15 10:30 UTC."]
    return hand_in(client, client.fixture.ann, Delegation, "/delegations", draft)


def test_naming_signing_and_ending(client):
    assert named(client).status_code == 202
    (mine,) = client.http.get("/delegations", headers=client.as_(client.fixture.ann)).json()
    assert (mine["delegate"], mine["status"]) == (hex_of(BEN), "active")
    wish = client.wish(client.fixture.trial.address) | {"data_subject": hex_of(client.fixture.ann)}
    draft = client.http.post("/consents/drafts", json=wish, headers=client.as_(BEN)).json()
    assert hand_in(client, BEN, Consent, "/consents", draft).status_code == 202
    (consent,) = client.http.get("/consents", headers=client.as_(client.fixture.ann)).json()
    assert consent["status"] == "active"
    assert {"signer": hex_of(BEN), "name": "Ben", "relation": "representative"}.items() <= consent["signed_by"].items()
    bens = client.as_(BEN)
    end = {"delegate": hex_of(BEN)}
    draft = client.http.post("/delegations/ends/drafts", json=end, headers=client.as_(client.fixture.ann)).json()
    answer = hand_in(client, client.fixture.ann, Revocation, "/revocations", draft)
    ended = answer.json()["ended"]
    assert answer.status_code == 202
    assert [one["reference"] for one in ended if one["kind"] == "consent"] == [consent["entry"]]
    assert {one["holder"] for one in ended if one["kind"] == "session"} == {BEN.address}
    assert client.http.get("/consents", headers=bens).status_code == 401, "the delegate's sessions ended too"
    assert client.http.get("/delegations", headers=client.as_(client.fixture.ann)).json()[0]["status"] == "revoked"
    assert client.http.get("/consents", headers=client.as_(client.fixture.ann)).json()[0]["status"] == "revoked"


def test_the_copies_carry_the_delegation_for_those_it_is_about(client):
    ann, stranger = client.fixture.ann, wallet(80)
    assert named(client).status_code == 202
    wish = client.wish(client.fixture.trial.address) | {"data_subject": hex_of(ann)}
    draft = client.http.post("/consents/drafts", json=wish, headers=client.as_(BEN)).json()
    entry = hand_in(client, BEN, Consent, "/consents", draft).json()["entry"]
    (office,) = client.http.get("/delegations", headers=client.as_(ann)).json()
    path = f"/delegations/{office['entry']}/copy"
    copies = [client.http.get(path, headers=client.as_(who)) for who in (ann, BEN, stranger)]
    assert [answer.status_code for answer in copies] == [200, 200, 404]
    copy = client.http.get(f"/consents/{entry}/copy", headers=client.as_(ann)).json()
    assert copy["delegation"] == copies[0].json()
    assert copy["delegation"]["message"]["delegate"] == copy["message"]["signer"] == hex_of(BEN)
    assert client.http.get(f"/delegations/{entry}/copy", headers=client.as_(ann)).status_code == 404


def test_who_was_not_named_signs_for_nobody(client):
    wish = client.wish(client.fixture.trial.address) | {"data_subject": hex_of(client.fixture.ann)}
    not_drafted = client.http.post("/consents/drafts", json=wish, headers=client.as_(BEN))
    typed = client.drafted(client.fixture.ann, client.fixture.trial.address)
    typed["message"]["signer"] = hex_of(BEN)
    refused = hand_in(client, BEN, Consent, "/consents", {"typed_data": typed})
    for answer in (not_drafted, refused):
        assert (answer.status_code, answer.json()["error"]) == (403, "not_entitled")


def test_a_guardian_without_evidence_and_evidence_that_is_none(client):
    form = {"delegate": hex_of(BEN), "delegate_name": "Ben", "categories": ["health"], "expires": NOW + 9_000}
    form |= {"relation": "guardian", "data_subject": hex_of(wallet(70))}
    draft = client.http.post("/delegations/drafts", json=form, headers=client.as_(client.fixture.ann)).json()
    assert hand_in(client, client.fixture.ann, Delegation, "/delegations", draft).status_code == 403
    signed = client.signed(client.fixture.ann, Delegation, draft["typed_data"]) | {"evidence": "{"}
    assert client.http.post("/delegations", json=signed, headers=client.as_(client.fixture.ann)).status_code == 400
