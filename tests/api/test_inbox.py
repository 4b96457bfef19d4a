"""Inbox, subscriptions and deliveries over HTTP."""

import pytest

from mydata_ledger.ledger.consent import Consent
from testing.ledger_fixture import wallet
from tests.api.api_client import ApiClient


@pytest.fixture
def client():
    client = ApiClient()
    draft = client.drafted(client.fixture.ann, client.fixture.trial.address)
    signed = client.signed(client.fixture.ann, Consent, draft)
    client.http.post("/consents", json=signed, headers=client.as_(client.fixture.ann))
    return client


def test_both_sides_read_their_inbox(client):
    client.fixture.kernel.log_consumer.consume()
    (mine,) = client.http.get("/me/inbox", headers=client.as_(client.fixture.ann)).json()
    (theirs,) = client.http.get("/me/inbox", headers=client.as_(client.fixture.trial)).json()
    assert (mine["event"], mine["detail"]) == ("consent.granted", {"grantee": "The trial"})
    assert (theirs["event"], theirs["detail"], theirs["subject"]) == ("consent.granted", {}, mine["subject"])
    after = client.http.get("/me/inbox", params={"after": mine["message_id"]}, headers=client.as_(client.fixture.ann))
    assert after.json() == []
    assert client.http.get("/me/inbox", headers=client.as_(wallet(70))).json() == []


def test_a_subscription_shows_its_secret_once_and_its_deliveries_always(client):
    as_trial = client.as_(client.fixture.trial)
    form = {"channel": "webhook", "address": "https://example.org/h", "events": ["consent.granted"]}
    made = client.http.post("/me/subscriptions", json=form, headers=as_trial)
    assert (made.status_code, made.json()["secret"][:6]) == (201, "whsec_")
    (listed,) = client.http.get("/me/subscriptions", headers=as_trial).json()
    assert (listed["secret"], listed["events"]) == ("", ["consent.granted"])
    client.fixture.kernel.log_consumer.consume()
    (delivery,) = client.http.get("/me/deliveries", headers=as_trial).json()
    assert (delivery["state"], delivery["attempts"]) == ("pending", 0)
    path = f"/me/subscriptions/{listed['subscription_id']}"
    assert client.http.delete(path, headers=client.as_(client.fixture.ann)).status_code == 404
    assert client.http.delete(path, headers=as_trial).status_code == 204
    assert client.http.get("/me/subscriptions", headers=as_trial).json() == []


def test_a_wrong_subscription_says_what_is_right(client):
    form = {"channel": "webhook", "address": "https://example.org/h", "events": ["consent.eaten"]}
    refused = client.http.post("/me/subscriptions", json=form, headers=client.as_(client.fixture.ann))
    assert (refused.status_code, "data.used" in refused.json()["detail"]) == (422, True)


def test_results_are_announced_to_nobody_in_particular(client):
    client.fixture.anchor()
    client.fixture.kernel.log_consumer.consume()
    notified = client.http.post("/results", json={"reference": "KCT1"}, headers=client.as_(client.fixture.trial))
    assert (notified.status_code, notified.json()) == (202, {"status": "announced"})
    client.fixture.kernel.people.distribution.distribute()
    events = [m["event"] for m in client.http.get("/me/inbox", headers=client.as_(client.fixture.ann)).json()]
    assert "study.results" in events
    assert client.http.post("/results", json={"reference": "KCT1"}, headers=client.as_(wallet(70))).status_code == 403


@pytest.mark.parametrize(
    "text", ["KCT1 results", "10% off", "https://example.org/1", "kct1", "KCT", "KCT1-", "KCT1.KR", "결과1", "9" * 25]
)
def test_results_carry_a_reference_and_no_text(client, text):
    answer = client.http.post("/results", json={"reference": text}, headers=client.as_(client.fixture.trial))
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_statement")
    assert "KCT0008791" in answer.json()["detail"]


def test_the_receipts_are_readable_in_fhir(client):
    record = client.issued()
    client.fixture.anchor()
    request = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    client.http.post(f"/access/records/{record}", json=request, headers=client.as_(client.fixture.trial))
    as_ann = client.as_(client.fixture.ann)
    events = client.http.get("/health/audit-events", headers=as_ann).json()["entry"]
    assert [e["resource"]["outcome"] for e in events] == ["0"]
    provenances = client.http.get("/health/provenances", headers=as_ann).json()["entry"]
    assert provenances[0]["resource"]["target"][0]["identifier"]["value"] == record
    entry = client.http.get("/consents", headers=as_ann).json()[0]["entry"]
    for release, element in (("R4", "policyRule"), ("R5", "decision")):
        found = client.http.get(f"/health/consents/{entry}", params={"release": release}, headers=as_ann).json()
        assert (found["resourceType"], element in found) == ("Consent", True)
    assert client.http.get(f"/health/consents/{entry}", headers=client.as_(wallet(70))).status_code == 404
    assert client.http.get("/health/audit-events", headers=client.as_(wallet(70))).json()["entry"] == []


@pytest.mark.parametrize("release", ["R4", "R5"])
def test_a_consent_that_does_not_permit_now_is_never_active_in_fhir(release):
    client = ApiClient()
    ann = client.fixture.ann

    def status():
        as_ann = client.as_(ann)
        (consent,) = client.http.get("/consents", headers=as_ann).json()
        found = client.http.get(f"/health/consents/{consent['entry']}", params={"release": release}, headers=as_ann)
        return consent["status"], found.json()["status"]

    draft = client.http.post(
        "/consents/drafts", json=client.wish(client.fixture.trial.address), headers=client.as_(ann)
    ).json()
    client.http.post("/consents", json=client.signed(ann, Consent, draft["typed_data"]), headers=client.as_(ann))
    assert status() == ("pending", "draft")
    client.fixture.anchor()
    assert status() == ("active", "active")
    client.fixture.clock.passes(9_000)
    client.fixture.anchor()
    assert status() == ("expired", "inactive")
