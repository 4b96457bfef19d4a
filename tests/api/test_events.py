"""Live updates: who learns that a list changed, who does not, and when a stream ends."""

import time
from dataclasses import replace

import pytest

from mydata_ledger.api.live import stream as live_stream
from mydata_ledger.api.live.streams import host_of
from mydata_ledger.ledger.commitment.entry import lock_of
from mydata_ledger.ledger.consent import Effect
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.work_item import WorkItem
from testing.ledger_fixture import NOW, wallet
from testing.stores import open_store
from tests.api.api_client import ApiClient
from tests.api.event_reader import names, reading
from tests.api.test_contacts import asks as asks_for_contact
from tests.api.test_contacts import consents as consents_to_contact
from tests.api.test_contacts import sends
from tests.api.test_requests import ask

EVE = wallet(78)
ALL = {"requests", "messages", "timeline", "consents"}
QUIET_SECONDS = 0.5
"""Ten polls: long enough for an update that must not come."""


@pytest.fixture(params=["memory", "database"])
def client(request, tmp_path):
    made = ApiClient(open_store(f"sqlite:///{tmp_path / 'ledger.db'}") if request.param == "database" else None)
    yield made
    if request.param == "database":
        made.fixture.store.dispose()


@pytest.fixture
def reader(client):
    with reading(client) as made:
        yield made


def stays_quiet(stream):
    time.sleep(QUIET_SECONDS)
    return names(stream.text) == []


def refuse(client, request_id):
    path = f"/me/requests/{request_id}/refusal"
    assert client.http.post(path, headers=client.as_(client.fixture.ann)).status_code == 200


def test_both_sides_of_a_request_learn_of_it_and_nobody_else(client, reader):
    ann, eve, insurer = (reader.open(client.as_(each)) for each in (client.fixture.ann, EVE, client.fixture.insurer))
    trial = reader.open(client.as_(client.fixture.trial))
    made = ask(client).json()
    ann.until("requests", "messages")
    trial.until("requests")
    refuse(client, made["request_id"])
    ann.until("requests")
    trial.until("requests")
    assert stays_quiet(eve)
    assert stays_quiet(insurer)
    assert not ALL.intersection(names(ann.text)) - {"requests", "messages"}


def test_a_standing_wish_that_refuses_polls_to_the_asker_like_any_other_request(client, reader):
    wishes = {"wishes": [{"kind": "never", "purpose": "hl7:HRESCH"}], "validity": {}}
    client.http.put("/me/wishes", json=wishes, headers=client.as_(client.fixture.ann))
    trial, ann = reader.open(client.as_(client.fixture.trial)), reader.open(client.as_(client.fixture.ann))
    ask(client)
    ask(client, EVE)
    trial.until("requests")
    ann.until("requests")
    time.sleep(QUIET_SECONDS)
    assert set(names(trial.text)) == {"requests"}
    assert "messages" not in names(ann.text), "of what was refused for her she gets no message"


@pytest.mark.parametrize("kind", ["question", "invitation"])
def test_an_asker_learns_nothing_of_requests_that_it_does_not_see(client, reader, kind):
    ann, trial = reader.open(client.as_(client.fixture.ann)), reader.open(client.as_(client.fixture.trial))
    sides = client.fixture.ann.signer, client.fixture.trial.address
    client.fixture.store.work_items.file(WorkItem(kind, b"\1" * 32, *sides, "requested", NOW, {}))
    ann.until("requests")
    assert stays_quiet(trial)


def test_a_consent_is_news_for_both_sides_and_again_when_the_chain_has_it(client, reader):
    fixture = client.fixture
    ann, trial, eve = (reader.open(client.as_(each)) for each in (fixture.ann, fixture.trial, EVE))
    fixture.consents(fixture.trial, "health.lab")
    ann.until("consents", "requests")
    trial.until("requests")
    fixture.anchor()
    ann.until("consents")
    trial.until("requests")
    assert stays_quiet(eve)


