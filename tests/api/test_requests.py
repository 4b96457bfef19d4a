"""Asking for consent through the door: both sides, and what neither learns of the other."""

import pytest

from mydata_ledger.ledger.consent import Consent
from testing.ledger_fixture import NOW, wallet
from tests.api.door import Door

STRANGER = wallet(78)


@pytest.fixture
def door():
    return Door()


def notice(door, who, name="kct1", compatible=True, **layers):
    form = {
        "name": name,
        "layers": layers or {"en": ["Short.", "Long."], "ko": ["짧게.", "길게."]},
        "compatible": compatible,
    }
    return door.http.post("/notices", json=form, headers=door.as_(who))


def asking(door, **more):
    grant = {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"], "expires": NOW + 9_000}
    published = notice(door, door.house.trial).json()[0]["hash"]
    return {"grants": [grant], "notice_hash": published, "benefit": "a check-up", "reference": "KCT1"} | more


def ask(door, person=None, **more):
    form = asking(door, data_subject="0x" + (person or door.house.ann).signer.hex(), **more)
    return door.http.post("/requests", json=form, headers=door.as_(door.house.trial))


def test_a_person_sees_the_request_and_signs_it_in_korean(door):
    asked = ask(door).json()
    as_ann = door.as_(door.house.ann)
    (shown,) = door.http.get("/me/requests", headers=as_ann).json()
    assert (shown["requester_name"], shown["state"], shown["benefit"]) == ("The trial", "requested", "a check-up")
    form = {"lock": "0x" + "11" * 32, "language": "ko"}
    draft = door.http.post(f"/me/requests/{asked['request_id']}/drafts", json=form, headers=as_ann).json()
    assert draft["notice"]["layers"] == ["짧게.", "길게."]
    assert draft["summary"][0].startswith("The trial: 검사 결과을(를) 열람할 수 있습니다.")
    signed = door.signed(door.house.ann, Consent, draft["typed_data"])
    assert door.http.post("/consents", json=signed, headers=as_ann).status_code == 202
    as_trial = door.as_(door.house.trial)
    answered = door.http.get(f"/requests/{asked['request_id']}", headers=as_trial).json()
    assert answered["state"] == "granted"
    assert answered["consent"] == door.http.get("/consents", headers=as_ann).json()[0]["entry"]


def test_refusing_and_taking_back(door):
    asked = ask(door).json()
    path = f"/me/requests/{asked['request_id']}/refusal"
    assert door.http.post(path, headers=door.as_(STRANGER)).status_code == 404
    assert door.http.post(path, headers=door.as_(door.house.ann)).json()["state"] == "refused"
    again = door.http.post(path, headers=door.as_(door.house.ann))
    assert (again.status_code, again.json()["error"]) == (409, "stale_consent")
    back = door.http.post(f"/requests/{asked['request_id']}/withdrawal", headers=door.as_(door.house.trial))
    assert back.status_code == 409
    assert door.http.get("/requests", headers=door.as_(door.house.trial)).json()[0]["state"] == "refused"


def test_i7_asking_someone_who_never_wants_to_be_asked_looks_like_asking_anyone(door):
    wishes = {"wishes": [{"kind": "never", "purpose": "hl7:HRESCH"}], "validity": {"trial": 86_400}}
    assert door.http.put("/me/wishes", json=wishes, headers=door.as_(door.house.ann)).json()["validity"] == {
        "trial": 86_400
    }
    one, other = ask(door).json(), ask(door, STRANGER).json()
    same = {"state", "answered_at", "asked_at", "answer_by", "consent", "by_standing_wish", "requester"}
    assert {k: one[k] for k in same} == {k: other[k] for k in same}
    (mine,) = door.http.get("/me/requests", headers=door.as_(door.house.ann)).json()
    assert (mine["state"], mine["by_standing_wish"]) == ("refused", True)


def test_an_offer_says_nothing_about_who_heard_of_it(door):
    wishes = {"wishes": [{"kind": "tell", "topics": ["Diabetes"]}]}
    door.http.put("/me/wishes", json=wishes, headers=door.as_(door.house.ann))
    offers = [
        door.http.post("/offers", json=asking(door, topics=[topic]), headers=door.as_(door.house.trial))
        for topic in ("diabetes", "asthma")
    ]
    assert [(o.status_code, o.json()) for o in offers] == [(202, {"status": "announced"})] * 2
    assert len(door.http.get("/me/requests", headers=door.as_(door.house.ann)).json()) == 1


def test_too_many_requests_say_when_to_stop(door):
    for number in range(3):
        assert ask(door, wait=100 + number, reference=f"K{number}").status_code == 202
        door.http.post("/notices", headers=door.as_(door.house.trial))
    grant = {"categories": ["health.vitals"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"]}
    for number in range(3):
        door.http.post(
            "/requests",
            json=asking(
                door, data_subject="0x" + door.house.ann.signer.hex(), grants=[grant | {"expires": NOW + 50 + number}]
            ),
            headers=door.as_(door.house.trial),
        )
    last = ask(door, grants=[grant | {"expires": NOW + 99}])
    assert (last.status_code, last.json()["error"]) == (429, "too_many_requests")


def test_who_may_publish_and_what_a_notice_is_called(door):
    first = notice(door, door.house.trial)
    assert (first.status_code, first.json()[0]["name"]) == (201, f"{door.house.trial.address}/kct1")
    assert notice(door, STRANGER).status_code == 403
    assert notice(door, door.house.trial, name="a/b").status_code == 422
    assert notice(door, door.house.trial, en=[]).status_code == 400


def test_what_if_tells_the_person_before_they_sign(door):
    record = door.issued()
    wish = door.wish(door.house.trial.address)
    (change,) = [
        c
        for c in door.http.post("/consents/what-if", json=wish, headers=door.as_(door.house.ann)).json()
        if c["purpose"] == "hl7:CLINTRCH"
    ]
    assert (change["record_id"], change["party_name"], change["before"], change["after"]) == (
        record,
        "The trial",
        "no_consent",
        "consented",
    )


def test_the_bulk_questions_through_the_door(door):
    records = {door.issued(), door.issued(content=b'{"resourceType":"Observation","id":"2"}')}
    draft = door.drafted(door.house.ann, door.house.trial.address)
    signed = door.signed(door.house.ann, Consent, draft)
    door.http.post("/consents", json=signed, headers=door.as_(door.house.ann))
    door.house.anchor()
    as_trial, question = door.as_(door.house.trial), {"category": "health.lab", "purpose": "hl7:CLINTRCH", "limit": 1}
    first = door.http.get("/access/records", params=question, headers=as_trial).json()
    rest = door.http.get("/access/records", params=question | {"cursor": first["cursor"]}, headers=as_trial).json()
    assert {first["records"][0]["record_id"], rest["records"][0]["record_id"]} == records
    assert rest["cursor"] == ""
    wrong = door.http.get("/access/records", params=question | {"cursor": "AAAA"}, headers=as_trial)
    assert (wrong.status_code, wrong.json()["error"]) == (400, "malformed_input")
    person = {"data_subject": "0x" + door.house.ann.signer.hex(), "purpose": "hl7:CLINTRCH"}
    found = door.http.post("/access/persons", json=person, headers=as_trial).json()
    assert {one["record"]["record_id"] for one in found} == records
    path, params = f"/me/records/{records.pop()}/readers", {"purpose": "hl7:CLINTRCH"}
    assert [r["name"] for r in door.http.get(path, params=params, headers=door.as_(door.house.ann)).json()] == [
        "The trial"
    ]
    assert door.http.get(path, params=params, headers=door.as_(STRANGER)).status_code == 404


def test_a_data_use_that_no_rule_decides_waits_for_a_person(door):
    form = {"terms": {"DUO:0000042": [], "DUO:0000021": []}, "aims": ["disease"]}
    as_trial = door.as_(door.house.trial)
    found = door.http.post("/trials/data-uses/matches", json=form, headers=as_trial).json()
    assert found["match"] == "ABSTAIN"
    assert found["review"].startswith("0x")
    clear = door.http.post("/trials/data-uses/matches", json=form | {"ethics_approval": True}, headers=as_trial).json()
    assert (clear["match"], clear["review"]) == ("APPROVE", "")
    assert door.http.get("/reviews/data-use", headers=as_trial).status_code == 403
    assert door.http.get("/reviews/overdue").json() == {"break-glass": 0, "data-use": 0, "break-glass-notice": 0}
    assert door.http.get("/me/incidents", headers=door.as_(door.house.ann)).json() == []
