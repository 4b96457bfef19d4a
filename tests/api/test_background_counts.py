"""Counts for trials in the background: asked in a request, answered by the service's own job."""

import pytest

from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.kernel.background.answers import ANSWER_DELAYS
from mydata_ledger.ledger.kernel.background.questions import KEPT_SECONDS, MOST_OPEN
from mydata_ledger.ledger.receipt import ACCESS, AccessReceipt
from mydata_ledger.services.trials.jobs import answer_counts
from mydata_ledger.services.trials.routes import counts
from testing.ledger_fixture import wallet
from tests.api.test_profile import COUNT, OVER_SEVEN, ProfileClient, condition, hba1c, patient
from tests.ledger.derived_world import permit

NOBODY = "0x" + "ab" * 32


class CountClient(ProfileClient):
    def ask(self, party=None, **form):
        return self.count(party, wait=False, **form)

    def new_count(self, party=None, **form):
        reply = self.ask(party, **form)
        assert reply.status_code == 202, reply.text
        return reply.json()["count_id"]

    def get(self, path="", party=None):
        return self.http.get("/trials/counts" + path, headers=self.as_(party or self.fixture.trial))

    def read(self, count_id, party=None):
        return self.get(f"/{count_id}", party).json()

    def job(self):
        return answer_counts(self.fixture.kernel, 0)

    def receipts(self):
        log = self.fixture.store.log
        stored = [log.statement_at(ACCESS, n).signed.statement for n in range(log.head(ACCESS).size)]
        return [one for one in stored if isinstance(one, AccessReceipt) and one.action == "compute"]


@pytest.fixture
def api():
    return CountClient()


def test_a_count_is_asked_now_and_answered_by_the_job(api):
    api.people(range(6), condition(), patient(), hba1c(7.5))
    reply = api.ask(sex="female", limit=OVER_SEVEN)
    view = reply.json()
    assert (reply.status_code, reply.headers["location"]) == (202, f"/trials/counts/{view['count_id']}")
    assert (view["state"], view["answer"], view["kept_until"], view["why"]) == ("waiting", None, 0, "")
    assert view["form"] == {**COUNT, "sex": "female", "limit": OVER_SEVEN, "least": 5} | dict.fromkeys(
        ("least_age", "most_age")
    )
    before = len(api.receipts())
    assert api.read(view["count_id"]) == view
    assert len(api.receipts()) == before, "nobody was looked at yet"
    assert api.job() == 1
    ended = api.read(view["count_id"])
    assert (ended["state"], ended["answer"]) == ("answered", {"people": 6, "least": 5})
    assert ended["kept_until"] == api.fixture.clock.now() + KEPT_SECONDS
    assert api.get().json() == [ended]
    assert api.job() == 0
    assert not {wallet(100).address, wallet(100).signer.hex()} & set(api.get().text.split('"'))


def test_receipts_and_disclosure_control_are_those_of_a_count_at_once():
    def life(*, wait):
        api = CountClient()
        api.people(range(4), condition())
        api.people(range(10, 16), condition("73211009"), grants=[permit(conditions=("aggregate-only:7",))])
        api.people(range(20, 25), condition("38341003"))
        answers = []
        for code in ("44054006", "73211009", "38341003", "195967001", "38341003"):
            if wait:
                answers.append(api.count(code=code).json())
            else:
                count_id = api.new_count(code=code)
                api.job()
                answers.append(api.read(count_id)["answer"])
        return answers, [(one.requester, one.purpose, one.permitted, one.reason) for one in api.receipts()]

    at_once, in_background = life(wait=True), life(wait=False)
    assert at_once == in_background
    assert [one["people"] for one in at_once[0]] == [None, None, 5, None, 5]


def test_one_number_a_day_whichever_way_it_is_asked(api):
    api.people(range(6), condition())
    api.people(range(10, 16), condition("38341003"))
    assert api.count().json()["people"] == 6
    other = api.new_count(code="38341003")
    same = api.new_count()
    api.job()
    assert api.read(other)["answer"]["people"] is None
    assert api.read(same)["answer"]["people"] == 6


