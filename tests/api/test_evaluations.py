"""AuthZEN evaluations over HTTP: their forms, their errors and their receipts."""

import asyncio

import orjson
import pytest

from mydata_ledger.ledger.access import Reason
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.receipt import ACCESS
from testing.ledger_fixture import wallet
from tests.api.api_client import ApiClient

ONE, MANY = "/access/v1/evaluation", "/access/v1/evaluations"
GATEWAY, STRANGER = wallet(60), wallet(61)
ABSENT = "0x" + "ab" * 32


@pytest.fixture
def client():
    client = ApiClient()
    gateway = Party(GATEWAY.address, "API gateway", frozenset({"enforcement-point"}), b"", 0, 0)
    client.fixture.store.directory.set_parties([*client.fixture.directory, gateway])
    client.record = client.issued()
    draft = client.drafted(client.fixture.ann, client.fixture.trial.address, conditions=["no-onward-transfer"])
    signed = client.signed(client.fixture.ann, Consent, draft)
    assert client.http.post("/consents", json=signed, headers=client.as_(client.fixture.ann)).status_code == 202
    client.fixture.anchor()
    return client


def question(client, who=None, record=None, **context):
    return {
        "subject": {"type": "party", "id": (who or client.fixture.trial).address},
        "action": {"name": "view"},
        "resource": {"type": "record", "id": record or client.record},
        "context": {"purpose": "hl7:CLINTRCH"} | context,
    }


def ask(client, body, path=ONE, who=None, **headers):
    return client.http.post(path, json=body, headers=client.as_(who or client.fixture.trial) | headers)


def receipts(client):
    store = client.fixture.store
    return [
        store.log.statement_at(ACCESS, position).signed.statement for position in range(store.log.head(ACCESS).size)
    ]


def test_i1_a_permit_names_its_receipt_and_its_obligations(client):
    answer = ask(client, question(client)).json()
    (receipt,) = receipts(client)
    assert answer["decision"] is receipt.permitted is True
    context = answer["context"]
    assert (context["reason"], context["obligations"]) == ("consented", ["no-onward-transfer"])
    assert context["receipt"] == {"position": 0, "request_id": "0x" + receipt.request_id.hex()}
    assert context["at"]["consents"] == receipt.consents_size == 1
    assert (receipt.requester, receipt.category, receipt.purpose) == (
        client.fixture.trial.address,
        "health.lab",
        "hl7:CLINTRCH",
    )


def test_i7_absent_and_forbidden_are_the_same_no_with_a_receipt_each(client):
    forbidden = ask(client, question(client, purpose="hl7:HMARKT"))
    absent = ask(client, question(client, record=ABSENT))
    wrong = question(client)
    wrong["resource"]["properties"] = {"category": "health.vitals"}
    answers = [forbidden, absent, ask(client, wrong)]
    assert {a.status_code for a in answers} == {200}
    seen = [a.json() for a in answers]
    for n, one in enumerate(seen):
        assert one["context"].pop("receipt")["position"] == n
    assert seen[0] == seen[1] == seen[2]
    assert (seen[0]["decision"], seen[0]["context"]["reason"]) == (False, "access_denied")
    assert [r.reason for r in receipts(client)] == [Reason.NO_CONSENT, Reason.NO_RECORD, Reason.WRONG_CATEGORY]


def test_i3_a_withdrawal_that_was_accepted_denies_the_next_answer(client):
    assert ask(client, question(client)).json()["decision"]
    fixture = client.fixture
    draft = fixture.kernel.consents.drafts.revocation(fixture.ann.signer, fixture.trial.address, b"\1" * 32)
    fixture.kernel.consents.revocations.accept(draft.statement, fixture.sign(fixture.ann, draft.statement))
    assert not ask(client, question(client)).json()["decision"]


def test_an_enforcement_point_asks_for_others_and_nobody_else_does(client):
    assert ask(client, question(client), who=GATEWAY).json()["decision"]
    for who in (STRANGER, client.fixture.insurer, client.fixture.ann):
        refused = ask(client, question(client), who=who)
        assert (refused.status_code, refused.json()["error"]) == (403, "not_entitled")
    assert not ask(client, question(client, who=STRANGER), who=STRANGER).json()["decision"]
    assert [r.requester for r in receipts(client)] == [client.fixture.trial.address, STRANGER.address]


