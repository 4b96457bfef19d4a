"""The fast path: it answers what the framework would, byte for byte, and leaves to it what is not well said."""

import asyncio
import json
import re

import pytest
from pydantic import TypeAdapter

from mydata_ledger.anchors.store import Store
from mydata_ledger.api.fastpath.routes import FastRoute
from mydata_ledger.api.routes.authzen import Resources, Results
from mydata_ledger.api.routes.questions import RecordAnswerView, RecordPageView
from mydata_ledger.api.schemas import ReleaseView
from mydata_ledger.ledger.kernel.decisions import search as searching
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.receipt import ACCESS
from testing.ledger_fixture import wallet
from tests.api.door import Door

ABSENT = "0x" + "ab" * 32
ZERO = "0x" + "00" * 32
STRANGER, GATEWAY = wallet(61), wallet(60)
RESOURCES, ACTIONS, PERSONS = "/access/v1/search/resource", "/access/v1/search/action", "/access/persons"
FRAMEWORK = {"Content-Type": "application/json; charset=utf-8"}
"""Another way to say the same, which the fast path leaves to the framework."""


@pytest.fixture(params=["memory", "sqlite", "sqlite, by the thread"])
def door(request, tmp_path, monkeypatch):
    store = None if request.param == "memory" else Store(f"sqlite:///{tmp_path / 'door.db'}")
    made = Door(store)
    if request.param == "sqlite, by the thread":
        monkeypatch.setattr(store.database.writer, "do_here", lambda *_, **__: None)
    gateway = Party(GATEWAY.address, "API gateway", frozenset({"enforcement-point"}), b"", 0, 0)
    made.house.store.directory.set_parties([*made.house.directory, gateway])
    made.records = [made.issued(content=b'{"resourceType":"Observation","id":"%d"}' % n) for n in range(3)]
    made.house.consents(made.house.trial, "health.lab", conditions=("no-onward-transfer",))
    made.house.anchor()
    yield made
    if store:
        store.dispose()


@pytest.fixture
def taken(monkeypatch):
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


def search(door, who=None, kind="party", **more):
    subject = {"type": kind, "id": (who or door.house.trial).address}
    context = {"purpose": "hl7:CLINTRCH"} | more.pop("context", {})
    resource = {"type": "record"} | more.pop("resource", {})
    return {"subject": subject, "action": {"name": "view"}, "resource": resource, "context": context} | more


def well_said(door):
    """Path, body, and how many receipts it leaves."""
    ann = {"data_subject": "0x" + door.house.ann.signer.hex(), "purpose": "hl7:CLINTRCH"}
    lab = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    one = f"/access/records/{door.records[0]}"
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
    yield RESOURCES, search(door), 1
    yield RESOURCES, search(door, page={"limit": 0}), 1
    yield RESOURCES, search(door, page={"limit": 10**9}), 1
    yield RESOURCES, search(door, page={"token": "AAAA"}), 0
    yield RESOURCES, search(door, context={"consents_at_least": 1}), 1
    yield RESOURCES, search(door, context={"consents_at_least": -1}), 0
    yield RESOURCES, search(door, context={"incident": ABSENT}), 1
    yield RESOURCES, search(door, context={"purpose": 7}), 0
    yield RESOURCES, search(door, STRANGER), 0
    yield RESOURCES, search(door, resource={"properties": {"category": "health.vitals"}}), 1
    yield ACTIONS, search(door, resource={"id": door.records[0]}), 1
    yield ACTIONS, search(door, resource={"id": door.records[0]}, page={"limit": 0}), 1
    yield ACTIONS, search(door, resource={"id": ABSENT}), 1
    yield ACTIONS, search(door, resource={"id": "0xab"}), 0
    yield ACTIONS, search(door, STRANGER, resource={"id": door.records[0]}), 0


