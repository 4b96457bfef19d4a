"""Who may have a receipt, its proof, and that of its record: the two sides of the question, and nobody else."""

import pytest

from testing.ledger_fixture import wallet
from tests.api.door import Door

PATHS = ("/receipts/{}", "/receipts/{}/record")
STRANGER = wallet(91)


@pytest.fixture(scope="module")
def asked():
    """A door, and the places of a refused and of a permitted question of the trial about a record of Ann's."""
    door = Door()
    record, trial = door.issued(), door.as_(door.house.trial)
    places = []
    for _ in range(2):
        places.append(door.house.store.log.head("access").size)
        door.http.get(f"/trials/records/{record}", headers=trial)
        if len(places) == 1:
            door.house.consents(door.house.trial, "health.lab")
            door.house.anchor()
    return door, places


def statuses(door, who, place):
    return [door.http.get(path.format(place), headers=door.as_(who)).status_code for path in PATHS]


def test_the_person_has_both_of_both(asked):
    door, places = asked
    assert [statuses(door, door.house.ann, place) for place in places] == [[200, 200]] * 2


def test_who_asked_has_those_of_the_permitted_one_only(asked):
    door, (refused, permitted) = asked
    assert statuses(door, door.house.trial, refused) == [404, 404]
    assert statuses(door, door.house.trial, permitted) == [200, 200]


@pytest.mark.parametrize("role", ["insurer", "hospital", "responder", "stranger"])
def test_nobody_else_has_any(asked, role):
    door, places = asked
    who = door.house.parties.get(role, STRANGER)
    assert [statuses(door, who, place) for place in places] == [[404, 404]] * 2
    assert door.http.get("/receipts", headers=door.as_(who)).json() == []


def test_the_lists_hold_the_same(asked):
    door, places = asked
    listed = {
        role: [one["position"] for one in door.http.get("/receipts", headers=door.as_(who)).json()]
        for role, who in (("ann", door.house.ann), ("trial", door.house.trial))
    }
    assert listed == {"ann": places, "trial": places[1:]}


def test_what_is_asked_for_a_result_gives_no_right_to_the_record_s_proof():
    door = Door()
    record, merchant = door.issued(), door.house.merchant
    door.house.consents(merchant, "health.lab", actions=("compute",))
    door.house.anchor()
    question = {"subject": {"type": "party", "id": merchant.address}, "action": {"name": "compute"}}
    question |= {"resource": {"type": "record", "id": record}, "context": {"purpose": "hl7:CLINTRCH"}}
    answer = door.http.post("/access/v1/evaluation", json=question, headers=door.as_(merchant)).json()
    assert answer["decision"]
    assert statuses(door, merchant, answer["context"]["receipt"]["position"]) == [200, 404]
