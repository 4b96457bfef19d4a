"""AuthZEN 1.0 searches and metadata: the messages of the certification scenario, and the decisions of `check`."""

import pytest

from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.party import Party, checksum
from testing.ledger_fixture import wallet
from tests.api.api_client import ApiClient
from tests.api.test_routes import all_routes

GATEWAY, STRANGER = wallet(60), wallet(61)
READ = {"name": "view", "properties": {"purpose": "hl7:CLINTRCH"}}
X, SOMEONE = ({"type": "party", "id": name} for name in ("x", checksum(b"\1" * 20)))
NOTHING = {"type": "record", "id": "0x" + "ab" * 32}
CONTEXT = {"purpose": "hl7:CLINTRCH"}


@pytest.fixture
def client():
    client = ApiClient()
    gateway = Party(GATEWAY.address, "API gateway", frozenset({"enforcement-point"}), b"", 0, 0)
    client.fixture.store.directory.set_parties([*client.fixture.directory, gateway])
    client.records = sorted(client.issued(content=b'{"id":"%d"}' % number) for number in range(3))
    draft = client.drafted(client.fixture.ann, client.fixture.trial.address, actions=["view", "copy"])
    signed = client.signed(client.fixture.ann, Consent, draft)
    assert client.http.post("/consents", json=signed, headers=client.as_(client.fixture.ann)).status_code == 202
    client.fixture.anchor()
    return client


def search(client, what, body, who=None, **headers):
    signed_in = client.as_(who or client.fixture.trial)
    return client.http.post(f"/access/v1/search/{what}", json=body, headers=signed_in | headers)


def trial(client):
    return {"type": "party", "id": client.fixture.trial.address}


def record(client, number=0):
    return {"type": "record", "id": client.records[number]}


def test_the_metadata_names_every_endpoint(client):
    found = client.http.get("/.well-known/authzen-configuration").json()
    assert found["policy_decision_point"] == "http://testserver"
    paths = {route.path for route in all_routes(client.app)}
    searches = [url for name, url in found.items() if name.startswith("search_")]
    assert len(searches) == 3
    assert all(url.removeprefix("http://testserver") in paths for url in searches)


def test_a_resource_search_finds_what_may_be_read_in_pages(client):
    body = {"subject": trial(client), "action": READ, "resource": {"type": "record"}, "page": {"limit": 2}}
    first = search(client, "resource", body).json()
    rest = search(client, "resource", body | {"page": {"limit": 2, "token": first["page"]["next_token"]}}).json()
    assert sorted(one["id"] for one in first["results"] + rest["results"]) == client.records
    assert {one["type"] for one in first["results"]} == {"record"}
    assert rest["page"] == {"next_token": ""}
    assert set(first) == {"results", "page"}


def all_pages(client, what, body, limit, who=None):
    found, page = [], {"limit": limit}
    while True:
        part = search(client, what, body | {"page": page}, who).json()
        assert len(part["results"]) <= limit
        found += part["results"]
        if not part["page"]["next_token"]:
            return found
        page = {"limit": limit, "token": part["page"]["next_token"]}


def test_every_search_comes_in_pages_that_make_up_the_whole(client):
    draft = client.drafted(client.fixture.ann, client.fixture.insurer.address)
    signed = client.signed(client.fixture.ann, Consent, draft)
    assert client.http.post("/consents", json=signed, headers=client.as_(client.fixture.ann)).status_code == 202
    client.fixture.anchor()
    searches = [
        ("subject", {"subject": {"type": "party"}, "action": READ, "resource": record(client)}, client.fixture.ann, 2),
        ("resource", {"subject": trial(client), "action": READ, "resource": {"type": "record"}}, None, 3),
        ("action", {"subject": trial(client), "resource": record(client), "context": CONTEXT}, None, 2),
    ]
    for what, body, who, count in searches:
        whole = search(client, what, body, who).json()
        assert (len(whole["results"]), whole["page"]) == (count, {"next_token": ""})
        assert all_pages(client, what, body, 1, who) == all_pages(client, what, body, 2, who) == whole["results"]
        nothing = search(client, what, body | {"page": {"limit": 0}}, who).json()
        assert nothing["results"] == []
        again = search(client, what, body | {"page": {"token": nothing["page"]["next_token"]}}, who).json()
        assert again == whole


def test_a_token_is_good_for_its_own_search_only(client):
    first = {"subject": trial(client), "resource": record(client), "context": CONTEXT}
    token = search(client, "action", first | {"page": {"limit": 1}}).json()["page"]["next_token"]
    for other in (first | {"resource": record(client, 1)}, first | {"context": {"purpose": "hl7:HRESCH"}}):
        assert search(client, "action", other | {"page": {"token": token}}).status_code == 400
    assert search(client, "action", first | {"page": {"token": token[:-4] + "AAAA"}}).status_code == 400


