"""The fast path answers exactly as FastAPI would, byte for byte, and leaves every malformed request to it."""

import asyncio
import json
import re

import pytest
from pydantic import TypeAdapter

from mydata_ledger.api.fastpath.routes import FastRoute
from mydata_ledger.api.routes.authzen import Resources, Results
from mydata_ledger.api.routes.questions import RecordAnswerView, RecordPageView
from mydata_ledger.api.schemas import ReleaseView
from mydata_ledger.ledger.kernel.decisions import search as searching
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.receipt import ACCESS
from testing.ledger_fixture import wallet
from testing.stores import open_store
from tests.api.api_client import ApiClient

ABSENT = "0x" + "ab" * 32
ZERO = "0x" + "00" * 32
STRANGER, GATEWAY = wallet(61), wallet(60)
RESOURCES, ACTIONS, PERSONS = "/access/v1/search/resource", "/access/v1/search/action", "/access/persons"
FRAMEWORK = {"Content-Type": "application/json; charset=utf-8"}
"""Another way to say the same, which the fast path leaves to the framework."""


@pytest.fixture(params=["memory", "sqlite", "sqlite, by the thread"])
def client(request, tmp_path, monkeypatch):
    store = None if request.param == "memory" else open_store(f"sqlite:///{tmp_path / 'client.db'}")
    made = ApiClient(store)
    if request.param == "sqlite, by the thread":
        monkeypatch.setattr(store.database.writer, "run_inline", lambda *_, **__: None)
    gateway = Party(GATEWAY.address, "API gateway", frozenset({"enforcement-point"}), b"", 0, 0)
    made.fixture.store.directory.set_parties([*made.fixture.directory, gateway])
    made.records = [made.issued(content=b'{"resourceType":"Observation","id":"%d"}' % n) for n in range(3)]
    made.fixture.consents(made.fixture.trial, "health.lab", conditions=("no-onward-transfer",))
    made.fixture.anchor()
    yield made
    if store:
        store.dispose()


@pytest.fixture
def fastpath_paths(monkeypatch):
    """The paths of the requests that the fast path answered or refused."""
    seen, reply = [], FastRoute.reply

    async def seeing(route, batcher, request, rest):
        body = b""
        try:
            body = await reply(route, batcher, request, rest)
        finally:
            if body is not None:
                seen.append(request.scope["path"])
        return body

    monkeypatch.setattr(FastRoute, "reply", seeing)
    return seen


def search(client, who=None, kind="party", **more):
    subject = {"type": kind, "id": (who or client.fixture.trial).address}
    context = {"purpose": "hl7:CLINTRCH"} | more.pop("context", {})
    resource = {"type": "record"} | more.pop("resource", {})
    return {"subject": subject, "action": {"name": "view"}, "resource": resource, "context": context} | more


def well_formed(client):
    """Path and body of a well-formed request, and how many receipts it writes."""
    ann = {"data_subject": "0x" + client.fixture.ann.signer.hex(), "purpose": "hl7:CLINTRCH"}
    lab = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    one = f"/access/records/{client.records[0]}"
    yield one, lab | {"purpose": "hl7:HMARKT"}, 1
    yield f"/access/records/{ABSENT}", lab, 1
    yield one, lab | {"action": "compute"}, 0
    yield one, lab | {"purpose": "hl7:CLINTRC"}, 0
    yield one, lab | {"consents_at_least": 10**6}, 0
    yield PERSONS, ann, 1
    yield PERSONS, ann | {"data_subject": "0x" + "0c" * 20}, 1
    yield PERSONS, ann | {"data_subject": "0x0c"}, 0
    yield PERSONS, ann | {"purpose": "mydata:SELF_VIEW"}, 1
    yield PERSONS, ann | {"incident": ABSENT}, 1
    yield RESOURCES, search(client), 1
    yield RESOURCES, search(client, page={"limit": 0}), 1
    yield RESOURCES, search(client, page={"limit": 10**9}), 1
    yield RESOURCES, search(client, page={"token": "AAAA"}), 0
    yield RESOURCES, search(client, context={"consents_at_least": 1}), 1
    yield RESOURCES, search(client, context={"consents_at_least": -1}), 0
    yield RESOURCES, search(client, context={"incident": ABSENT}), 1
    yield RESOURCES, search(client, context={"purpose": 7}), 0
    yield RESOURCES, search(client, STRANGER), 0
    yield RESOURCES, search(client, resource={"properties": {"category": "health.vitals"}}), 1
    yield ACTIONS, search(client, resource={"id": client.records[0]}), 1
    yield ACTIONS, search(client, resource={"id": client.records[0]}, page={"limit": 0}), 1
    yield ACTIONS, search(client, resource={"id": ABSENT}), 1
    yield ACTIONS, search(client, resource={"id": "0xab"}), 0
    yield ACTIONS, search(client, STRANGER, resource={"id": client.records[0]}), 0


