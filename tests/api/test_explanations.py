"""What a party is answered about one's own record, now and then, and why; nobody else is told."""

import pytest

from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.scripts.cli.explaining import seconds
from testing.ledger_fixture import NOW
from tests.api.door import Door

ASKED = {"purpose": "hl7:CLINTRCH"}


@pytest.fixture
def door():
    door = Door()
    door.house.store.state.now = door.house.clock.now
    door.house.anchor()
    return door


@pytest.fixture
def record(door):
    """Consented at NOW + 10, on chain at NOW + 20, withdrawn at NOW + 30."""
    house, made = door.house, door.issued()
    for step in (house.anchor, lambda: house.consents(house.trial, "health.lab"), house.anchor):
        step()
        house.clock.passes(10)
    house.withdraws(house.trial)
    house.clock.passes(10)
    house.store.anchoring.touch(house.clock.now())
    return made


def told(door, record, who=None, **asked):
    asked = {"requester": door.house.trial.address, **ASKED, **asked}
    return door.http.get(f"/me/records/{record}/answer", params=asked, headers=door.as_(who or door.house.ann))


def test_every_moment_has_its_answer_and_says_why(door, record):
    said = [told(door, record, at=NOW + after).json() for after in (5, 15, 25, 35)]
    assert [(one["reason"], [why["finding"] for why in one["considered"]]) for one in said] == [
        ("no_consent", []),
        ("no_consent", ["not_yet"]),
        ("consented", ["permits"]),
        ("no_consent", ["revoked"]),
    ]
    assert [one["at"] for one in said] == [NOW + after for after in (5, 15, 25, 35)]
    assert (said[2]["consents_size"], said[2]["records_size"], said[2]["block"]) == (1, 1, 7)
    assert said[2]["consents"] == [said[2]["considered"][0]["consent"]]


def test_without_a_moment_it_is_now_and_a_size_is_one_too(door, record):
    assert told(door, record).json()["at"] == door.house.clock.now()
    then = told(door, record, size=1).json()
    assert (then["at"], then["permitted"]) == (NOW + 20, True)


@pytest.mark.parametrize(
    ("asked", "status", "sentence"),
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
def test_what_cannot_be_answered_is_said(door, record, asked, status, sentence):
    said = told(door, record, **asked)
    assert (said.status_code, sentence in said.text) == (status, True), said.text


def test_nobody_learns_of_another_s_record(door, record):
    for who in (door.house.trial, door.house.hospital, door.house.merchant):
        hidden, absent = told(door, record, who), told(door, "0x" + "ab" * 32, who)
        assert hidden.status_code == absent.status_code == 404
        assert hidden.json() == absent.json()


def test_who_knows_more_to_be_on_chain_gets_no_answer_that_rests_on_less(door, record):
    headers = door.as_(door.house.trial)
    known = {"category": "health.lab", "purpose": "hl7:CLINTRCH", "consents_at_least": 3}
    for refused in (
        door.http.post(f"/access/records/{record}", json=known, headers=headers),
        door.http.get("/access/records", params=known, headers=headers),
    ):
        assert (refused.status_code, refused.json()["error"]) == (503, "chain_behind")
    assert door.house.store.log.head("access").size == 0


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