def test_the_category_may_be_named(client):
    for category, count in (("health.lab", 3), ("health.vitals", 0), ("nonsense", 0)):
        body = {
            "subject": trial(client),
            "action": READ,
            "resource": {"type": "record", "properties": {"category": category}},
        }
        assert len(search(client, "resource", body).json()["results"]) == count


def test_a_person_finds_who_may_read_their_record(client):
    body = {"subject": {"type": "party"}, "action": READ, "resource": record(client)}
    assert search(client, "subject", body, client.fixture.ann).json()["results"] == [trial(client)]
    for who in (client.fixture.trial, STRANGER, GATEWAY):
        assert search(client, "subject", body, who).json()["results"] == []


def test_an_action_search_finds_what_may_be_done(client):
    body = {"subject": trial(client), "resource": record(client), "context": CONTEXT}
    assert search(client, "action", body).json()["results"] == [{"name": "copy"}, {"name": "view"}]
    assert search(client, "action", body | {"context": {"purpose": "hl7:HMARKT"}}).json()["results"] == []


def test_an_accredited_enforcement_point_asks_for_anyone_and_others_only_for_themselves(client):
    resource = {"subject": trial(client), "action": READ, "resource": {"type": "record"}}
    action = {"subject": trial(client), "resource": record(client), "context": CONTEXT}
    for what, body in (("resource", resource), ("action", action)):
        own = search(client, what, body).json()["results"]
        assert own
        assert search(client, what, body, GATEWAY).json()["results"] == own
        for other in (client.fixture.insurer, STRANGER, client.fixture.ann):
            assert search(client, what, body, other).json()["results"] == []


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("action", {"subject": {"type": "party", "id": "nonexistent"}, "resource": {"type": "record", "id": "r"}}),
        (
            "action",
            {
                "subject": SOMEONE,
                "resource": NOTHING,
            },
        ),
        ("subject", {"subject": {"type": "spaceship"}, "action": READ, "resource": {"type": "record", "id": "r"}}),
        ("resource", {"subject": X, "action": READ, "resource": {"type": "spaceship"}}),
        (
            "resource",
            {"subject": X, "action": {"name": "fly"}, "resource": {"type": "record"}},
        ),
    ],
)
def test_what_is_unknown_gives_no_results_and_no_error(client, what, body):
    found = search(client, what, body)
    assert (found.status_code, found.json()["results"]) == (200, [])


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("subject", {"subject": {"type": "party"}, "resource": {"type": "record", "id": "r"}}),
        ("resource", {"action": READ, "resource": {"type": "record"}}),
        ("action", {"subject": X}),
        ("subject", {"subject": {"type": "party"}, "action": READ, "resource": {"type": "record"}}),
        ("resource", {"subject": {"type": "party"}, "action": READ, "resource": {"type": "record"}}),
        ("resource", {"subject": "alice", "action": READ, "resource": {"type": "record"}}),
        (
            "resource",
            {"subject": X, "action": {"name": 123}, "resource": {"type": "record"}},
        ),
        ("resource", []),
        ("resource", {"subject": X, "action": READ, "resource": {"type": "record"}, "page": {"limit": -1}}),
        ("resource", {"subject": X, "action": READ, "resource": {"type": "record"}, "page": {"limit": "2"}}),
        ("resource", {"subject": X, "action": READ, "resource": {"type": "record"}, "page": {"token": 7}}),
    ],
)
def test_what_is_missing_or_misshapen_is_a_bad_request(client, what, body):
    assert search(client, what, body).status_code == 400


def test_unknown_fields_are_ignored_and_the_request_id_comes_back(client):
    body = {"subject": trial(client), "resource": record(client), "context": CONTEXT, "futureField": {"nested": True}}
    found = search(client, "action", body, **{"X-Request-ID": "bfe9eb29-ab87-4ca3-be83-a1d5d8305716"})
    assert found.status_code == 200
    assert found.headers["X-Request-ID"] == "bfe9eb29-ab87-4ca3-be83-a1d5d8305716"


def test_bodies_that_are_no_json_are_bad_requests(client):
    headers = client.as_(client.fixture.trial)
    for content, kind in ((b"", "application/json"), (b"{", "application/json"), (b"{}", "text/plain")):
        sent = client.http.post("/access/v1/search/action", content=content, headers=headers | {"Content-Type": kind})
        assert sent.status_code == 400


def test_nobody_searches_without_a_session(client):
    for what in ("subject", "resource", "action"):
        assert client.http.post(f"/access/v1/search/{what}", json={}).status_code == 401