def misshapen(client):
    one = f"/access/records/{client.records[0]}"
    yield one, {}
    yield one, {"category": "health.lab", "purpose": "hl7:CLINTRCH", "more": 1}
    yield PERSONS, []
    yield PERSONS, {"data_subject": "0x0", "purpose": ""}
    yield RESOURCES, search(client, page={"limit": "7"})
    yield ACTIONS, search(client)
    yield ACTIONS, None


def both(client, path, body, who=None):
    headers = client.as_(who or client.fixture.trial)
    raw = json.dumps(body)
    statement = {"Content-Type": "application/json"}
    return [client.http.post(path, content=raw, headers=headers | kind) for kind in (statement, FRAMEWORK)]


def size(client):
    return client.fixture.store.log.head(ACCESS).size


def without_ids(answer):
    """The answer without what is new each time: the request id and a cursor."""
    kept = {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "content-length"}}
    return answer.status_code, kept, re.sub(r'"next_token":"[^"]+"', '"next_token":"…"', answer.text)


def test_i1_both_ways_give_the_same_answers_and_leave_the_same_receipts(client, fastpath_paths):
    for path, body, receipts in well_formed(client):
        before, forms = size(client), len(fastpath_paths)
        quick, slow = both(client, path, body)
        assert without_ids(quick) == without_ids(slow), (path, body)
        assert size(client) - before == 2 * receipts, (path, body)
        assert len(fastpath_paths) - forms == 1, (path, body)


