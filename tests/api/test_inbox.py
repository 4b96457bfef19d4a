"""Inbox, subscriptions and deliveries through the door."""

import pytest

from mydata_ledger.ledger.consent import Consent
from testing.ledger_fixture import wallet
from tests.api.door import Door


@pytest.fixture
def door():
    door = Door()
    draft = door.drafted(door.house.ann, door.house.trial.address)
    signed = door.signed(door.house.ann, Consent, draft)
    door.http.post("/consents", json=signed, headers=door.as_(door.house.ann))
    return door


def test_both_sides_read_their_inbox(door):
    door.house.kernel.log_consumer.consume()
    (mine,) = door.http.get("/me/inbox", headers=door.as_(door.house.ann)).json()
    (theirs,) = door.http.get("/me/inbox", headers=door.as_(door.house.trial)).json()
    assert (mine["event"], mine["detail"]) == ("consent.granted", {"grantee": "The trial"})
    assert (theirs["event"], theirs["detail"], theirs["subject"]) == ("consent.granted", {}, mine["subject"])
    after = door.http.get("/me/inbox", params={"after": mine["message_id"]}, headers=door.as_(door.house.ann))
    assert after.json() == []
    assert door.http.get("/me/inbox", headers=door.as_(wallet(70))).json() == []


def test_a_subscription_shows_its_secret_once_and_its_deliveries_always(door):
    as_trial = door.as_(door.house.trial)
    form = {"channel": "webhook", "address": "https://example.org/h", "events": ["consent.granted"]}
    made = door.http.post("/me/subscriptions", json=form, headers=as_trial)
    assert (made.status_code, made.json()["secret"][:6]) == (201, "whsec_")
    (listed,) = door.http.get("/me/subscriptions", headers=as_trial).json()
    assert (listed["secret"], listed["events"]) == ("", ["consent.granted"])
    door.house.kernel.log_consumer.consume()
    (delivery,) = door.http.get("/me/deliveries", headers=as_trial).json()
    assert (delivery["state"], delivery["attempts"]) == ("pending", 0)
    path = f"/me/subscriptions/{listed['subscription_id']}"
    assert door.http.delete(path, headers=door.as_(door.house.ann)).status_code == 404
    assert door.http.delete(path, headers=as_trial).status_code == 204
    assert door.http.get("/me/subscriptions", headers=as_trial).json() == []


def test_a_wrong_subscription_says_what_is_right(door):
    form = {"channel": "webhook", "address": "https://example.org/h", "events": ["consent.eaten"]}
    refused = door.http.post("/me/subscriptions", json=form, headers=door.as_(door.house.ann))
    assert (refused.status_code, "data.used" in refused.json()["detail"]) == (422, True)


def test_results_are_announced_to_nobody_in_particular(door):
    door.house.kernel.log_consumer.consume()
    told = door.http.post("/results", json={"reference": "KCT1 results"}, headers=door.as_(door.house.trial))
    assert (told.status_code, told.json()) == (202, {"status": "announced"})
    events = [m["event"] for m in door.http.get("/me/inbox", headers=door.as_(door.house.ann)).json()]
    assert "study.results" in events
    assert door.http.post("/results", json={"reference": "x"}, headers=door.as_(wallet(70))).status_code == 403


def test_the_same_in_fhir_for_those_who_speak_it(door):
    record = door.issued()
    door.house.anchor()
    asked = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    door.http.post(f"/access/records/{record}", json=asked, headers=door.as_(door.house.trial))
    as_ann = door.as_(door.house.ann)
    events = door.http.get("/health/audit-events", headers=as_ann).json()["entry"]
    assert [e["resource"]["outcome"] for e in events] == ["0"]
    provenances = door.http.get("/health/provenances", headers=as_ann).json()["entry"]
    assert provenances[0]["resource"]["target"][0]["identifier"]["value"] == record
    entry = door.http.get("/consents", headers=as_ann).json()[0]["entry"]
    for release, element in (("R4", "policyRule"), ("R5", "decision")):
        found = door.http.get(f"/health/consents/{entry}", params={"release": release}, headers=as_ann).json()
        assert (found["resourceType"], element in found) == ("Consent", True)
    assert door.http.get(f"/health/consents/{entry}", headers=door.as_(wallet(70))).status_code == 404
    assert door.http.get("/health/audit-events", headers=door.as_(wallet(70))).json()["entry"] == []


@pytest.mark.parametrize("release", ["R4", "R5"])
def test_a_consent_that_does_not_permit_now_is_never_active_in_fhir(release):
    door = Door()
    ann = door.house.ann

    def status():
        as_ann = door.as_(ann)
        (consent,) = door.http.get("/consents", headers=as_ann).json()
        found = door.http.get(f"/health/consents/{consent['entry']}", params={"release": release}, headers=as_ann)
        return consent["status"], found.json()["status"]

    draft = door.http.post("/consents/drafts", json=door.wish(door.house.trial.address), headers=door.as_(ann)).json()
    door.http.post("/consents", json=door.signed(ann, Consent, draft["typed_data"]), headers=door.as_(ann))
    assert status() == ("pending", "draft")
    door.house.anchor()
    assert status() == ("active", "active")
    door.house.clock.passes(9_000)
    door.house.anchor()
    assert status() == ("expired", "inactive")
