"""Explanations: the decision on a party's access to one's own record, now and in the past, and why; for nobody else."""

import pytest

from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.scripts.cli.explaining import seconds
from testing.ledger_fixture import NOW
from tests.api.api_client import ApiClient

ASKED = {"purpose": "hl7:CLINTRCH"}


@pytest.fixture
def client():
    client = ApiClient()
    client.fixture.store.state.now = client.fixture.clock.now
    client.fixture.anchor()
    return client


@pytest.fixture
def record(client):
    """A record with a consent at NOW + 10, on chain at NOW + 20, withdrawn at NOW + 30."""
    fixture, made = client.fixture, client.issued()
    for step in (fixture.anchor, lambda: fixture.consents(fixture.trial, "health.lab"), fixture.anchor):
        step()
        fixture.clock.passes(10)
    fixture.withdraws(fixture.trial)
    fixture.clock.passes(10)
    fixture.store.anchoring.touch(fixture.clock.now())
    return made


def reported(client, record, who=None, **requested):
    requested = {"requester": client.fixture.trial.address, **ASKED, **requested}
    return client.http.get(
        f"/me/records/{record}/answer", params=requested, headers=client.as_(who or client.fixture.ann)
    )


def test_every_moment_has_its_answer_and_says_why(client, record):
    statement = [reported(client, record, at=NOW + after).json() for after in (5, 15, 25, 35)]
    assert [(one["reason"], [why["finding"] for why in one["considered"]]) for one in statement] == [
        ("no_consent", []),
        ("no_consent", ["not_yet"]),
        ("consented", ["permits"]),
        ("no_consent", ["revoked"]),
    ]
    assert [one["at"] for one in statement] == [NOW + after for after in (5, 15, 25, 35)]
    assert (statement[2]["consents_size"], statement[2]["records_size"], statement[2]["block"]) == (1, 1, 7)
    assert statement[2]["consents"] == [statement[2]["considered"][0]["consent"]]


def test_without_a_moment_it_is_now_and_a_size_is_one_too(client, record):
    assert reported(client, record).json()["at"] == client.fixture.clock.now()
    then = reported(client, record, size=1).json()
    assert (then["at"], then["permitted"]) == (NOW + 20, True)


@pytest.mark.parametrize(
    ("requested", "status", "sentence"),
    [
        ({"at": NOW + 10**6}, 422, "still to come"),
        ({"at": 10}, 422, "does not remember"),
        ({"at": 2**63}, 400, "at"),
        ({"at": -1}, 400, "at"),
        ({"size": 7}, 422, "never been that large"),
        ({"size": 1, "at": NOW}, 422, "not as both"),
        ({"purpose": "hl7:CLINTRHC"}, 422, "hl7:CLINTRCH"),
        ({"requester": "somebody"}, 400, "requester"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_reason(client, record, requested, status, sentence):
    statement = reported(client, record, **requested)
    assert (statement.status_code, sentence in statement.text) == (status, True), statement.text


def test_nobody_learns_of_another_s_record(client, record):
    for who in (client.fixture.trial, client.fixture.hospital, client.fixture.merchant):
        hidden, absent = reported(client, record, who), reported(client, "0x" + "ab" * 32, who)
        assert hidden.status_code == absent.status_code == 404
        assert hidden.json() == absent.json()


def test_who_knows_more_to_be_on_chain_gets_no_answer_that_rests_on_less(client, record):
    headers = client.as_(client.fixture.trial)
    expected_facts = {"category": "health.lab", "purpose": "hl7:CLINTRCH", "consents_at_least": 3}
    for refused in (
        client.http.post(f"/access/records/{record}", json=expected_facts, headers=headers),
        client.http.get("/access/records", params=expected_facts, headers=headers),
    ):
        assert (refused.status_code, refused.json()["error"]) == (503, "chain_behind")
    assert client.fixture.store.log.head("access").size == 0


def test_a_moment_on_the_command_line():
    assert seconds("1800000000") == 1_800_000_000
    assert (
        seconds("2027-01-15T08:00")
        == seconds("2027-01-15T17:00+09:00")
        == seconds("2027-01-15 08:00Z")
        == 1_800_000_000
    )
    with pytest.raises(MalformedInput, match="--at is a moment such as"):
        seconds("yesterday")
