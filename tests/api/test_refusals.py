"""Every fast route has the same errors as FastAPI: status, bytes and headers, for every reason."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import ValidationError

from mydata_ledger.api.errors import STATUS
from mydata_ledger.api.fastpath import authzen
from mydata_ledger.api.fastpath.limits import BURST_SECONDS, TokenBucket
from mydata_ledger.api.routes.evaluations import EvaluationForm
from mydata_ledger.ledger.errors import LedgerError, MalformedInput, PasscodeInvalid
from mydata_ledger.ledger.receipt import ACCESS
from testing.ledger_fixture import LedgerFixture
from tests.api.api_client import ApiClient
from tests.api.test_rate_limits import Clock

RECORD = "0x" + "ab" * 32
ANYBODY = "0x" + "0c" * 20
SECURITY = ["cache-control", "referrer-policy", "x-content-type-options", "x-frame-options", "x-request-id"]
FAST, FRAMEWORK = "application/json", "application/json; charset=utf-8"
EVALUATIONS = ["/access/v1/evaluation", "/access/v1/evaluations"]


def bodies(client):
    """A valid body, for the path of each fast route that FastAPI answers too."""
    subject, resource = {"type": "party", "id": client.fixture.trial.address}, {"type": "record", "id": RECORD}
    entities = {"subject": subject, "resource": resource, "context": {"purpose": "hl7:CLINTRCH"}}
    return {
        f"/access/records/{RECORD}": {"category": "health.lab", "purpose": "hl7:CLINTRCH"},
        "/access/persons": {"data_subject": ANYBODY, "purpose": "hl7:CLINTRCH"},
        "/access/v1/search/action": entities,
        "/access/v1/search/resource": entities | {"action": {"name": "view"}},
    }


def evaluation(client):
    return bodies(client)["/access/v1/search/resource"]


def without_request_id(answer):
    """The answer with every header as often as it occurs, without the request id."""
    headers = sorted((name, value) for name, value in answer.headers.multi_items() if name != "x-request-id")
    return answer.status_code, headers, answer.content


def answer_of(client, path, body, kind, headers):
    return client.http.post(path, json=body, headers=[*headers, ("Content-Type", kind)])


def both(client, path, body, headers):
    return [answer_of(client, path, body, kind, headers) for kind in (FAST, FRAMEWORK)]


def failing(client, monkeypatch, error):
    """Make every request end in that error."""

    def fail(_):
        raise error

    monkeypatch.setattr(client.fixture.kernel.decisions.evaluation, "answer_soon", fail)


def made(kind):
    return kind(3) if kind is PasscodeInvalid else kind() if kind.__init__ is not LedgerError.__init__ else kind("said")


ERRORS = [*(made(kind) for kind in STATUS), ZeroDivisionError("of nobody's making")]


@pytest.fixture
def client():
    return ApiClient()


@pytest.fixture
def trial(client):
    return list(client.as_(client.fixture.trial).items())


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_every_error_looks_the_same_both_ways(client, trial, monkeypatch, error):
    failing(client, monkeypatch, error)
    for path, body in bodies(client).items():
        quick, slow = both(client, path, body, trial)
        assert without_request_id(quick) == without_request_id(slow), path
        assert quick.status_code == STATUS.get(type(error), 500)
        assert set(SECURITY) <= set(quick.headers)


@pytest.mark.parametrize("path", EVALUATIONS)
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_evaluation_is_refused_as_the_framework_refuses_but_for_two_statuses(
    client, trial, monkeypatch, path, error
):
    """AuthZEN has no 422, and a call that is too large also closes the connection."""
    failing(client, monkeypatch, error)
    status, headers, body = without_request_id(
        answer_of(client, "/access/persons", bodies(client)["/access/persons"], FRAMEWORK, trial)
    )
    if status == 413:
        headers = sorted([*headers, ("connection", "close")])
    answer = answer_of(client, path, evaluation(client), FAST, trial)
    assert without_request_id(answer) == (400 if status == 422 else status, headers, body)


def test_an_answer_has_the_headers_of_the_framework_and_no_others(client, trial):
    for path, body in bodies(client).items():
        quick, slow = both(client, path, body, trial)
        assert [name for name, _ in without_request_id(quick)[1]] == [
            name for name, _ in without_request_id(slow)[1]
        ], path
    for path in EVALUATIONS:
        answer = answer_of(client, path, evaluation(client), FAST, trial)
        assert sorted(answer.headers.keys()) == sorted(["content-length", "content-type", *SECURITY])


@pytest.mark.parametrize("path", EVALUATIONS)
@pytest.mark.parametrize(
    ("sent", "refused"),
    [
        (({}, {}), (401, b"session_required", {"www-authenticate"})),
        (({"Content-Type": "text/plain"}, {}), (400, b"malformed_input", set())),
        ((None, {}), (400, b"malformed_input", set())),
        ((None, {"a": "x" * 2**21}), (413, b"too_large", {"connection"})),
    ],
    ids=["no session", "no JSON", "misshapen", "too large"],
)
def test_what_an_evaluation_is_refused_for_before_it_is_asked(client, trial, path, sent, refused):
    headers, body = sent
    statement = dict(trial) if headers is None else headers if not headers else dict(trial) | headers
    answer = client.http.post(path, json=body, headers=statement)
    more = set(answer.headers.keys()) - {"content-length", "content-type", *SECURITY}
    assert (answer.status_code, more) == (refused[0], refused[2])
    assert answer.content.startswith(b'{"error":"%s","detail":"' % refused[1])


def test_the_limits_of_every_request_are_the_same_both_ways(monkeypatch):
    monkeypatch.setattr("mydata_ledger.api.app.TokenBucket", partial(TokenBucket, clock=Clock()))
    client = ApiClient(max_body=1_000, requests_per_second=1)
    for path in bodies(client):
        headers = list(client.as_(client.fixture.trial).items())
        large = both(client, path, {"a": "x" * 1_000}, headers)
        assert without_request_id(large[0]) == without_request_id(large[1])
        assert large[0].content == (
            b'{"error": "too_large", "detail": "a request has at most 1000 bytes; split it into smaller ones"}'
        )
        assert (large[0].status_code, large[0].headers["connection"]) == (413, "close")
        often = [both(client, path, {}, headers) for _ in range(BURST_SECONDS)][-1]
        assert without_request_id(often[0]) == without_request_id(often[1])
        assert often[0].content == (
            b'{"error": "too_many_requests", "detail": "you ask more often than this ledger answers; try again in 1 s"}'
        )
        assert (often[0].status_code, often[0].headers["retry-after"]) == (429, "1")


@pytest.mark.parametrize(
    ("spelt", "status"),
    [("Bearer {}", 200), ("bearer {}", 200), ("BEARER   {}", 200), ("Bearer", 401), ("Basic {}", 401), ("{}", 401)],
)
def test_one_reader_of_tokens(client, trial, spelt, status):
    token = dict(trial)["Authorization"].partition(" ")[2]
    headers = [("Authorization", spelt.format(token))]
    quick, slow = both(client, "/access/persons", bodies(client)["/access/persons"], headers)
    assert without_request_id(quick) == without_request_id(slow)
    answers = [answer_of(client, path, evaluation(client), FAST, headers) for path in EVALUATIONS]
    assert {one.status_code for one in (quick, *answers)} == {status}
    out = client.http.delete("/sessions", headers=dict(headers))
    assert out.status_code == (204 if status == 200 else 401)


@pytest.mark.parametrize("first", [True, False])
def test_who_gives_two_tokens_is_refused_on_both_paths(client, trial, first):
    headers = [*trial, ("Authorization", "Bearer nobody's")][:: 1 if first else -1]
    quick, slow = both(client, "/access/persons", bodies(client)["/access/persons"], headers)
    assert without_request_id(quick) == without_request_id(slow)
    assert quick.status_code == 400


KERNEL = LedgerFixture().kernel
texts = some.sampled_from(
    ["party", "person", "record", "view", "0x" + "ab" * 20, RECORD, "0x12", "", "x" * 201, 7, None]
)
properties = some.sampled_from([{}, {"purpose": "hl7:CLINTRCH"}, {"category": "health.lab"}, {"a": 1}, [], None])
entities = some.fixed_dictionaries({}, optional={"type": texts, "id": texts, "name": texts, "properties": properties})
contexts = some.fixed_dictionaries(
    {},
    optional={
        "purpose": some.sampled_from(["hl7:CLINTRCH", "", 7]),
        "incident": some.sampled_from([RECORD, "0x12", None]),
        "consents_at_least": some.sampled_from([0, 3, -1, "3", True, None]),
    },
)
WELL_FORMED = {
    "subject": {"type": "party", "id": "0x" + "ab" * 20},
    "action": {"name": "view"},
    "resource": {"type": "record", "id": RECORD},
    "context": {"purpose": "hl7:CLINTRCH"},
}
forms = some.fixed_dictionaries({part: contexts if part == "context" else entities for part in WELL_FORMED})


@given(forms, some.lists(some.sampled_from(sorted(WELL_FORMED))))
def test_what_the_description_of_an_evaluation_allows_is_never_misshapen(form, mended):
    form |= {part: WELL_FORMED[part] | form[part] for part in mended if isinstance(form[part], dict)}
    try:
        EvaluationForm.model_validate(form, strict=True)
    except ValidationError:
        return
    try:
        authzen.access_request(KERNEL, form)
    except MalformedInput:
        pytest.fail("described, and refused by its shape")
    except LedgerError:
        pass


def test_the_description_and_the_reader_know_the_same_subjects():
    assert set(authzen.Requester.model_fields["type"].annotation.__args__) == set(authzen.SUBJECT_IDS)
    assert tuple(EvaluationForm.model_fields) == authzen.PARTS
    assert authzen.IDENTIFYING == {"subject": ["type", "id"], "action": ["name"], "resource": ["type", "id"]}


def test_a_refusal_leaves_no_receipt(client):
    for path, body in bodies(client).items():
        assert answer_of(client, path, body, FAST, []).status_code == 401
    assert client.fixture.store.log.head(ACCESS).size == 0