def test_the_data_subject_sees_their_own(client):
    body = question(client, who=client.fixture.ann, purpose="mydata:SELF_VIEW")
    body["subject"]["type"] = "person"
    assert ask(client, body, who=client.fixture.ann).json()["context"]["reason"] == "own"


def test_an_incident_breaks_the_glass(client):
    incident = client.fixture.declares(client.fixture.responder)
    allergy, crew = client.issued("health.allergy"), client.fixture.responder
    client.fixture.anchor()
    body = question(client, who=crew, record=allergy, purpose="hl7:BTG", incident="0x" + incident.hex())
    assert ask(client, body, who=crew).json()["context"]["reason"] == "broke_glass"
    beyond = body | {"resource": {"type": "record", "id": client.record}}
    assert not ask(client, beyond, who=crew).json()["decision"], "a laboratory result is beyond an incident"
    body["context"].pop("incident")
    assert not ask(client, body, who=client.fixture.responder).json()["decision"]


@pytest.mark.parametrize("path", [ONE, MANY])
@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Basic eDp5"}, {"authorization": "Bearer"}, {"authorization": "Bearer x"}]
)
def test_without_a_session_there_is_no_answer(client, path, headers):
    answer = client.http.post(path, json=question(client), headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "session_required")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert receipts(client) == []


def test_a_session_that_is_over_answers_no_more(client):
    headers = client.as_(client.fixture.trial)
    assert client.http.post(ONE, json=question(client), headers=headers).status_code == 200
    assert client.http.delete("/sessions", headers=headers).status_code == 204
    assert client.http.post(ONE, json=question(client), headers=headers).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": None},
        {"subject": "alice"},
        {"subject": {"type": "party"}},
        {"subject": {"id": "alice"}},
        {"subject": {"type": "party", "id": "alice", "properties": 7}},
        {"subject": {"type": "party", "id": 7}},
        {"action": {}},
        {"action": {"name": ""}},
        {"action": {"name": 123}},
        {"action": {"name": "view", "properties": []}},
        {"resource": {"type": "record"}},
        {"resource": {"id": ABSENT}},
        {"resource": {"type": "record", "id": ABSENT, "properties": {"category": 7}}},
        {"context": []},
        {"context": {"purpose": 7}},
        {"context": {"purpose": "hl7:CLINTRCH", "incident": "yes"}},
    ],
)
def test_a_misshapen_question_is_a_bad_request_and_leaves_nothing(client, wrong):
    answer = ask(client, question(client) | wrong)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "detail"}
    assert receipts(client) == []


@pytest.mark.parametrize(
    "unknown",
    [
        {"subject": {"type": "user", "id": "alice"}},
        {"subject": {"type": "party", "id": "alice"}},
        {"action": {"name": "devour"}},
        {"resource": {"type": "record", "id": "0x12"}},
        {"resource": {"type": "record", "id": ABSENT, "properties": {"category": "nonsense"}}},
        {"resource": {"type": "todo", "id": "1"}},
        {"context": {}},
        {"context": {"purpose": "hl7:CLINTRHC"}},
        {"context": {"time": "2025-06-27T18:03-07:00", "ip": "192.168.1.1"}},
    ],
)
def test_what_is_well_formed_but_unknown_is_answered_no_to_whom_is_signed_in(client, unknown):
    """AuthZEN §10.1.3: an error is about the request, never about the outcome."""
    body = question(client) | unknown
    answer = ask(client, body)
    assert (answer.status_code, answer.json()["decision"]) == (200, False)
    assert set(answer.json()["context"]["error"]) == {"status", "message", "error", "detail"}
    for semantic in ("execute_all", "permit_on_first_permit"):
        many = body | {"evaluations": [{}], "options": {"evaluations_semantic": semantic}}
        assert ask(client, many, MANY).json()["evaluations"] == [answer.json()]
        assert client.http.post(MANY, json=many, headers={"authorization": "Bearer x"}).status_code == 401
    assert client.http.post(ONE, json=body, headers={"authorization": "Bearer x"}).status_code == 401
    assert receipts(client) == []


def test_an_unknown_purpose_names_the_nearest(client):
    text = ask(client, question(client, purpose="hl7:CLINTRHC")).json()["context"]["error"]["message"]
    assert "the nearest declared is `hl7:CLINTRCH`" in text


