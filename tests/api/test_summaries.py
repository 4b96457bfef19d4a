"""Each draft through the door says in the asked language what it does; a language nobody speaks reads English."""

import pytest

from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.party import Party
from testing.ledger_fixture import NOW, wallet
from tests.api.door import Door

BEN, NURSE, CLERK = wallet(79), wallet(80), wallet(81)


@pytest.fixture(scope="module")
def door():
    door = Door()
    staff = [Party(w.address, n, frozenset({"witness"}), b"", 0, 0) for w, n in ((NURSE, "Nurse"), (CLERK, "Clerk"))]
    door.house.store.directory.set_parties([*door.house.directory, *staff])
    door.house.says(door.house.trial.address, [door.house.grant("health.lab")])
    naming = {"delegate": BEN.address, "delegate_name": "Ben", "categories": ["health.lab"], "expires": NOW + 60}
    draft = post(door, door.house.ann, "/delegations/drafts", **naming)["typed_data"]
    form = door.signed(door.house.ann, Delegation, draft)
    door.http.post("/delegations", json=form, headers=door.as_(door.house.ann))
    door.record = door.issued()
    door.house.anchor()
    return door


def post(door, who, path, **form):
    answer = door.http.post(path, json=form, headers=door.as_(who))
    assert answer.status_code == 200, answer.text
    return answer.json()


def withdrawn(door, **more):
    return post(door, door.house.ann, "/revocations/drafts", grantee=door.house.trial.address, **more)


def on_paper(door, **more):
    whose = {"grantee": door.house.trial.address, "data_subject": "0x" + door.house.ann.signer.hex()}
    return post(door, CLERK, "/papers/revocations/drafts", **whose, **more)


def witnessed(door, **more):
    message = on_paper(door)["typed_data"]["message"]
    return post(door, NURSE, "/papers/words/drafts", kind="Revocation", message=message, scan=door.record, **more)


def named(door, **more):
    form = {"delegate": BEN.address, "delegate_name": "Ben", "categories": ["health.lab"], "expires": NOW + 60}
    return post(door, door.house.ann, "/delegations/drafts", **form, **more)


def ended(door, **more):
    return post(door, door.house.ann, "/delegations/ends/drafts", delegate=BEN.address, **more)


def erased(door, **more):
    return {"summary": [post(door, door.house.ann, "/me/erasures/drafts", **more)["summary"]]}


def nothing_erased(door, **more):
    return {"summary": [post(door, CLERK, "/me/erasures/drafts", **more)["summary"]]}


def declared(door, **more):
    about = {"data_subject": "0x" + door.house.ann.signer.hex(), "incident_number": "119-7", "reason": "unconscious"}
    return post(door, door.house.responder, "/emergency/incidents/drafts", **about, **more)


def acknowledged(door, **more):
    trial = door.as_(door.house.trial)
    question = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    release = door.http.post(f"/access/records/{door.record}", json=question, headers=trial).json()
    path = f"/receipts/{release['receipt']['position']}/acknowledgement"
    return door.http.get(path, params=more, headers=trial).json()


@pytest.mark.parametrize(
    "draft",
    [withdrawn, on_paper, witnessed, named, ended, erased, nothing_erased, declared, acknowledged],
    ids=lambda f: f.__name__,
)
def test_every_draft_speaks_both_languages(door, draft):
    english, korean = draft(door)["summary"], draft(door, language="ko")["summary"]
    assert len(english) == len(korean) == 1
    assert english[0].isascii()
    assert korean[0].endswith("니다.") or "기간: " in korean[0]
    if draft is not acknowledged:
        assert draft(door, language="tlh")["summary"] == english
        assert draft(door, language="ko-KR")["summary"] == korean
        assert draft(door, language="x" * 100)["summary"] == english


def test_a_language_too_long_to_be_one_is_refused_as_any_other_member(door):
    form = {"grantee": door.house.trial.address, "language": "x" * 101}
    answer = door.http.post("/revocations/drafts", json=form, headers=door.as_(door.house.ann))
    assert answer.status_code in {400, 422}
