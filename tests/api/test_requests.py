"""Requests for consent over HTTP: both sides, and what neither learns about the other."""

import pytest

from mydata_ledger.ledger.consent import Consent
from testing.ledger_fixture import NOW, wallet
from tests.api.api_client import ApiClient

STRANGER = wallet(78)


@pytest.fixture
def client():
    return ApiClient()


def notice(client, who, name="kct1", compatible=True, **layers):
    form = {
        "name": name,
        "layers": layers or {"en": ["Short.", "Long."], "ko": ["짧게.", "길게."]},
        "compatible": compatible,
    }
    return client.http.post("/notices", json=form, headers=client.as_(who))


def asking(client, **more):
    grant = {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"], "expires": NOW + 9_000}
    published = notice(client, client.fixture.trial).json()[0]["hash"]
    return {"grants": [grant], "notice_hash": published, "benefit": "a check-up", "reference": "KCT1"} | more


def ask(client, person=None, **more):
    form = asking(client, data_subject="0x" + (person or client.fixture.ann).signer.hex(), **more)
    return client.http.post("/requests", json=form, headers=client.as_(client.fixture.trial))


def test_a_person_sees_the_request_and_signs_it_in_korean(client):
    received = ask(client).json()
    as_ann = client.as_(client.fixture.ann)
    (shown,) = client.http.get("/me/requests", headers=as_ann).json()
    assert (shown["requester_name"], shown["state"], shown["benefit"]) == ("The trial", "requested", "a check-up")
    form = {"lock": "0x" + "11" * 32, "language": "ko"}
    draft = client.http.post(f"/me/requests/{received['request_id']}/drafts", json=form, headers=as_ann).json()
    assert draft["notice"]["layers"] == ["짧게.", "길게."]
    assert draft["summary"][0].startswith("The trial: 검사 결과를 열람할 수 있습니다.")
    signed = client.signed(client.fixture.ann, Consent, draft["typed_data"])
    assert client.http.post("/consents", json=signed, headers=as_ann).status_code == 202
    as_trial = client.as_(client.fixture.trial)
    answered = client.http.get(f"/requests/{received['request_id']}", headers=as_trial).json()
    assert answered["state"] == "granted"
    assert answered["consent"] == client.http.get("/consents", headers=as_ann).json()[0]["entry"]


def test_refusing_and_taking_back(client):
    received = ask(client).json()
    path = f"/me/requests/{received['request_id']}/refusal"
    assert client.http.post(path, headers=client.as_(STRANGER)).status_code == 404
    assert client.http.post(path, headers=client.as_(client.fixture.ann)).json()["state"] == "refused"
    again = client.http.post(path, headers=client.as_(client.fixture.ann))
    assert (again.status_code, again.json()["error"]) == (409, "stale_consent")
    back = client.http.post(f"/requests/{received['request_id']}/withdrawal", headers=client.as_(client.fixture.trial))
    assert back.status_code == 409
    assert client.http.get("/requests", headers=client.as_(client.fixture.trial)).json()[0]["state"] == "refused"


def test_i7_asking_someone_who_never_wants_to_be_asked_looks_like_asking_anyone(client):
    wishes = {"wishes": [{"kind": "never", "purpose": "hl7:HRESCH"}], "validity": {"trial": 86_400}}
    assert client.http.put("/me/wishes", json=wishes, headers=client.as_(client.fixture.ann)).json()["validity"] == {
        "trial": 86_400
    }
    one, other = ask(client).json(), ask(client, STRANGER).json()
    same = {"state", "answered_at", "asked_at", "answer_by", "consent", "by_standing_wish", "requester"}
    assert {k: one[k] for k in same} == {k: other[k] for k in same}
    (mine,) = client.http.get("/me/requests", headers=client.as_(client.fixture.ann)).json()
    assert (mine["state"], mine["by_standing_wish"]) == ("refused", True)


def test_an_offer_reveals_nothing_about_who_received_it(client):
    wishes = {"wishes": [{"kind": "tell", "topics": ["Diabetes"]}]}
    client.http.put("/me/wishes", json=wishes, headers=client.as_(client.fixture.ann))
    offers = [
        client.http.post("/offers", json=asking(client, topics=[topic]), headers=client.as_(client.fixture.trial))
        for topic in ("diabetes", "asthma")
    ]
    assert [(o.status_code, o.json()) for o in offers] == [(202, {"status": "announced"})] * 2
    client.fixture.kernel.people.distribution.distribute()
    client.fixture.kernel.people.distribution.distribute()
    assert len(client.http.get("/me/requests", headers=client.as_(client.fixture.ann)).json()) == 1


def test_too_many_requests_say_when_to_stop(client):
    for number in range(3):
        assert ask(client, wait=100 + number, reference=f"K{number}").status_code == 202
        client.http.post("/notices", headers=client.as_(client.fixture.trial))
    grant = {"categories": ["health.vitals"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"]}
    for number in range(3):
        client.http.post(
            "/requests",
            json=asking(
                client,
                data_subject="0x" + client.fixture.ann.signer.hex(),
                grants=[grant | {"expires": NOW + 50 + number}],
            ),
            headers=client.as_(client.fixture.trial),
        )
    last = ask(client, grants=[grant | {"expires": NOW + 99}])
    assert (last.status_code, last.json()["error"]) == (429, "too_many_requests")


def test_who_may_publish_and_what_a_notice_is_called(client):
    first = notice(client, client.fixture.trial)
    assert (first.status_code, first.json()[0]["name"]) == (201, f"{client.fixture.trial.address}/kct1")
    assert notice(client, STRANGER).status_code == 403
    assert notice(client, client.fixture.trial, name="a/b").status_code == 422
    assert notice(client, client.fixture.trial, en=[]).status_code == 400


def test_what_if_shows_the_person_the_changes_before_they_sign(client):
    record = client.issued()
    wish = client.wish(client.fixture.trial.address)
    (change,) = [
        c
        for c in client.http.post("/consents/what-if", json=wish, headers=client.as_(client.fixture.ann)).json()
        if c["purpose"] == "hl7:CLINTRCH"
    ]
    assert (change["record_id"], change["party_name"], change["before"], change["after"]) == (
        record,
        "The trial",
        "no_consent",
        "consented",
    )


def test_the_bulk_questions_over_http(client):
    records = {client.issued(), client.issued(content=b'{"resourceType":"Observation","id":"2"}')}
    draft = client.drafted(client.fixture.ann, client.fixture.trial.address)
    signed = client.signed(client.fixture.ann, Consent, draft)
    client.http.post("/consents", json=signed, headers=client.as_(client.fixture.ann))
    client.fixture.anchor()
    as_trial, question = (
        client.as_(client.fixture.trial),
        {"category": "health.lab", "purpose": "hl7:CLINTRCH", "limit": 1},
    )
    first = client.http.get("/access/records", params=question, headers=as_trial).json()
    rest = client.http.get("/access/records", params=question | {"cursor": first["cursor"]}, headers=as_trial).json()
    assert {first["records"][0]["record_id"], rest["records"][0]["record_id"]} == records
    assert rest["cursor"] == ""
    wrong = client.http.get("/access/records", params=question | {"cursor": "AAAA"}, headers=as_trial)
    assert (wrong.status_code, wrong.json()["error"]) == (400, "malformed_input")
    person = {"data_subject": "0x" + client.fixture.ann.signer.hex(), "purpose": "hl7:CLINTRCH"}
    found = client.http.post("/access/persons", json=person, headers=as_trial).json()
    assert {one["record"]["record_id"] for one in found} == records
    path, params = f"/me/records/{records.pop()}/readers", {"purpose": "hl7:CLINTRCH"}
    assert [r["name"] for r in client.http.get(path, params=params, headers=client.as_(client.fixture.ann)).json()] == [
        "The trial"
    ]
    assert client.http.get(path, params=params, headers=client.as_(STRANGER)).status_code == 404


def test_a_data_use_that_no_rule_decides_waits_for_a_person(client):
    form = {"terms": {"DUO:0000042": [], "DUO:0000021": []}, "aims": ["disease"]}
    as_trial = client.as_(client.fixture.trial)
    found = client.http.post("/trials/data-uses/matches", json=form, headers=as_trial).json()
    assert found["match"] == "ABSTAIN"
    assert found["review"].startswith("0x")
    clear = client.http.post(
        "/trials/data-uses/matches", json=form | {"ethics_approval": True}, headers=as_trial
    ).json()
    assert (clear["match"], clear["review"]) == ("APPROVE", "")
    assert client.http.get("/reviews/data-use", headers=as_trial).status_code == 403
    assert client.http.get("/reviews/overdue").json() == {
        "break-glass": 0,
        "data-use": 0,
        "complaint": 0,
        "break-glass-notice": 0,
    }
    assert client.http.get("/me/incidents", headers=client.as_(client.fixture.ann)).json() == []