def test_a_consent_that_only_forbids_is_no_news_for_the_party(client, reader):
    fixture = client.fixture
    ann, trial = (reader.open(client.as_(each)) for each in (fixture.ann, fixture.trial))
    forbidden = replace(fixture.grant("health.lab"), effect=Effect.FORBID)
    fixture.says(fixture.trial.address, [forbidden], lock_of(fixture.secret(fixture.trial)))
    ann.until("consents")
    assert stays_quiet(trial)
    fixture.withdraws(fixture.trial)
    ann.until("consents")
    assert stays_quiet(trial), "nor is its end"
    fixture.consents(fixture.trial, "health.lab")
    trial.until("requests")
    fixture.withdraws(fixture.trial)
    trial.until("requests")


def test_a_receipt_is_news_for_the_person_and_a_permitted_one_for_the_party(client, reader):
    fixture = client.fixture
    record, form = client.issued(), {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    ann, trial, eve = (reader.open(client.as_(each)) for each in (fixture.ann, fixture.trial, EVE))

    def status():
        return client.http.post(f"/access/records/{record}", json=form, headers=client.as_(fixture.trial)).status_code

    assert status() == 404
    ann.until("timeline")
    assert stays_quiet(trial), "its own list of receipts does not have a refused one"
    fixture.consents(fixture.trial, "health.lab")
    fixture.anchor()
    assert status() == 200
    for stream in (ann, trial):
        stream.until("timeline")
    assert stays_quiet(eve)


def test_a_sender_of_a_contact_learns_nothing_when_it_is_sent(client, reader):
    consents_to_contact(client)
    assert asks_for_contact(client).status_code == 202
    ann, trial = reader.open(client.as_(client.fixture.ann)), reader.open(client.as_(client.fixture.trial))
    sends(client)
    ann.until("timeline", "messages")
    assert "timeline" not in names(trial.text)
    time.sleep(QUIET_SECONDS)
    assert "timeline" not in names(trial.text)


def test_a_stream_says_nothing_but_the_names_of_lists(client, reader):
    ann = reader.open(client.as_(client.fixture.ann))
    ask(client)
    ann.until("requests", "messages")
    first, *lines = ann.text.decode().splitlines()
    assert 2_000 <= int(first.removeprefix("retry: ")) < 5_000
    assert set(lines) <= {"id: 1", ": open", "", "data: changed", "event: requests", "event: messages"}
    assert ann.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert (ann.headers["cache-control"], ann.headers["x-accel-buffering"]) == ("no-store", "no")


def test_whoever_comes_again_reads_every_list_again(client, reader):
    again = reader.open(client.as_(client.fixture.ann) | {"last-event-id": "1"})
    again.until(*ALL)
    assert sorted(names(again.text)) == sorted(ALL)


def test_a_stream_needs_a_session_and_takes_no_other_person(client, reader):
    assert client.http.get("/events").status_code == 401
    assert client.http.get("/events", headers={"Authorization": "Bearer nothing"}).status_code == 401
    person = "0x" + client.fixture.ann.signer.hex()
    answer = client.http.get(f"/events?for={person}", headers=client.as_(EVE))
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed_input")


def test_a_cookie_opens_a_stream_from_our_own_pages_only(client, reader):
    challenge = client.http.post("/session/challenges", json={"address": EVE.address}).json()
    form = {"message": challenge["message"], "signature": "0x" + EVE.sign_text(challenge["message"]).hex()}
    cookie = {"cookie": client.http.post("/sessions", json=form | {"cookie": True}).headers["set-cookie"].split(";")[0]}
    assert reader.open(cookie | {"sec-fetch-site": "same-origin"}).status == 200
    for foreign in ({}, {"sec-fetch-site": "cross-site"}, {"origin": "http://evil.example"}):
        assert reader.open(cookie | foreign).status == 401, foreign


def test_a_session_that_ended_ends_its_stream_and_gets_no_update(client, reader, monkeypatch):
    monkeypatch.setattr("mydata_ledger.api.live.streams.POLLS_PER_CHECK", 1_000)
    headers = client.as_(client.fixture.ann)
    ended, other = reader.open(headers), reader.open(client.as_(client.fixture.ann))
    client.http.delete("/sessions", headers=headers)
    ask(client)
    other.until("requests")
    assert ended.ends() == ["session"], "the change was not told"
    assert reader.open(headers).status == 401


def test_a_session_that_ended_is_noticed_without_any_change(client, reader):
    headers = client.as_(client.fixture.ann)
    stream, other = reader.open(headers), reader.open(client.as_(client.fixture.ann))
    client.http.delete("/sessions", headers=headers)
    assert stream.ends() == ["session"]
    assert stays_quiet(other)


@pytest.mark.parametrize("change", ["suspended", "removed", "another role"])
def test_a_change_of_a_party_ends_its_streams(client, reader, change):
    fixture, merchant = client.fixture, client.fixture.merchant.address
    stream, other = reader.open(client.as_(fixture.merchant)), reader.open(client.as_(fixture.trial))
    changed = {
        "suspended": lambda party: replace(party, valid_until=1),
        "removed": lambda _: None,
        "another role": lambda party: replace(party, roles=frozenset({"merchant", "trial"})),
    }[change]
    fixture.store.directory.change_parties({merchant: changed(fixture.store.directory.party(merchant))})
    assert stream.ends() == ["session"]
    assert stays_quiet(other)


def test_streams_are_bounded_for_an_account_and_in_all():
    client = ApiClient(streams=3, streams_per_account=2)
    with reading(client) as reader:
        first, _ = (reader.open(client.as_(client.fixture.ann)) for _ in range(2))
        assert reader.open(client.as_(client.fixture.ann)).status == 429
        assert reader.open(client.as_(EVE)).status == 200
        assert reader.open(client.as_(client.fixture.trial)).status == 503
        first.leave()
        assert reader.open(client.as_(client.fixture.ann)).status == 200, "one that is closed does not count"


def test_streams_are_bounded_for_an_address_whatever_the_accounts():
    client = ApiClient(streams_per_host=2)
    with reading(client) as reader:
        first, _ = (reader.open(client.as_(signer)) for signer in (client.fixture.ann, EVE))
        assert reader.open(client.as_(client.fixture.trial)).status == 429
        first.leave()
        assert reader.open(client.as_(client.fixture.trial)).status == 200


@pytest.mark.parametrize(
    ("address", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
    ],
)
def test_an_address_is_counted_by_what_one_customer_has(address, other, is_same):
    assert (host_of(address) == host_of(other)) == is_same


def test_a_quiet_stream_is_kept_alive_and_ends_when_the_server_stops(client, monkeypatch):
    monkeypatch.setattr(live_stream, "HEARTBEAT_SECONDS", 0.1)
    with reading(client) as reader:
        stream = reader.open(client.as_(EVE))
        while stream.next() != b":\n\n":
            pass
        reader.run(client.app.state.live.close)
        assert stream.ends() == []
        assert reader.open(client.as_(EVE)).status == 503


def test_nothing_is_polled_unless_a_stream_is_open(client, reader):
    live, polls = client.app.state.live, []
    stream = reader.open(client.as_(EVE))
    watch = live._watch
    watch.poll, honest = lambda signers: polls.append(signers) or honest(signers), watch.poll
    stream.leave()
    deadline = time.monotonic() + 5
    while live._watch is not None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    counted = len(polls)
    ask(client)
    time.sleep(QUIET_SECONDS)
    assert len(polls) == counted


def test_a_store_that_does_not_answer_delays_an_update(client, reader):
    ann = reader.open(client.as_(client.fixture.ann))
    parties = client.app.state.live._watch._watches[-1]
    honest, failed = parties.poll, []

    def fail(signers):
        if len(failed) < 3:
            failed.append(signers)
            raise SourceUnavailable("the database is locked")
        return honest(signers)

    parties.poll = fail
    ask(client)
    ann.until("requests")
    assert len(failed) == 3