def test_another_party_gets_the_answer_of_an_unknown_id(api):
    count_id = api.new_count()
    for _ in range(2):
        absent, others = api.get(f"/{NOBODY}"), api.get(f"/{count_id}", api.fixture.insurer)
        assert (others.status_code, others.content) == (404, b'{"error":"access_denied"}')
        assert (absent.status_code, absent.content) == (others.status_code, others.content)
        assert set(absent.headers) == set(others.headers)
        assert api.get(party=api.fixture.insurer).json() == []
        api.job()
    assert api.get("/0x12").status_code == 400


def test_a_party_whose_accreditation_ends_before_the_job_runs_gets_no_number(api):
    api.people(range(6), condition())
    count_id = api.new_count()
    api.fixture.expire(api.fixture.trial)
    asked_about = len(api.receipts())
    api.job()
    ended = api.read(count_id)
    assert (ended["state"], ended["answer"]) == ("answered", {"people": None, "least": 5})
    assert len(api.receipts()) == asked_about + 1, "the search alone; no person was asked about"


def test_a_consent_that_ends_before_the_job_runs_does_not_count(api):
    people = api.people(range(6), condition())
    count_id = api.new_count()
    for person in people[:2]:
        api.consents(person, api.fixture.trial.address, permit("health.lab"))
    api.job()
    assert api.read(count_id)["answer"]["people"] is None


def test_a_count_that_raises_is_tried_again_and_then_fails_without_a_name(api, monkeypatch):
    api.people(range(6), condition())
    count_id = api.new_count()
    keys = type(api.fixture.world.keys)

    def unavailable(*_):
        raise SourceUnavailable("the key of Ann Example")

    monkeypatch.setattr(keys, "rewrap_group", unavailable)
    for delay in ANSWER_DELAYS:
        assert api.job() == 1
        waiting = api.read(count_id)
        assert (waiting["state"], waiting["answer"], waiting["why"]) == ("waiting", None, "source_unavailable")
        assert api.job() == 0
        api.fixture.clock.passes(delay)
        api.fixture.anchor()
    assert api.job() == 1
    failed = api.read(count_id)
    assert (failed["state"], failed["answer"], failed["why"]) == ("failed", None, "source_unavailable")
    monkeypatch.undo()
    again = api.new_count()
    api.job()
    assert api.read(again)["answer"]["people"] == 6


def test_a_count_about_too_many_people_asks_for_the_background_before_anybody_is_looked_at(api, monkeypatch):
    api.people(range(6), condition())
    monkeypatch.setattr(counts, "MOST_AT_ONCE", 6)
    assert api.count().json()["people"] == 6
    monkeypatch.setattr(counts, "MOST_AT_ONCE", 5)
    before = len(api.receipts())
    refused = api.count()
    assert (refused.status_code, refused.json()["error"]) == (422, "too_many_people")
    assert "ask in the background" in refused.json()["detail"]
    assert "6" not in refused.text
    assert len(api.receipts()) == before + 1, "the search has its receipt, and no person was asked about"
    count_id = api.new_count()
    api.job()
    assert api.read(count_id)["answer"]["people"] == 6


def test_few_counts_of_a_party_wait_at_the_same_time(api):
    for _ in range(MOST_OPEN):
        api.new_count()
    refused = api.ask()
    assert (refused.status_code, refused.json()["error"]) == (429, "too_many_requests")
    assert api.ask(api.fixture.insurer).status_code == 202
    assert api.job() == MOST_OPEN + 1
    api.new_count()


@pytest.mark.parametrize(
    "form", [{"code": "44054007"}, {"purpose": "hl7:NONE"}, {"least": 4}, {"wait": "no"}, {"wait": None}]
)
def test_a_question_that_is_not_understood_is_refused_at_once_and_not_stored(api, form):
    reply = api.count(**{"wait": False, **form})
    assert reply.status_code in {400, 422}, reply.text
    assert api.get().json() == []
