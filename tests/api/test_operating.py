"""What the operator and the reviewers see over HTTP, and that nobody else sees it."""

import pytest

from mydata_ledger.ledger.errors import InvalidStatement, SourceUnavailable
from mydata_ledger.ledger.kernel.people.failed_deliveries import WITHIN
from mydata_ledger.ledger.message import Event, Message, of_person
from mydata_ledger.ledger.party import Party
from testing.ledger_fixture import NOW, wallet
from tests.api.api_client import ApiClient
from tests.api.test_emergencies import declared, extended, reads, records_of

OPERATOR, REVIEWER, BOB, HOOKS = wallet(86), wallet(85), wallet(80), "/operation/deliveries"


@pytest.fixture
def client():
    client = ApiClient()
    for one, role in ((OPERATOR, "operator"), (REVIEWER, "reviewer")):
        client.fixture.directory.append(Party(one.address, role, frozenset({role}), b"", 0, 0))
    client.fixture.store.directory.set_parties(client.fixture.directory)
    return client


class Failing:
    """A notifier whose every send fails."""

    def __init__(self, error):
        self.error = error

    def send(self, delivery, subscription):
        raise self.error


def notified(client, recipient, address):
    """Let the delivery of one message to that address wait; a name of nobody stays in the message."""
    people = client.fixture.kernel.people
    people.subscriptions.add(recipient, "webhook" if "://" in address else "email", address, frozenset())
    people.inbox.notify(Message(recipient, Event.GRANTED, "0x" + "11" * 32, NOW, {"grantee": "The trial"}))


def test_the_operator_sees_which_deliveries_fail_and_no_recipient(client):
    fixture, http = client.fixture, client.http
    notified(client, fixture.trial.address, "https://hooks.trial.example/secret-path?key=1")
    notified(client, of_person(fixture.ann.signer), "https://ann.private.example/hook")
    notified(client, of_person(BOB.signer), "bob@private.example")
    deliver = fixture.kernel.people.deliveries.deliver
    deliver({"webhook": Failing(InvalidStatement("the receiver answers 410: it wants no more of these"))})
    answer = http.get(HOOKS, headers=client.as_(OPERATOR))
    gone = {"state": "dead", "channel": "webhook", "why": "the receiver answers 410: it wants no more of these"}
    gone |= {"count": 1, "first": fixture.clock.now(), "last": fixture.clock.now()}
    mail = {"state": "pending", "channel": "email", "host": "", "why": "no email notifier is set up", "count": 1}
    shown = sorted(answer.json()["failures"], key=lambda one: (one["channel"], one["host"]))
    assert answer.json()["complete"]
    assert shown[0] | mail == shown[0]
    assert shown[1:] == [gone | {"host": ""}, gone | {"host": "hooks.trial.example"}]
    assert not [word for word in ("ann.private", "bob", "secret-path", fixture.trial.address) if word in answer.text]
    fixture.clock.passes(WITHIN + 1)
    later = http.get(HOOKS, headers=client.as_(OPERATOR)).json()["failures"]
    assert [one["state"] for one in later] == ["pending"], "what was given up long ago is not listed"


def test_what_is_tried_again_is_counted_with_its_reason(client):
    for number in range(3):
        notified(client, client.fixture.trial.address, f"https://hooks.trial.example/{number}")
    client.fixture.kernel.people.deliveries.deliver(
        {"webhook": Failing(SourceUnavailable("the receiver answered 500"))}
    )
    (line,) = client.http.get(HOOKS, headers=client.as_(OPERATOR)).json()["failures"]
    assert (line["state"], line["host"], line["why"]) == (
        "pending",
        "hooks.trial.example",
        "the receiver answered 500",
    )
    assert line["count"] == 3
    assert line["first"] > client.fixture.clock.now()


def test_a_delivery_that_is_given_up_has_no_next_attempt(client):
    notified(client, of_person(client.fixture.ann.signer), "https://ann.private.example/hook")
    client.fixture.kernel.people.deliveries.deliver({"webhook": Failing(InvalidStatement("never"))})
    (line,) = client.http.get("/me/deliveries", headers=client.as_(client.fixture.ann)).json()
    assert (line["state"], line["due"], line["why"]) == ("dead", 0, "never")


def test_nobody_but_the_operator_sees_the_deliveries_and_nobody_but_a_reviewer_the_reads(client):
    fixture, http, incident = client.fixture, client.http, declared(client)
    path = f"/reviews/break-glass/{incident}/reads"
    assert http.get(HOOKS).status_code == http.get(path).status_code == 401
    for who in (fixture.ann, fixture.hospital, fixture.trial, fixture.responder, REVIEWER):
        assert http.get(HOOKS, headers=client.as_(who)).status_code == 403, who.address
    for who in (fixture.ann, fixture.hospital, fixture.trial, fixture.responder, OPERATOR):
        assert http.get(path, headers=client.as_(who)).status_code == 403, who.address
    suspended = Party(OPERATOR.address, "operator", frozenset({"operator"}), b"", 0, fixture.clock.now())
    fixture.store.directory.set_parties([*fixture.directory[:-2], suspended, fixture.directory[-1]])
    assert http.get(HOOKS, headers=client.as_(OPERATOR)).status_code == 403, "suspended"


def test_a_reviewer_sees_what_was_read_under_an_incident_by_category(client):
    records = records_of(client, "health.allergy", "health.condition", "health.lab")
    incident, board = declared(client), client.as_(REVIEWER)
    assert reads(client, records, incident) == {"health.allergy", "health.condition"}
    assert reads(client, records, incident)
    extension = extended(client, incident).json()["entry"]
    assert "health.lab" in reads(client, records, extension)

    def shown(entry):
        return client.http.get(f"/reviews/break-glass/{entry}/reads", headers=board)

    assert shown(incident).json() == {"categories": {"health.allergy": 2, "health.condition": 2}, "complete": True}
    assert shown(extension).json()["categories"] == {"health.allergy": 1, "health.condition": 1, "health.lab": 1}
    assert shown("0x" + "77" * 32).status_code == 404
    assert client.fixture.ann.address not in shown(incident).text