def misshapen(door):
    one = f"/access/records/{door.records[0]}"
    yield one, {}
    yield one, {"category": "health.lab", "purpose": "hl7:CLINTRCH", "more": 1}
    yield PERSONS, []
    yield PERSONS, {"data_subject": "0x0", "purpose": ""}
    yield RESOURCES, search(door, page={"limit": "7"})
    yield ACTIONS, search(door)
    yield ACTIONS, None


def both(door, path, body, who=None):
    headers = door.as_(who or door.house.trial)
    raw = json.dumps(body)
    said = {"Content-Type": "application/json"}
    return [door.http.post(path, content=raw, headers=headers | kind) for kind in (said, FRAMEWORK)]


def size(door):
    return door.house.store.log.head(ACCESS).size


def face(answer):
    """All of it but what is new each time: the id of the request, and a cursor."""
    kept = {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "content-length"}}
    return answer.status_code, kept, re.sub(r'"next_token":"[^"]+"', '"next_token":"…"', answer.text)


def test_i1_both_ways_give_the_same_answers_and_leave_the_same_receipts(door, taken):
    for path, body, receipts in well_said(door):
        before, forms = size(door), len(taken)
        quick, slow = both(door, path, body)
        assert face(quick) == face(slow), (path, body)
        assert size(door) - before == 2 * receipts, (path, body)
        assert len(taken) - forms == 1, (path, body)


