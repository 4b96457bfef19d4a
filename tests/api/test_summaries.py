"""The summary of each draft is in the requested language, and in English for an unknown one."""

import pytest

from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.party import Party
from testing.ledger_fixture import NOW, wallet
from tests.api.api_client import ApiClient

BEN, NURSE, CLERK = wallet(79), wallet(80), wallet(81)


@pytest.fixture(scope="module")
def client():
    client = ApiClient()
    staff = [Party(w.address, n, frozenset({"witness"}), b"", 0, 0) for w, n in ((NURSE, "Nurse"), (CLERK, "Clerk"))]
    client.fixture.store.directory.set_parties([*client.fixture.directory, *staff])
    client.fixture.says(client.fixture.trial.address, [client.fixture.grant("health.lab")])
    naming = {"delegate": BEN.address, "delegate_name": "Ben", "categories": ["health.lab"], "expires": NOW + 60}
    draft = post(client, client.fixture.ann, "/delegations/drafts", **naming)["typed_data"]
    form = client.signed(client.fixture.ann, Delegation, draft)
    client.http.post("/delegations", json=form, headers=client.as_(client.fixture.ann))
    client.record = client.issued()
    client.fixture.anchor()
    return client


def post(client, who, path, **form):
    answer = client.http.post(path, json=form, headers=client.as_(who))
    assert answer.status_code == 200, answer.text
    return answer.json()


def withdrawn(client, **more):
    return post(client, client.fixture.ann, "/revocations/drafts", grantee=client.fixture.trial.address, **more)


def on_paper(client, **more):
    whose = {"grantee": client.fixture.trial.address, "data_subject": "0x" + client.fixture.ann.signer.hex()}
    return post(client, CLERK, "/papers/revocations/drafts", **whose, **more)


def witnessed(client, **more):
    message = on_paper(client)["typed_data"]["message"]
    return post(client, NURSE, "/papers/words/drafts", kind="Revocation", message=message, scan=client.record, **more)


def named(client, **more):
    form = {"delegate": BEN.address, "delegate_name": "Ben", "categories": ["health.lab"], "expires": NOW + 60}
    return post(client, client.fixture.ann, "/delegations/drafts", **form, **more)


def ended(client, **more):
    return post(client, client.fixture.ann, "/delegations/ends/drafts", delegate=BEN.address, **more)


def erased(client, **more):
    return {"summary": [post(client, client.fixture.ann, "/me/erasures/drafts", **more)["summary"]]}


def nothing_erased(client, **more):
    return {"summary": [post(client, CLERK, "/me/erasures/drafts", **more)["summary"]]}


def declared(client, **more):
    about = {
        "data_subject": "0x" + client.fixture.ann.signer.hex(),
        "incident_number": "119-7",
        "reason": "unconscious",
    }
    return post(client, client.fixture.responder, "/emergency/incidents/drafts", **about, **more)


def acknowledged(client, **more):
    trial = client.as_(client.fixture.trial)
    question = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    release = client.http.post(f"/access/records/{client.record}", json=question, headers=trial).json()
    path = f"/receipts/{release['receipt']['position']}/acknowledgement"
    return client.http.get(path, params=more, headers=trial).json()


@pytest.mark.parametrize(
    "draft",
    [withdrawn, on_paper, witnessed, named, ended, erased, nothing_erased, declared, acknowledged],
    ids=lambda f: f.__name__,
)
def test_every_draft_has_both_languages(client, draft):
    english, korean = draft(client)["summary"], draft(client, language="ko")["summary"]
    assert len(english) == len(korean) == 1
    assert english[0].isascii()
    assert korean[0].endswith("니다.") or "기간: " in korean[0]
    if draft is not acknowledged:
        assert draft(client, language="tlh")["summary"] == english
        assert draft(client, language="ko-KR")["summary"] == korean
        assert draft(client, language="x" * 100)["summary"] == english


def test_a_language_too_long_to_be_one_is_refused_as_any_other_member(client):
    form = {"grantee": client.fixture.trial.address, "language": "x" * 101}
    answer = client.http.post("/revocations/drafts", json=form, headers=client.as_(client.fixture.ann))
    assert answer.status_code in {400, 422}
