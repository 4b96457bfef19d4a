"""Contacts over HTTP: declared texts only, and a sender who learns nothing from any route."""

from dataclasses import replace

import pytest

from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.kernel.people.contacts import SHOWN_AFTER
from mydata_ledger.ledger.kernel.people.quiet_hours import next_daytime
from mydata_ledger.ledger.receipt import ACCESS
from mydata_ledger.scripts.serve import slices
from testing.ledger_fixture import NOW, wallet
from tests.api.api_client import ApiClient
from tests.api.test_delegations import BEN, hand_in, hex_of

FORM = {
    "template": "trial.invitation",
    "version": 1,
    "purpose": "mydata:TRIAL_CONTACT",
    "category": "health.condition",
}
TERMS = {"purposes": ["mydata:TRIAL_CONTACT"], "actions": ["contact"]}


@pytest.fixture
def client():
    return ApiClient()


def consents(client, person=None, **terms):
    person = person or client.fixture.ann
    draft = client.drafted(person, client.fixture.trial.address, **{"category": "health.condition", **TERMS, **terms})
    answer = client.http.post(
        "/consents", json=client.signed(person, Consent, draft), headers=client.as_(client.fixture.ann)
    )
    assert answer.status_code == 202
    client.fixture.anchor()


def asks(client, who=None, **changes):
    headers = client.as_(who or client.fixture.trial)
    return client.http.post("/contacts", json=FORM | changes, headers=headers)


def sends(client):
    while client.fixture.kernel.people.distribution.distribute():
        pass
    client.fixture.kernel.log_consumer.consume()


def inbox(client, who=None, **params):
    found = client.http.get("/me/inbox", params=params, headers=client.as_(who or client.fixture.ann)).json()
    return [message for message in found if message["event"] not in {"consent.granted", "delegation.named"}]


def test_a_person_reads_the_text_in_their_language_and_why_they_got_it(client):
    consents(client)
    answer = asks(client)
    assert (answer.status_code, answer.json()) == (202, {"status": "accepted"})
    sends(client)
    (english,), (korean,), (other,) = (inbox(client, language=one) for one in ("en", "ko", "tlh"))
    assert english["text"].startswith("The sender has a clinical trial")
    assert (korean["text"][:5], other["text"]) == ("보낸 곳에", english["text"])
    (consent,) = client.http.get("/consents", headers=client.as_(client.fixture.ann)).json()
    assert (english["event"], english["consents"], english["detail"]["by"]) == (
        "contact.sent",
        [consent["entry"]],
        "The trial",
    )
    receipt = english["detail"]["receipt"].removeprefix("access/")
    proof = client.http.get(f"/receipts/{receipt}", headers=client.as_(client.fixture.ann))
    assert proof.status_code == 200
    end = {"grantee": client.fixture.trial.address}
    drafted = client.http.post("/revocations/drafts", json=end, headers=client.as_(client.fixture.ann))
    assert drafted.status_code == 200, "the person may end it"


def test_a_language_that_is_none_is_refused(client):
    answer = client.http.get("/me/inbox", params={"language": "x" * 101}, headers=client.as_(client.fixture.ann))
    assert answer.status_code == 400


def test_only_the_person_reads_the_message_not_their_delegate(client):
    form = {"delegate": hex_of(BEN), "delegate_name": "Ben", "categories": ["*"], "expires": NOW + 9_000}
    draft = client.http.post("/delegations/drafts", json=form, headers=client.as_(client.fixture.ann)).json()
    assert hand_in(client, client.fixture.ann, Delegation, "/delegations", draft).status_code == 202
    consents(client)
    asks(client)
    sends(client)
    assert [message["event"] for message in inbox(client)] == ["contact.sent"]
    assert inbox(client, BEN) == []
    acting = client.http.get("/me/inbox", params={"for": hex_of(client.fixture.ann)}, headers=client.as_(BEN))
    assert "contact.sent" not in acting.text, "the inbox knows no acting for others"


