"""Rate limits: a caller over the limit has to wait, and nobody else does."""

import time
from functools import partial
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.api.fastpath.limits import BURST_SECONDS, MAX_CALLERS, RECHECK_SECONDS, TokenBucket
from mydata_ledger.api.fastpath.request import Request
from mydata_ledger.ledger.receipt import ACCESS
from testing.ledger_fixture import NOW
from tests.api.api_client import ApiClient


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def standing(monkeypatch):
    """Stop the clock of the token buckets, which would refill meanwhile on a slow machine."""
    monkeypatch.setattr("mydata_ledger.api.app.TokenBucket", partial(TokenBucket, clock=Clock()))


@pytest.mark.usefixtures("standing")
def test_a_session_beyond_its_pace_waits_and_another_does_not():
    client = ApiClient(requests_per_second=1)
    ann, trial = client.as_(client.fixture.ann), client.as_(client.fixture.trial)
    answers = [client.http.get("/consents", headers=ann) for _ in range(BURST_SECONDS + 5)]
    assert [answer.status_code for answer in answers[:BURST_SECONDS]] == [200] * BURST_SECONDS
    late = answers[-1]
    assert (late.status_code, late.json()["error"]) == (429, "too_many_requests")
    assert int(late.headers["Retry-After"]) == 1
    assert late.headers["X-Content-Type-Options"] == "nosniff"
    assert client.http.get("/consents", headers=trial).status_code == 200


SPELLINGS = [f"{scheme} {' ' * spaces}{{}}" for scheme in ("Bearer", "bEARER", "BEARER") for spaces in range(9)]


@pytest.mark.usefixtures("standing")
def test_a_session_is_one_however_its_header_is_spelt():
    client = ApiClient(requests_per_second=1)
    token = client.as_(client.fixture.ann)["Authorization"].split()[1]
    answers = [client.http.get("/consents", headers={"Authorization": one.format(token)}) for one in SPELLINGS]
    late = len(SPELLINGS) - BURST_SECONDS
    assert [answer.status_code for answer in answers] == [200] * BURST_SECONDS + [429] * late


@pytest.mark.usefixtures("standing")
@pytest.mark.parametrize("path", ["/consents", "/access/v1/evaluation"])
def test_who_makes_up_tokens_is_limited_by_host(path):
    client = ApiClient(requests_per_second=1)
    answers = [
        client.http.request("POST" if "access" in path else "GET", path, headers={"Authorization": f"Bearer x{n}"})
        for n in range(BURST_SECONDS + 5)
    ]
    assert [answer.status_code for answer in answers][-5:] == [429] * 5


@pytest.mark.parametrize(("method", "path"), [("GET", "/consents"), ("POST", "/access/v1/evaluation")])
def test_two_authorization_headers_are_refused_everywhere(method, path):
    client = ApiClient()
    own = client.as_(client.fixture.ann)["Authorization"]
    body = evaluation(client) if method == "POST" else None
    for second in (own, "x"):
        headers = [("Authorization", own), ("Authorization", second)]
        answer = client.http.request(method, path, headers=headers, json=body)
        assert (answer.status_code, answer.json()["error"]) == (400, "malformed_input")
    assert client.fixture.store.log.head(ACCESS).size == 0


