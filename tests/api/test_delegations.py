"""A delegate through the door: named, signing for the person, ended."""

import pytest

from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from testing.ledger_fixture import NOW, wallet
from tests.api.door import Door

BEN = wallet(79)


@pytest.fixture
def door():
    return Door()


def hex_of(who):
    return "0x" + who.signer.hex()


def hand_in(door, who, kind, path, draft):
    signed = door.signed(who, kind, draft["typed_data"])
    answer = door.http.post(path, json=signed, headers=door.as_(who))
    door.house.anchor()
    return answer


def named(door):
    form = {"delegate": hex_of(BEN), "delegate_name": "Ben", "categories": ["health"], "expires": NOW + 9_000}
    draft = door.http.post("/delegations/drafts", json=form, headers=door.as_(door.house.ann)).json()
    may = "Ben may sign and withdraw consents for you, and read and pass on data by links and downloads"
    assert draft["summary"] == [f"{may} (representative) about: health, until 2027-01-15 10:30 UTC."]
    return hand_in(door, door.house.ann, Delegation, "/delegations", draft)


def test_naming_signing_and_ending(door):
    assert named(door).status_code == 202
    (mine,) = door.http.get("/delegations", headers=door.as_(door.house.ann)).json()
    assert (mine["delegate"], mine["status"]) == (hex_of(BEN), "active")
    wish = door.wish(door.house.trial.address) | {"data_subject": hex_of(door.house.ann)}
    draft = door.http.post("/consents/drafts", json=wish, headers=door.as_(BEN)).json()
    assert hand_in(door, BEN, Consent, "/consents", draft).status_code == 202
    (consent,) = door.http.get("/consents", headers=door.as_(door.house.ann)).json()
    assert consent["status"] == "active"
    assert {"signer": hex_of(BEN), "name": "Ben", "relation": "representative"}.items() <= consent["signed_by"].items()
    bens = door.as_(BEN)
    end = {"delegate": hex_of(BEN)}
    draft = door.http.post("/delegations/ends/drafts", json=end, headers=door.as_(door.house.ann)).json()
    answer = hand_in(door, door.house.ann, Revocation, "/revocations", draft)
    ended = answer.json()["ended"]
    assert answer.status_code == 202
    assert [one["reference"] for one in ended if one["kind"] == "consent"] == [consent["entry"]]
    assert {one["holder"] for one in ended if one["kind"] == "session"} == {BEN.address}
    assert door.http.get("/consents", headers=bens).status_code == 401, "the delegate's sessions ended too"
    assert door.http.get("/delegations", headers=door.as_(door.house.ann)).json()[0]["status"] == "revoked"
    assert door.http.get("/consents", headers=door.as_(door.house.ann)).json()[0]["status"] == "revoked"


def test_the_copies_carry_the_delegation_for_those_it_is_about(door):
    ann, stranger = door.house.ann, wallet(80)
    assert named(door).status_code == 202
    wish = door.wish(door.house.trial.address) | {"data_subject": hex_of(ann)}
    draft = door.http.post("/consents/drafts", json=wish, headers=door.as_(BEN)).json()
    entry = hand_in(door, BEN, Consent, "/consents", draft).json()["entry"]
    (office,) = door.http.get("/delegations", headers=door.as_(ann)).json()
    path = f"/delegations/{office['entry']}/copy"
    copies = [door.http.get(path, headers=door.as_(who)) for who in (ann, BEN, stranger)]
    assert [answer.status_code for answer in copies] == [200, 200, 404]
    copy = door.http.get(f"/consents/{entry}/copy", headers=door.as_(ann)).json()
    assert copy["delegation"] == copies[0].json()
    assert copy["delegation"]["message"]["delegate"] == copy["message"]["signer"] == hex_of(BEN)
    assert door.http.get(f"/delegations/{entry}/copy", headers=door.as_(ann)).status_code == 404


def test_who_was_not_named_signs_for_nobody(door):
    wish = door.wish(door.house.trial.address) | {"data_subject": hex_of(door.house.ann)}
    draft = door.http.post("/consents/drafts", json=wish, headers=door.as_(BEN)).json()
    refused = hand_in(door, BEN, Consent, "/consents", draft)
    assert (refused.status_code, refused.json()["error"]) == (403, "not_entitled")


def test_a_guardian_without_evidence_and_evidence_that_is_none(door):
    form = {"delegate": hex_of(BEN), "delegate_name": "Ben", "categories": ["health"], "expires": NOW + 9_000}
    form |= {"relation": "guardian", "data_subject": hex_of(wallet(70))}
    draft = door.http.post("/delegations/drafts", json=form, headers=door.as_(door.house.ann)).json()
    assert hand_in(door, door.house.ann, Delegation, "/delegations", draft).status_code == 403
    signed = door.signed(door.house.ann, Delegation, draft["typed_data"]) | {"evidence": "{"}
    assert door.http.post("/delegations", json=signed, headers=door.as_(door.house.ann)).status_code == 400
