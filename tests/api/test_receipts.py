"""Who may read a receipt, its proof and that of its record: the data subject and the requester, and nobody else."""

import pytest

from testing.ledger_fixture import wallet
from tests.api.api_client import ApiClient

PATHS = ("/receipts/{}", "/receipts/{}/record")
STRANGER = wallet(91)


@pytest.fixture(scope="module")
def refused_and_permitted():
    """A client, and the positions of a refused and a permitted receipt of the trial about a record of Ann's."""
    client = ApiClient()
    record, trial = client.issued(), client.as_(client.fixture.trial)
    positions = []
    for _ in range(2):
        positions.append(client.fixture.store.log.head("access").size)
        client.http.get(f"/trials/records/{record}", headers=trial)
        if len(positions) == 1:
            client.fixture.consents(client.fixture.trial, "health.lab")
            client.fixture.anchor()
    return client, positions


def statuses(client, who, position):
    return [client.http.get(path.format(position), headers=client.as_(who)).status_code for path in PATHS]


def test_the_person_has_both_of_both(refused_and_permitted):
    client, positions = refused_and_permitted
    assert [statuses(client, client.fixture.ann, position) for position in positions] == [[200, 200]] * 2


def test_who_asked_has_those_of_the_permitted_one_only(refused_and_permitted):
    client, (refused, permitted) = refused_and_permitted
    assert statuses(client, client.fixture.trial, refused) == [404, 404]
    assert statuses(client, client.fixture.trial, permitted) == [200, 200]


@pytest.mark.parametrize("role", ["insurer", "hospital", "responder", "stranger"])
def test_nobody_else_has_any(refused_and_permitted, role):
    client, positions = refused_and_permitted
    who = client.fixture.parties.get(role, STRANGER)
    assert [statuses(client, who, position) for position in positions] == [[404, 404]] * 2
    assert client.http.get("/receipts", headers=client.as_(who)).json() == []


def test_the_lists_hold_the_same(refused_and_permitted):
    client, positions = refused_and_permitted
    listed = {
        role: [one["position"] for one in client.http.get("/receipts", headers=client.as_(who)).json()]
        for role, who in (("ann", client.fixture.ann), ("trial", client.fixture.trial))
    }
    assert listed == {"ann": positions, "trial": positions[1:]}


def test_what_is_asked_for_a_result_gives_no_right_to_the_record_s_proof():
    client = ApiClient()
    record, merchant = client.issued(), client.fixture.merchant
    client.fixture.consents(merchant, "health.lab", actions=("compute",))
    client.fixture.anchor()
    question = {"subject": {"type": "party", "id": merchant.address}, "action": {"name": "compute"}}
    question |= {"resource": {"type": "record", "id": record}, "context": {"purpose": "hl7:CLINTRCH"}}
    answer = client.http.post("/access/v1/evaluation", json=question, headers=client.as_(merchant)).json()
    assert answer["decision"]
    assert statuses(client, merchant, answer["context"]["receipt"]["position"]) == [200, 404]


def test_a_party_s_own_questions_come_newest_first_and_are_nobody_else_s(refused_and_permitted):
    client, (_, permitted) = refused_and_permitted
    record = client.issued(content=b'{"resourceType":"Observation","id":"second"}')
    client.fixture.anchor()
    for _ in range(2):
        client.http.get(f"/trials/records/{record}", headers=client.as_(client.fixture.trial))
    first = client.http.get("/me/questions?limit=2", headers=client.as_(client.fixture.trial)).json()
    rest = client.http.get(f"/me/questions?before={first['next']}", headers=client.as_(client.fixture.trial)).json()
    positions = [one["position"] for one in [*first["receipts"], *rest["receipts"]]]
    assert positions == sorted(positions, reverse=True)
    assert (positions[-1], rest["next"]) == (permitted, None)
    for role in ("insurer", "ann"):
        who = client.fixture.parties.get(role, client.fixture.ann)
        assert client.http.get("/me/questions", headers=client.as_(who)).json() == {"receipts": [], "next": None}
