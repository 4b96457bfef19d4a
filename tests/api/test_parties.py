"""The card of who asks: the registry, what the party states, and what it had to do with the person."""

from collections import Counter
from dataclasses import replace

import pytest

from mydata_ledger.anchors.memory import MemoryStore
from mydata_ledger.ledger.receipt import ACCESS
from testing.ledger_fixture import NOTICE, NOW, wallet
from testing.stores import open_store
from tests.api.api_client import ApiClient
from tests.api.ward_life import CATEGORIES, WardLife

BEN = wallet(100)
CARD = {"contact": "study@example.org", "registration": "KCT0008791, IRB 2026-11-003"}
CARD |= {"homepage": "https://example.org/study?a=1", "name_ko": "데모 임상시험", "name_en": ""}


@pytest.fixture
def client():
    return ApiClient(MemoryStore(lambda: NOW))


def party(client, who):
    return client.http.get(f"/parties/{who.address}").json()


def states(client, who, **members):
    return client.http.put("/me/party", json=CARD | members, headers=client.as_(who))


def test_the_registry_says_who_is_accredited_since_when_and_by_which_contract(client):
    found = party(client, client.fixture.trial)
    assert (found["roles"], found["accredited"], found["listed_since"]) == (["trial"], True, NOW)
    assert found["registry"] == client.app.state.context.settings.registries["parties"]
    assert found["stated"] is None
    client.fixture.expire(client.fixture.trial)
    later = party(client, client.fixture.trial)
    assert (later["accredited"], later["valid_until"], later["listed_since"]) == (False, 1, NOW)
    assert later in client.http.get("/parties").json()


@pytest.mark.parametrize("kind", ["memory", "database"])
def test_listed_since_counts_from_the_last_time_the_party_came_in(kind, tmp_path):
    now = [NOW]
    database = f"sqlite:///{tmp_path}/ledger.db"
    store = open_store(database, lambda: now[0]) if kind == "database" else MemoryStore(lambda: now[0])
    fixture = ApiClient(store).fixture
    past, trial = fixture.store.past, fixture.trial.address
    others = [one for one in fixture.directory if one.account != trial]

    def later(seconds, parties):
        now[0] += seconds
        fixture.clock.passes(seconds)
        fixture.store.directory.set_parties(parties)

    first = past.party_since(trial)
    later(5, [replace(one, name=one.name + " 2") for one in fixture.directory])
    assert past.party_since(trial) == first, "a change is no break"
    later(5, others)
    assert past.party_since(trial) is None
    later(5, fixture.directory)
    assert (first, past.party_since(trial)) == (NOW, NOW + 15)


def test_a_party_states_its_contact_and_takes_it_back(client):
    stated = states(client, client.fixture.trial)
    assert (stated.status_code, stated.json()) == (200, CARD | {"stated_at": NOW})
    assert party(client, client.fixture.trial)["stated"] == stated.json()
    assert party(client, client.fixture.insurer)["stated"] is None
    (listed,) = [one for one in client.http.get("/parties").json() if one["stated"]]
    assert listed["account"] == client.fixture.trial.address
    assert listed["name"] == "The trial", "what is stated replaces nothing of the registry"
    empty = dict.fromkeys(CARD, "")
    assert states(client, client.fixture.trial, **empty).status_code == 200
    assert party(client, client.fixture.trial)["stated"] is None


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"contact": "a\nb"}, "contact"),
        ({"contact": "\u202egro.elpmaxe"}, "contact"),
        ({"contact": "\u200d"}, "contact"),
        ({"contact": "a\u0000"}, "contact"),
        ({"registration": "   "}, "registration"),
        ({"homepage": "http://example.org"}, "homepage"),
        ({"homepage": "javascript:alert(1)"}, "homepage"),
        ({"homepage": "https://"}, "homepage"),
        ({"homepage": "https://bank.example@evil.example/"}, "homepage"),
        ({"homepage": "https://example.org/ x"}, "homepage"),
        ({"homepage": 'https://example.org/"><script>'}, "homepage"),
        ({"homepage": "https://example.org:x/"}, "homepage"),
        ({"homepage": "https://[::1/"}, "homepage"),
        ({"homepage": "https://경희.example/"}, "homepage"),
        ({"name_en": "The other trial"}, "name_en"),
    ],
)
def test_hostile_text_is_refused_and_nothing_is_lost(client, members, reason):
    states(client, client.fixture.trial)
    answer = states(client, client.fixture.trial, **members)
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_statement")
    assert f"`{reason}`" in answer.json()["detail"]
    assert party(client, client.fixture.trial)["stated"] == CARD | {"stated_at": NOW}


def test_plain_text_with_signs_is_kept_as_it_is(client):
    text = "<b>Dr. Lee</b> & \"team\" '문의' 🧪"
    assert states(client, client.fixture.trial, contact=text).json()["contact"] == text


@pytest.mark.parametrize("member", [{"contact": "x" * 301}, {"contact": 7}, {"phone": "1"}])
def test_a_malformed_card_is_refused(client, member):
    assert states(client, client.fixture.trial, **member).status_code == 400


