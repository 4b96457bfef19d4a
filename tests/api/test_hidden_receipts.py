"""Lists of a party tell nothing of what it may not know: receipts that are hidden, and what only forbids."""

from dataclasses import replace

from mydata_ledger.ledger.consent import Effect
from tests.api.api_client import ApiClient
from tests.api.test_contacts import asks, consents, sends
from tests.api.test_profile import ProfileClient, condition, patient
from tests.ledger.derived_world import permit


def pages(client, who):
    found, before = [], 2**62
    while before is not None:
        page = client.http.get(f"/me/questions?limit=1&before={before}", headers=client.as_(who)).json()
        found.append(page)
        before = page["next"]
    return found


def test_pages_tell_a_sender_nothing_of_contacts():
    client = ApiClient()
    consents(client)
    asks(client)
    before = pages(client, client.fixture.trial)
    sends(client)
    assert pages(client, client.fixture.trial) == before


def test_pages_do_not_tell_a_number_that_was_withheld():
    seen = []
    for number in (2, 3):
        client = ProfileClient()
        client.people(range(number), condition(), patient(), grants=[permit(conditions=("pseudonymise",))])
        assert client.count().json()["people"] is None
        seen.append(len(pages(client, client.fixture.trial)))
    assert seen[0] == seen[1]


def test_a_forbid_is_no_granted_consent():
    client = ApiClient()
    world = client.fixture
    world.says(world.trial.address, [replace(world.grant("health.lab"), effect=Effect.FORBID)])
    world.kernel.log_consumer.consume()
    inbox = client.http.get("/me/inbox", headers=client.as_(world.trial)).json()
    assert "consent.granted" not in {message["event"] for message in inbox}


def test_lists_of_any_length_tell_a_sender_nothing_of_contacts():
    client = ApiClient()
    consents(client)
    asks(client)
    paths = [f"/receipts?limit={limit}&after={after}" for limit in (1, 2) for after in (-1, 0, 1)]
    before = [client.http.get(path, headers=client.as_(client.fixture.trial)).json() for path in paths]
    sends(client)
    assert [client.http.get(path, headers=client.as_(client.fixture.trial)).json() for path in paths] == before