def test_a_person_is_named_by_the_bytes_of_their_passkey_too(client):
    body = question(client) | {"subject": {"type": "person", "id": "0x" + "AB" * 84}}
    assert ask(client, body, who=GATEWAY).json()["decision"] is False
    assert [r.requester for r in receipts(client)] == ["0x" + "ab" * 84]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff", b'{"a":' * 3_000, b"[" * 60_000, b"NaN"], ids=range(8)
)
@pytest.mark.parametrize("path", [ONE, MANY])
def test_what_is_not_a_json_object_is_a_bad_request(client, path, body):
    headers = client.as_(client.fixture.trial) | {"content-type": "application/json"}
    answer = client.http.post(path, content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed_input")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_media_type_is_refused(client, kind):
    headers = client.as_(client.fixture.trial) | {"content-type": kind}
    answer = client.http.post(ONE, content=orjson.dumps(question(client)), headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed_input")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_by_any_spelling_is_read(client, kind):
    headers = client.as_(client.fixture.trial) | {"content-type": kind}
    assert client.http.post(ONE, content=orjson.dumps(question(client)), headers=headers).json()["decision"]


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_beyond_the_bound_is_refused(client, declared):
    body = b"x" * 70_000 if declared else (b"x" * 7_000 for _ in range(10))
    headers = client.as_(client.fixture.trial) | {"content-type": "application/json"}
    answer = client.http.post(ONE, content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


def test_the_request_id_comes_back_with_security_headers(client):
    answer = ask(client, question(client), **{"X-Request-ID": "pep-7.1"})
    assert answer.headers["x-request-id"] == "pep-7.1"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers.get_list("x-request-id") == ["pep-7.1"]
    for name in ("bfe9eb29-ab87-4ca3-be83-a1d5d8305716/7;a=b", "<b>", "x" * 1_000):
        assert ask(client, question(client), **{"X-Request-ID": name}).headers["x-request-id"] == name
        assert ask(client, [], **{"X-Request-ID": name}).headers["x-request-id"] == name
    assert len(ask(client, question(client)).headers["x-request-id"]) == 16


@pytest.mark.parametrize("path", [ONE, MANY])
def test_only_post_is_answered(client, path):
    assert client.http.get(path, headers=client.as_(client.fixture.trial)).status_code == 405


@pytest.mark.parametrize("path", [ONE, MANY])
def test_i8_what_cannot_be_known_is_503_and_leaves_no_receipt(client, path):
    headers = client.as_(client.fixture.trial)
    client.fixture.store.anchoring.distrust("the chain holds another log")
    answer = client.http.post(path, json=question(client), headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (503, "source_unavailable")
    client.fixture.store.anchoring.touch(client.fixture.clock.now())
    client.fixture.clock.passes(client.fixture.world.bounds.chain_silence + 1)
    answer = client.http.post(path, json=question(client), headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (503, "chain_behind")
    assert receipts(client) == []


@pytest.mark.parametrize("path", [ONE, MANY])
def test_who_knows_more_to_be_on_chain_gets_no_answer_that_rests_on_less(client, path):
    assert client.http.post(
        path, json=question(client, consents_at_least=1), headers=client.as_(client.fixture.trial)
    ).json()
    (receipt,) = receipts(client)
    assert receipt.permitted
    answer = client.http.post(
        path, json=question(client, consents_at_least=2), headers=client.as_(client.fixture.trial)
    )
    assert (answer.status_code, answer.json()["error"]) == (503, "chain_behind")
    assert "would rest on 1 consents" in answer.json()["detail"]
    assert receipts(client) == [receipt]
    misshapen = [question(client, consents_at_least=wrong) for wrong in (-1, "1", 1.5, True, 2**63)]
    assert [ask(client, one, path).status_code for one in misshapen] == [400] * 5


def items(client, *purposes):
    return [{"context": {"purpose": purpose}} for purpose in purposes]


def test_many_take_what_they_leave_out_from_the_call(client):
    body = question(client) | {
        "evaluations": [*items(client, "hl7:CLINTRCH", "hl7:HMARKT"), {}, {"resource": {"id": 1}}, 7]
    }
    answers = ask(client, body, MANY).json()["evaluations"]
    assert [one["decision"] for one in answers] == [True, False, True, False, False]
    assert [one["context"]["error"]["status"] for one in answers[3:]] == [400, 400]
    assert [one["context"]["receipt"]["position"] for one in answers[:3]] == [0, 1, 2]
    assert len(receipts(client)) == 3


def test_an_item_takes_its_type_and_id_from_the_call_and_nothing_else(client):
    body = question(client) | {"resource": {"type": "record", "properties": {"category": "health.vitals"}}}
    body |= {"action": {"properties": {"purpose": "hl7:HMARKT"}}, "subject": {"type": "party"}}
    mine = {
        "resource": {"id": client.record},
        "action": {"name": "view"},
        "subject": {"id": client.fixture.trial.address},
    }
    (answer,) = ask(client, body | {"evaluations": [mine]}, MANY).json()["evaluations"]
    assert answer["decision"] is True


def test_i6_many_are_answered_as_each_would_be_alone(client):
    purposes = ["hl7:CLINTRCH", "hl7:HMARKT", "hl7:HRESCH", "hl7:ETREAT"]
    many = ask(client, question(client) | {"evaluations": items(client, *purposes)}, MANY).json()["evaluations"]
    alone = [ask(client, question(client, purpose=purpose)).json() for purpose in purposes]
    for answer in many + alone:
        answer["context"].pop("receipt")
    assert many == alone


@pytest.mark.parametrize(
    ("semantic", "answered"),
    [("execute_all", 4), ("deny_on_first_deny", 2), ("permit_on_first_permit", 1)],
)
def test_what_follows_the_deciding_answer_is_not_asked(client, semantic, answered):
    purposes = ["hl7:CLINTRCH", "hl7:HMARKT", "hl7:CLINTRCH", "hl7:HMARKT"]
    body = question(client) | {"evaluations": items(client, *purposes), "options": {"evaluations_semantic": semantic}}
    assert len(ask(client, body, MANY).json()["evaluations"]) == len(receipts(client)) == answered


def test_without_a_list_the_call_is_one_question(client):
    for body in (question(client), question(client) | {"evaluations": []}):
        assert ask(client, body, MANY).json()["decision"] is True


def test_in_many_what_is_not_the_caller_s_to_ask_is_refused_in_its_place(client):
    other = {"subject": {"type": "party", "id": client.fixture.insurer.address}}
    answers = ask(client, question(client) | {"evaluations": [{}, other]}, MANY).json()["evaluations"]
    assert answers[0]["decision"] is True
    assert answers[1]["context"]["error"]["error"] == "not_entitled"
    assert len(receipts(client)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        ({"evaluations": [{}] * 10_000}, 413),
        ({"evaluations": {}}, 400),
        ({"evaluations": [{}], "options": {"evaluations_semantic": "guess"}}, 400),
        ({"evaluations": [{}], "options": {"evaluations_semantic": ["execute_all"]}}, 400),
        ({"evaluations": [{}], "options": "execute_all"}, 400),
    ],
    ids=["ten thousand", "no list", "unknown semantic", "no semantic", "no options"],
)
def test_a_call_beyond_its_bounds_is_refused_whole(client, wrong):
    more, status = wrong
    answer = ask(client, question(client) | more, MANY)
    assert answer.status_code == status
    assert receipts(client) == []


def test_a_thousand_in_one_call_are_answered(client):
    answers = ask(client, question(client) | {"evaluations": [{}] * 1_000}, MANY).json()["evaluations"]
    assert [one["context"]["receipt"]["position"] for one in answers] == list(range(1_000))


def test_who_ask_at_once_are_answered_together_each_their_own(client):
    """Calls of several sessions and one without a session in one batch: no answer depends on the others."""
    calls = [
        (client.as_(client.fixture.trial), question(client), 200),
        ({"Authorization": "Bearer gone"}, question(client), 401),
        (client.as_(client.fixture.insurer), question(client), 403),
        (client.as_(GATEWAY), question(client, purpose="hl7:HMARKT"), 200),
    ] * 20

    async def at_once():
        return await asyncio.gather(*(post(client.app, ONE, body, headers) for headers, body, _ in calls))

    found = asyncio.run(at_once())
    assert [status for status, _ in found] == [status for _, _, status in calls]
    decisions = [orjson.loads(body)["decision"] for status, body in found if status == 200]
    assert decisions == [True, False] * 20
    positions = [orjson.loads(body)["context"]["receipt"]["position"] for status, body in found if status == 200]
    assert sorted(positions) == list(range(40))


async def post(app, path, body, headers):
    """Send one request directly to the app."""
    raw = orjson.dumps(body)
    sent, wire = [], [(b"content-type", b"application/json"), (b"content-length", str(len(raw)).encode())]
    wire += [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def receive():
        return {"type": "http.request", "body": raw, "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "headers": wire, "query_string": b"", "root_path": ""}
    await app(scope, receive, send)
    return sent[0]["status"], sent[1]["body"]