def test_what_is_released_is_the_same(door, taken):
    quick, slow = both(
        door, f"/access/records/{door.records[0]}", {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    )
    assert (quick.status_code, slow.status_code, len(taken)) == (200, 200, 1)
    assert quick.json().keys() == slow.json().keys()
    for one in (quick, slow):
        assert door.opened(one.json(), door.house.trial) == b'{"resourceType":"Observation","id":"0"}'


def test_what_is_misshapen_is_refused_by_the_framework_in_its_words(door, taken):
    for path, body in misshapen(door):
        quick, slow = both(door, path, body)
        assert face(quick) == face(slow), (path, body)
        assert quick.status_code == 400
        assert quick.json()["error"] == "malformed_input"
    assert taken == []
    assert size(door) == 0


@pytest.mark.parametrize("given", [{}, {"Authorization": "Basic eA=="}, {"Authorization": "Bearer nobody's"}])
def test_i7_who_has_no_session_is_asked_to_sign_in_whatever_they_ask(door, given):
    for path, body, _ in well_said(door):
        answers = [door.http.post(path, json=body, headers=given | kind) for kind in ({}, FRAMEWORK)]
        assert face(answers[0]) == face(answers[1])
        assert (answers[0].status_code, answers[0].headers["www-authenticate"]) == (401, "Bearer")
    assert size(door) == 0


def test_i7_absent_and_forbidden_look_the_same(door):
    lab = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    forbidden = both(door, f"/access/records/{door.records[0]}", lab | {"purpose": "hl7:HMARKT"})
    absent = both(door, f"/access/records/{ABSENT}", lab)
    assert len({(one.status_code, one.content) for one in forbidden + absent}) == 1


def test_an_enforcement_point_asks_for_others(door, taken):
    quick, slow = both(door, RESOURCES, search(door, page={"limit": 5}), GATEWAY)
    assert face(quick) == face(slow)
    assert {one["id"] for one in quick.json()["results"]} == set(door.records)
    quick, slow = both(door, ACTIONS, search(door, resource={"id": door.records[0]}), GATEWAY)
    assert quick.json()["results"] == slow.json()["results"] == [{"name": "view"}]
    assert len(taken) == 2


def paged(door, limit, headers):
    found, token = [], ""
    while True:
        page = {"limit": limit, "token": token}
        answer = door.http.post(RESOURCES, json=search(door, page=page), headers=door.as_(door.house.trial) | headers)
        found += [one["id"] for one in answer.json()["results"]]
        token = answer.json()["page"]["next_token"]
        if not token:
            return found


@pytest.mark.parametrize(("candidates", "at_once"), [(256, 64), (1, 64), (256, 0)])
def test_i6_pages_are_the_same_however_much_is_looked_at_in_the_step(door, monkeypatch, candidates, at_once):
    monkeypatch.setattr(searching, "CANDIDATES", candidates)
    monkeypatch.setattr(searching, "AT_ONCE", at_once)
    for headers in ({}, FRAMEWORK):
        assert sorted(paged(door, 2, headers)) == sorted(door.records)
    ann = {"data_subject": "0x" + door.house.ann.signer.hex(), "purpose": "hl7:CLINTRCH"}
    quick, slow = both(door, PERSONS, ann)
    assert face(quick) == face(slow)
    assert [one["record"]["record_id"] for one in quick.json()] == door.records


def test_the_bounds_of_every_request_hold_here_too():
    door = Door(max_body=1_000, requests_per_second=1)
    headers = door.as_(door.house.trial)
    answer = door.http.post(
        PERSONS, json={"data_subject": "0x" + "0c" * 20, "purpose": "hl7:CLINTRCH"}, headers=headers
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"]
    assert door.http.post(PERSONS, content=b" " * 1_001, headers=headers).status_code == 413
    statuses = {door.http.post(PERSONS, json={}, headers=headers).status_code for _ in range(30)}
    assert 429 in statuses


def in_pieces(door, body, size):
    """Status and body of the answer to a body that comes a few bytes at a time."""
    token = door.as_(door.house.trial)["Authorization"].encode()
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

    asyncio.run(door.app(scope, receive, send))
    return sent[0]["status"], sent[1]["body"]


def test_a_body_that_comes_in_pieces_is_answered_as_a_whole_one(door, taken):
    body = b'{"data_subject":"0x%s","purpose":"hl7:CLINTRCH"}' % (b"0c" * 20)
    assert [in_pieces(door, body, size) for size in (9, 900)] == [(200, b"[]")] * 2
    assert taken == [PERSONS] * 2
    misshapen = [in_pieces(door, body[:-1], size) for size in (9, 900)]
    assert misshapen[0] == misshapen[1]
    assert (misshapen[0][0], len(taken)) == (400, 2)


def test_a_body_that_grows_too_long_is_refused_also_in_its_first_piece():
    door = Door(max_body=1_000)
    assert [in_pieces(door, b" " * 2_000, size)[0] for size in (100, 2_000)] == [413, 413]


def test_what_nobody_expected_is_told_as_everywhere(door, monkeypatch):
    monkeypatch.setattr(door.house.kernel.decisions.evaluation, "answer_soon", lambda _: 1 // 0)
    person = {"data_subject": "0x" + "0c" * 20, "purpose": "hl7:CLINTRCH"}
    quick, slow = both(door, PERSONS, person)
    assert face(quick) == face(slow)
    assert (quick.status_code, quick.json()["error"]) == (500, "internal_error")


def test_what_is_written_by_hand_is_what_the_described_models_say(door):
    lab = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    person = {"data_subject": "0x" + door.house.ann.signer.hex(), "purpose": "hl7:CLINTRCH"}
    sized = search(door, context={"consents_at_least": 1}, page={"limit": 2})
    headers = door.as_(door.house.trial)
    answers = [
        (ReleaseView, door.http.post(f"/access/records/{door.records[0]}", json=lab, headers=headers)),
        (list[RecordAnswerView], door.http.post(PERSONS, json=person, headers=headers)),
        (Resources, door.http.post(RESOURCES, json=search(door), headers=headers)),
        (Resources, door.http.post(RESOURCES, json=sized, headers=headers)),
        (Results, door.http.post(ACTIONS, json=search(door, resource={"id": door.records[0]}), headers=headers)),
        (RecordPageView, door.http.get("/access/records", params=lab, headers=headers)),
    ]
    for model, answer in answers:
        adapter = TypeAdapter(model)
        said = adapter.dump_json(adapter.validate_json(answer.content), exclude_none=True)
        assert (answer.status_code, said) == (200, answer.content), model