def test_only_an_accredited_party_states_something(client):
    for who in (client.fixture.ann, wallet(101)):
        assert states(client, who).status_code == 403
    client.fixture.expire(client.fixture.trial)
    assert states(client, client.fixture.trial).status_code == 403


def ask(client, who, **members):
    grants = [{"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"], "expires": NOW + 900}]
    form = {"data_subject": "0x" + client.fixture.ann.signer.hex(), "grants": grants}
    form |= {"notice_hash": "0x" + NOTICE.digest.hex()} | members
    answer = client.http.post("/requests", json=form, headers=client.as_(who))
    assert answer.status_code == 202, answer.text
    return answer.json()


def test_a_request_says_which_texts_are_missing_in_which_language(client):
    trial, both = client.fixture.trial, {"benefit": "A report", "benefit_ko": "보고서"}
    assert ask(client, trial)["missing_texts"] == ["benefit", "benefit_ko", "name_ko"]
    assert ask(client, client.fixture.insurer, benefit="A report")["missing_texts"] == ["benefit_ko", "name_ko"]
    states(client, client.fixture.merchant)
    sent = ask(client, client.fixture.merchant, **both)
    assert sent["missing_texts"] == []
    headers = client.as_(client.fixture.merchant)
    assert client.http.get(f"/requests/{sent['request_id']}", headers=headers).json() == sent
    assert client.http.get("/requests", headers=headers).json() == [sent]
    received = client.http.get("/me/requests", headers=client.as_(client.fixture.ann)).json()
    assert not any("missing_texts" in one for one in received)
    assert {one["benefit_ko"] for one in received} == {"", "보고서"}


@pytest.mark.parametrize(
    ("name", "missing"),
    [("Demo Trial | 데모 임상시험", []), ("데모 임상시험", ["name_en"]), ("Demo Trial", ["name_ko"])],
)
def test_a_name_in_both_languages_misses_nothing(client, name, missing):
    fixture = client.fixture
    trial = fixture.trial.address
    fixture.store.directory.set_parties(
        [replace(one, name=name) if one.account == trial else one for one in fixture.directory]
    )
    assert ask(client, fixture.trial, benefit="x", benefit_ko="y")["missing_texts"] == missing


@pytest.fixture(params=["memory", "database"])
def life(request, tmp_path):
    return WardLife(open_store(f"sqlite:///{tmp_path}/ledger.db") if request.param == "database" else None)


def test_what_a_party_had_to_do_with_the_person_is_what_their_lists_say(life):
    for who in (life.fixture.trial, life.fixture.responder, life.fixture.operator):
        found = life.get(f"/me/parties/{who.address}", life.ward).json()
        requests = [one for one in life.get("/me/requests", life.ward).json() if one["requester"] == who.address]
        assert found["asked"]["states"] == dict(Counter(one["state"] for one in requests))
        assert found["asked"]["total"] == len(requests)
        times = [one["asked_at"] for one in requests]
        assert (found["asked"]["first_at"], found["asked"]["last_at"]) == (min(times, default=0), max(times, default=0))
        lines = life.fixture.store.index.statements_about(ACCESS, life.ward.signer, -1, 1_000)
        statements = [one.signed.statement for one in lines]
        receipts = [one for one in statements if getattr(one, "requester", "") == who.address]
        assert found["reads"]["refused"] == sum(not one.permitted for one in receipts)
        assert found["reads"]["permitted"] + found["reads"]["searched"] == sum(one.permitted for one in receipts)
        assert found["reads"]["complete"]
        assert found["asked"]["complete"]


def test_each_person_sees_their_own_relation_alone(life):
    found = life.get(f"/me/parties/{life.fixture.trial.address}", wallet(103)).json()
    assert (found["asked"]["total"], found["reads"]["permitted"], found["reads"]["refused"]) == (0, 0, 0)


@pytest.mark.parametrize("category", [*CATEGORIES, "health"])
def test_a_delegate_sees_what_the_delegation_covers(life, category):
    life.names(BEN, (category,))
    life.fixture.anchor()
    trial = life.fixture.trial.address
    found = life.get(f"/me/parties/{trial}", BEN, life.ward).json()
    requests = [one for one in life.get("/me/requests", BEN, life.ward).json() if one["requester"] == trial]
    lines = life.get("/me/timeline", BEN, life.ward, party=trial, limit=200).json()["accesses"]
    assert found["asked"]["total"] == len(requests)
    assert found["reads"]["permitted"] + found["reads"]["refused"] == len(lines)


def test_a_bounded_number_of_lines_is_counted(life, monkeypatch):
    monkeypatch.setattr("mydata_ledger.ledger.kernel.people.relations.PAGES", 1)
    monkeypatch.setattr("mydata_ledger.ledger.kernel.people.relations.LINES", 2)
    found = life.get(f"/me/parties/{life.fixture.trial.address}", life.ward).json()["reads"]
    assert (found["permitted"] + found["refused"], found["complete"]) == (2, False)
