"""One caller who asks without end is held up, and nobody else is."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.api.fastpath.limits import BURST_SECONDS, MOST_CALLERS, TokenBucket
from mydata_ledger.ledger.receipt import ACCESS
from testing.ledger_fixture import NOW
from tests.api.door import Door


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def standing(monkeypatch):
    """The doors' time stands still: on a slow machine a bucket would fill again meanwhile."""
    monkeypatch.setattr("mydata_ledger.api.app.TokenBucket", partial(TokenBucket, clock=Clock()))


@pytest.mark.usefixtures("standing")
def test_a_session_beyond_its_pace_waits_and_another_does_not():
    door = Door(requests_per_second=1)
    ann, trial = door.as_(door.house.ann), door.as_(door.house.trial)
    answers = [door.http.get("/consents", headers=ann) for _ in range(BURST_SECONDS + 5)]
    assert [answer.status_code for answer in answers[:BURST_SECONDS]] == [200] * BURST_SECONDS
    late = answers[-1]
    assert (late.status_code, late.json()["error"]) == (429, "too_many_requests")
    assert int(late.headers["Retry-After"]) == 1
    assert late.headers["X-Content-Type-Options"] == "nosniff"
    assert door.http.get("/consents", headers=trial).status_code == 200


SPELLINGS = [f"{scheme} {' ' * spaces}{{}}" for scheme in ("Bearer", "bEARER", "BEARER") for spaces in range(9)]


@pytest.mark.usefixtures("standing")
def test_a_session_is_one_however_its_header_is_spelt():
    door = Door(requests_per_second=1)
    token = door.as_(door.house.ann)["Authorization"].split()[1]
    answers = [door.http.get("/consents", headers={"Authorization": one.format(token)}) for one in SPELLINGS]
    late = len(SPELLINGS) - BURST_SECONDS
    assert [answer.status_code for answer in answers] == [200] * BURST_SECONDS + [429] * late


@pytest.mark.usefixtures("standing")
@pytest.mark.parametrize("path", ["/consents", "/access/v1/evaluation"])
def test_who_makes_up_tokens_is_limited_by_host(path):
    door = Door(requests_per_second=1)
    answers = [
        door.http.request("POST" if "access" in path else "GET", path, headers={"Authorization": f"Bearer x{n}"})
        for n in range(BURST_SECONDS + 5)
    ]
    assert [answer.status_code for answer in answers][-5:] == [429] * 5


@pytest.mark.parametrize(("method", "path"), [("GET", "/consents"), ("POST", "/access/v1/evaluation")])
def test_two_authorization_headers_are_refused_everywhere(method, path):
    door = Door()
    own = door.as_(door.house.ann)["Authorization"]
    for second in (own, "x"):
        headers = [("Authorization", own), ("Authorization", second)]
        answer = door.http.request(method, path, headers=headers, json=evaluation(door) if method == "POST" else None)
        assert (answer.status_code, answer.json()["error"]) == (400, "malformed_input")
    assert door.house.store.log.head(ACCESS).size == 0


@pytest.mark.usefixtures("standing")
def test_a_host_beyond_its_pace_opens_no_more_sessions():
    door = Door(sign_ins_per_second=1)
    statuses = [door.sign_in(door.house.ann).status_code for _ in range(BURST_SECONDS // 2)]
    assert statuses == [201] * (BURST_SECONDS // 2)
    asked = door.http.post("/session/challenges", json={"address": door.house.ann.address})
    assert (asked.status_code, asked.json()["error"]) == (429, "too_many_requests")
    assert door.http.get("/health").status_code == 200
    assert door.house.clock.now() == NOW


def evaluation(door):
    return {
        "subject": {"type": "party", "id": door.house.trial.address},
        "action": {"name": "view"},
        "resource": {"type": "record", "id": "0x" + "ab" * 32},
        "context": {"purpose": "hl7:CLINTRCH"},
    }


@pytest.mark.usefixtures("standing")
def test_evaluations_have_a_pace_of_their_own_if_any():
    door = Door(evaluations_per_second=1, requests_per_second=1)
    body = evaluation(door)
    trial, other = door.as_(door.house.trial), door.as_(door.house.trial)
    answers = [door.http.post("/access/v1/evaluation", json=body, headers=trial) for _ in range(BURST_SECONDS + 3)]
    assert [answer.status_code for answer in answers] == [200] * BURST_SECONDS + [429] * 3
    late = answers[-1]
    assert (late.json()["error"], late.headers["Retry-After"]) == ("too_many_requests", "1")
    assert late.headers["X-Content-Type-Options"] == "nosniff"
    assert door.house.store.log.head(ACCESS).size == BURST_SECONDS, "who is held up asked nothing"
    assert door.http.post("/access/v1/evaluation", json=body, headers=other).status_code == 200
    assert door.http.get("/consents", headers=trial).status_code == 200


@pytest.mark.usefixtures("standing")
def test_every_question_of_a_call_counts_and_a_large_call_is_answered_once():
    door = Door(evaluations_per_second=1)
    trial = door.as_(door.house.trial)
    call = evaluation(door) | {"evaluations": [{}] * (3 * BURST_SECONDS)}
    first = door.http.post("/access/v1/evaluations", json=call, headers=trial)
    assert (first.status_code, len(first.json()["evaluations"])) == (200, 3 * BURST_SECONDS)
    late = door.http.post("/access/v1/evaluation", json=evaluation(door), headers=trial)
    assert (late.status_code, int(late.headers["Retry-After"])) == (429, 2 * BURST_SECONDS + 1)


@pytest.mark.usefixtures("standing")
def test_by_default_evaluations_have_no_bound():
    door = Door(requests_per_second=1)
    trial = door.as_(door.house.trial)
    call = evaluation(door) | {"evaluations": [{}] * 1_000}
    statuses = {door.http.post("/access/v1/evaluations", json=call, headers=trial).status_code for _ in range(3)}
    assert statuses == {200}


def test_without_a_bound_nobody_waits():
    pace = TokenBucket(0)
    assert not any(pace.wait("a") for _ in range(10_000))


@given(some.lists(some.floats(0, 3), max_size=60), some.integers(1, 5))
def test_never_more_than_the_burst_and_what_refills(pauses, rate):
    clock = Clock()
    pace, taken = TokenBucket(rate, clock), 0
    for pause in pauses * 5:
        clock.now += pause
        taken += pace.wait("a") == 0
        assert taken <= rate * (BURST_SECONDS + clock.now - 100) + 1e-6


def test_who_waits_as_long_as_they_are_told_is_answered():
    clock = Clock()
    pace = TokenBucket(2, clock)
    for _ in range(200):
        if seconds := pace.wait("a"):
            clock.now += seconds + 1e-9
            assert pace.wait("a") == 0


def test_callers_are_forgotten_before_they_fill_the_memory():
    pace = TokenBucket(1, Clock())
    for caller in range(MOST_CALLERS + 100):
        pace.wait(caller)
    assert len(pace._buckets) == MOST_CALLERS