@pytest.mark.usefixtures("standing")
def test_a_host_beyond_its_pace_opens_no_more_sessions():
    client = ApiClient(sign_ins_per_second=1)
    statuses = [client.sign_in(client.fixture.ann).status_code for _ in range(BURST_SECONDS // 2)]
    assert statuses == [201] * (BURST_SECONDS // 2)
    requested = client.http.post("/session/challenges", json={"address": client.fixture.ann.address})
    assert (requested.status_code, requested.json()["error"]) == (429, "too_many_requests")
    assert client.http.get("/health").status_code == 200
    assert client.fixture.clock.now() == NOW


def evaluation(client):
    return {
        "subject": {"type": "party", "id": client.fixture.trial.address},
        "action": {"name": "view"},
        "resource": {"type": "record", "id": "0x" + "ab" * 32},
        "context": {"purpose": "hl7:CLINTRCH"},
    }


@pytest.mark.usefixtures("standing")
def test_evaluations_have_a_pace_of_their_own_if_any():
    client = ApiClient(evaluations_per_second=1, requests_per_second=1)
    body = evaluation(client)
    trial, other = client.as_(client.fixture.trial), client.as_(client.fixture.trial)
    answers = [client.http.post("/access/v1/evaluation", json=body, headers=trial) for _ in range(BURST_SECONDS + 3)]
    assert [answer.status_code for answer in answers] == [200] * BURST_SECONDS + [429] * 3
    late = answers[-1]
    assert (late.json()["error"], late.headers["Retry-After"]) == ("too_many_requests", "1")
    assert late.headers["X-Content-Type-Options"] == "nosniff"
    assert client.fixture.store.log.head(ACCESS).size == BURST_SECONDS, "who is held up asked nothing"
    assert client.http.post("/access/v1/evaluation", json=body, headers=other).status_code == 200
    assert client.http.get("/consents", headers=trial).status_code == 200


@pytest.mark.usefixtures("standing")
def test_every_question_of_a_call_counts_and_a_large_call_is_answered_once():
    client = ApiClient(evaluations_per_second=1)
    trial = client.as_(client.fixture.trial)
    call = evaluation(client) | {"evaluations": [{}] * (3 * BURST_SECONDS)}
    first = client.http.post("/access/v1/evaluations", json=call, headers=trial)
    assert (first.status_code, len(first.json()["evaluations"])) == (200, 3 * BURST_SECONDS)
    late = client.http.post("/access/v1/evaluation", json=evaluation(client), headers=trial)
    assert (late.status_code, int(late.headers["Retry-After"])) == (429, 2 * BURST_SECONDS + 1)


@pytest.mark.usefixtures("standing")
def test_by_default_evaluations_have_no_bound():
    client = ApiClient(requests_per_second=1)
    trial = client.as_(client.fixture.trial)
    call = evaluation(client) | {"evaluations": [{}] * 1_000}
    statuses = {client.http.post("/access/v1/evaluations", json=call, headers=trial).status_code for _ in range(3)}
    assert statuses == {200}


def test_without_a_bound_nobody_waits():
    rate_limited = TokenBucket(0)
    assert not any(rate_limited.wait("a") for _ in range(10_000))


@given(some.lists(some.floats(0, 3), max_size=60), some.integers(1, 5))
def test_never_more_than_the_burst_and_what_refills(pauses, rate):
    clock = Clock()
    rate_limited, taken = TokenBucket(rate, clock), 0
    for pause in pauses * 5:
        clock.now += pause
        taken += rate_limited.wait("a") == 0
        assert taken <= rate * (BURST_SECONDS + clock.now - 100) + 1e-6


def test_who_waits_as_long_as_the_answer_says_is_answered():
    clock = Clock()
    rate_limited = TokenBucket(2, clock)
    for _ in range(200):
        if seconds := rate_limited.wait("a"):
            clock.now += seconds + 1e-9
            assert rate_limited.wait("a") == 0


def test_callers_are_forgotten_before_they_fill_the_memory():
    rate_limited = TokenBucket(1, Clock())
    for caller in range(MAX_CALLERS + 100):
        rate_limited.wait(caller)
    assert len(rate_limited._buckets) == MAX_CALLERS


@pytest.mark.usefixtures("standing")
def test_made_up_tokens_of_a_host_beyond_its_rate_are_not_looked_up(monkeypatch):
    client, looked_up = ApiClient(requests_per_second=1), []
    sessions = client.app.state.context.sessions
    signer_of = sessions.signer_of
    monkeypatch.setattr(sessions, "signer_of", lambda *given: looked_up.append(given) or signer_of(*given))
    for number in range(BURST_SECONDS + 30):
        client.http.get("/health", headers={"Authorization": f"Bearer x{number}"})
    assert len(looked_up) == BURST_SECONDS


def test_a_session_that_ended_is_looked_up_again(monkeypatch):
    client = ApiClient()
    session = client.as_(client.fixture.ann)
    assert client.http.get("/consents", headers=session).status_code == 200
    assert client.http.delete("/sessions", headers=session).status_code == 204
    limits, now = client.app.fast_path._limits, time.monotonic()
    request = Request({"type": "http", "headers": [(b"authorization", session["Authorization"].encode())]}, None, 1)
    monkeypatch.setattr(
        "mydata_ledger.api.fastpath.limits.time", SimpleNamespace(monotonic=lambda: now + RECHECK_SECONDS)
    )
    assert limits.session(request) is None