def test_what_is_released_is_the_same(client, fastpath_paths):
    quick, slow = both(
        client, f"/access/records/{client.records[0]}", {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    )
    assert (quick.status_code, slow.status_code, len(fastpath_paths)) == (200, 200, 1)
    assert quick.json().keys() == slow.json().keys()
    for one in (quick, slow):
        assert client.opened(one.json(), client.fixture.trial) == b'{"resourceType":"Observation","id":"0"}'


def test_what_is_misshapen_is_refused_by_the_framework_in_its_words(client, fastpath_paths):
    for path, body in misshapen(client):
        quick, slow = both(client, path, body)
        assert without_ids(quick) == without_ids(slow), (path, body)
        assert quick.status_code == 400
        assert quick.json()["error"] == "malformed_input"
    assert fastpath_paths == []
    assert size(client) == 0


@pytest.mark.parametrize("given", [{}, {"Authorization": "Basic eA=="}, {"Authorization": "Bearer nobody's"}])
def test_i7_who_has_no_session_is_asked_to_sign_in_whatever_they_ask(client, given):
    for path, body, _ in well_formed(client):
        answers = [client.http.post(path, json=body, headers=given | kind) for kind in ({}, FRAMEWORK)]
        assert without_ids(answers[0]) == without_ids(answers[1])
        assert (answers[0].status_code, answers[0].headers["www-authenticate"]) == (401, "Bearer")
    assert size(client) == 0


def test_i7_absent_and_forbidden_look_the_same(client):
    lab = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    forbidden = both(client, f"/access/records/{client.records[0]}", lab | {"purpose": "hl7:HMARKT"})
    absent = both(client, f"/access/records/{ABSENT}", lab)
    assert len({(one.status_code, one.content) for one in forbidden + absent}) == 1


def test_an_enforcement_point_asks_for_others(client, fastpath_paths):
    quick, slow = both(client, RESOURCES, search(client, page={"limit": 5}), GATEWAY)
    assert without_ids(quick) == without_ids(slow)
    assert {one["id"] for one in quick.json()["results"]} == set(client.records)
    quick, slow = both(client, ACTIONS, search(client, resource={"id": client.records[0]}), GATEWAY)
    assert quick.json()["results"] == slow.json()["results"] == [{"name": "view"}]
    assert len(fastpath_paths) == 2


def paged(client, limit, headers):
    found, token = [], ""
    while True:
        page = {"limit": limit, "token": token}
        answer = client.http.post(
            RESOURCES, json=search(client, page=page), headers=client.as_(client.fixture.trial) | headers
        )
        found += [one["id"] for one in answer.json()["results"]]
        token = answer.json()["page"]["next_token"]
        if not token:
            return found


@pytest.mark.parametrize(("candidates", "at_once"), [(256, 64), (1, 64), (256, 0)])
def test_i6_pages_are_the_same_however_much_is_looked_at_in_the_step(client, monkeypatch, candidates, at_once):
    monkeypatch.setattr(searching, "CANDIDATES", candidates)
    monkeypatch.setattr(searching, "AT_ONCE", at_once)
    for headers in ({}, FRAMEWORK):
        assert sorted(paged(client, 2, headers)) == sorted(client.records)
    ann = {"data_subject": "0x" + client.fixture.ann.signer.hex(), "purpose": "hl7:CLINTRCH"}
    quick, slow = both(client, PERSONS, ann)
    assert without_ids(quick) == without_ids(slow)
    assert [one["record"]["record_id"] for one in quick.json()] == client.records


def test_the_bounds_of_every_request_hold_here_too():
    client = ApiClient(max_body=1_000, requests_per_second=1)
    headers = client.as_(client.fixture.trial)
    answer = client.http.post(
        PERSONS, json={"data_subject": "0x" + "0c" * 20, "purpose": "hl7:CLINTRCH"}, headers=headers
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"]
    assert client.http.post(PERSONS, content=b" " * 1_001, headers=headers).status_code == 413
    statuses = {client.http.post(PERSONS, json={}, headers=headers).status_code for _ in range(30)}
    assert 429 in statuses


def in_pieces(client, body, size):
    """Status and body of the answer to a body that arrives a few bytes at a time."""
    token = client.as_(client.fixture.trial)["Authorization"].encode()
    headers = [(b"authorization", token), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": PERSONS, "raw_path": PERSONS.encode(), "query_string": b""}
    scope |= {"headers": headers, "http_version": "1.1", "scheme": "http", "root_path": "", "client": ("a", 1)}
    pieces = [
        {"type": "http.request", "body": body[n : n + size], "more_body": True} for n in range(0, len(body), size)
    ]
    pieces.append({"type": "http.request", "body": b"", "more_body": False})
    sent = []

    async def receive():
        return pieces.pop(0)

    async def send(message):
        sent.append(message)

    asyncio.run(client.app(scope, receive, send))
    return sent[0]["status"], sent[1]["body"]


def test_a_body_that_comes_in_pieces_is_answered_as_a_whole_one(client, fastpath_paths):
    body = b'{"data_subject":"0x%s","purpose":"hl7:CLINTRCH"}' % (b"0c" * 20)
    assert [in_pieces(client, body, size) for size in (9, 900)] == [(200, b"[]")] * 2
    assert fastpath_paths == [PERSONS] * 2
    misshapen = [in_pieces(client, body[:-1], size) for size in (9, 900)]
    assert misshapen[0] == misshapen[1]
    assert (misshapen[0][0], len(fastpath_paths)) == (400, 2)


def test_a_body_that_grows_too_long_is_refused_also_in_its_first_piece():
    client = ApiClient(max_body=1_000)
    assert [in_pieces(client, b" " * 2_000, size)[0] for size in (100, 2_000)] == [413, 413]


def test_an_unexpected_error_is_answered_as_everywhere(client, monkeypatch):
    monkeypatch.setattr(client.fixture.kernel.decisions.evaluation, "answer_soon", lambda _: 1 // 0)
    person = {"data_subject": "0x" + "0c" * 20, "purpose": "hl7:CLINTRCH"}
    quick, slow = both(client, PERSONS, person)
    assert without_ids(quick) == without_ids(slow)
    assert (quick.status_code, quick.json()["error"]) == (500, "internal_error")


def test_handwritten_documents_match_the_described_models(client):
    lab = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    person = {"data_subject": "0x" + client.fixture.ann.signer.hex(), "purpose": "hl7:CLINTRCH"}
    sized = search(client, context={"consents_at_least": 1}, page={"limit": 2})
    headers = client.as_(client.fixture.trial)
    answers = [
        (ReleaseView, client.http.post(f"/access/records/{client.records[0]}", json=lab, headers=headers)),
        (list[RecordAnswerView], client.http.post(PERSONS, json=person, headers=headers)),
        (Resources, client.http.post(RESOURCES, json=search(client), headers=headers)),
        (Resources, client.http.post(RESOURCES, json=sized, headers=headers)),
        (Results, client.http.post(ACTIONS, json=search(client, resource={"id": client.records[0]}), headers=headers)),
        (RecordPageView, client.http.get("/access/records", params=lab, headers=headers)),
    ]
    for model, answer in answers:
        adapter = TypeAdapter(model)
        statement = adapter.dump_json(adapter.validate_json(answer.content), exclude_none=True)
        assert (answer.status_code, statement) == (200, answer.content), model