def test_a_webhook_gets_event_and_subject_only(client):
    form = {"channel": "webhook", "address": "https://example.org/h", "events": ["contact.sent"]}
    assert client.http.post("/me/subscriptions", json=form, headers=client.as_(client.fixture.ann)).status_code == 201
    consents(client)
    asks(client)
    sends(client)
    sent = []

    class Webhook:
        def send(self, delivery, subscription):
            sent.append(delivery)

    client.fixture.kernel.people.deliveries.deliver({"webhook": Webhook()})
    (contact,) = client.http.get("/contacts", headers=client.as_(client.fixture.trial)).json()
    (delivery,) = sent
    assert (delivery.event, delivery.subject) == ("contact.sent", contact["contact_id"])


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_sender_learns_nothing_from_any_route(client, count):
    for number in range(count):
        consents(client, wallet(60 + number))
    assert asks(client).json() == {"status": "accepted"}
    sends(client)
    seen = {"waiting": client.http.get("/contacts", headers=client.as_(client.fixture.trial)).json()}
    client.fixture.clock.passes(SHOWN_AFTER)
    seen["sent"] = client.http.get("/contacts", headers=client.as_(client.fixture.trial)).json()
    assert [[one["state"] for one in found] for found in seen.values()] == [["waiting"], ["sent"]]
    assert set(seen["sent"][0]) == {*FORM, "contact_id", "state", "asked_at"}
    client.fixture.anchor()
    as_trial = client.as_(client.fixture.trial)
    size = client.fixture.store.log.head(ACCESS).size
    assert size == count, "each was asked about"
    assert client.http.get("/receipts", headers=as_trial).json() == []
    for position in range(size + 1):
        for path in ("", "/record", "/acknowledgement", "/sealed"):
            answer = client.http.get(f"/receipts/{position}{path}", headers=as_trial)
            assert (answer.status_code, answer.json()) == (404, {"error": "access_denied"}), path
    mine = client.http.get("/me/inbox", headers=as_trial).json()
    assert {message["event"] for message in mine} <= {"consent.granted"}


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"template": "10% off"}, 422, "unknown_term"),
        ({"version": 9}, 422, "unknown_term"),
        ({"version": 0}, 400, "malformed_input"),
        ({"version": "1"}, 400, "malformed_input"),
        ({"text": "buy now"}, 400, "malformed_input"),
        ({"purpose": "hl7:HMARKT"}, 422, "invalid_statement"),
        ({"purpose": "hl7:NONE"}, 422, "unknown_term"),
        ({"category": "health"}, 422, "unknown_term"),
        ({"category": "health.profile"}, 422, "invalid_statement"),
        ({"template": "marketing.benefit"}, 422, "invalid_statement"),
    ],
)
def test_no_free_text_and_no_term_of_another_kind(client, changes, status, error):
    answer = asks(client, **changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert "10%" not in answer.text


def test_who_is_no_accredited_party_sends_nothing(client):
    assert asks(client, wallet(70)).status_code == 403
    client.fixture.expire(client.fixture.trial)
    assert asks(client).status_code == 403
    assert client.http.get("/contacts", headers=client.as_(client.fixture.trial)).json() == []


def test_the_list_is_of_the_sender_alone_and_in_pages(client):
    for _ in range(3):
        asks(client)
    as_trial = client.as_(client.fixture.trial)
    first = client.http.get("/contacts", params={"limit": 2}, headers=as_trial).json()
    rest = client.http.get("/contacts", params={"after": first[-1]["contact_id"]}, headers=as_trial).json()
    assert (len(first), len(rest)) == (2, 1)
    assert client.http.get("/contacts", headers=client.as_(client.fixture.insurer)).json() == []
    assert client.http.get("/contacts", params={"after": "x"}, headers=as_trial).status_code == 400


def test_a_benefit_waits_for_the_morning(client):
    client.fixture.clock.passes(5 * 3_600)  # 22:00 in Korea
    client.fixture.anchor()
    consents(client, category="card.approval", purposes=["mydata:BENEFIT_NOTICE"], expires=NOW + 90_000)
    terms = {"template": "marketing.benefit", "purpose": "mydata:NEARBY", "category": "card.approval"}
    assert asks(client, **terms).status_code == 202
    sends(client)
    assert inbox(client) == []
    morning = next_daytime(NOW + 5 * 3_600)
    client.fixture.clock.passes(morning - NOW - 5 * 3_600)
    client.fixture.anchor()
    sends(client)
    assert [message["text"][:15] for message in inbox(client)] == ["(Advertisement)"]


def test_every_declared_text_is_for_a_declared_purpose_in_two_languages(client):
    listed = client.http.get("/contacts/templates", headers=client.as_(client.fixture.trial)).json()
    purposes = client.http.get("/vocabulary").json()["purposes"]
    assert len(listed) == sum(len(one.catalog.templates) for one in slices()) >= 2
    for one in listed:
        assert one["purpose"] in purposes
        assert one["texts"]["en"].isascii()
        assert not one["texts"]["ko"].isascii()
        is_marked = one["texts"]["en"].startswith("(Advertisement)"), one["texts"]["ko"].startswith("(광고)")
        assert is_marked == (one["advertising"],) * 2
    declared = {purpose for one in slices() for purpose in one.catalog.advertising}
    assert declared == {"hl7:HMARKT", "mydata:BENEFIT_NOTICE"}
    assert declared <= purposes.keys()


def test_a_message_whose_text_is_gone_is_still_in_the_inbox(client):
    consents(client)
    asks(client)
    sends(client)
    found = client.fixture.kernel.people.inbox.read(hex_of(client.fixture.ann))
    (message,) = [message for message in found if message.event == "contact.sent"]
    gone = replace(message, detail={**message.detail, "version": "7"})
    assert client.fixture.kernel.people.inbox.text_of(message, "en")
    assert client.fixture.kernel.people.inbox.text_of(gone, "en") == ""
