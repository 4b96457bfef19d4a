"""Consents on paper over HTTP: scanned, drafted, signed by two witnesses, active and marked."""

import pytest

from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.party import Party
from testing.ledger_fixture import wallet
from tests.api.api_client import ApiClient

NURSE, CLERK = wallet(80), wallet(81)


@pytest.fixture
def client():
    client = ApiClient()
    staff = [
        Party(w.address, n, frozenset({"witness"}), b"", 0, 0) for w, n in ((NURSE, "Nurse Han"), (CLERK, "Clerk"))
    ]
    client.fixture.store.directory.set_parties([*client.fixture.directory, *staff])
    return client


def handed_in(client, kind, what, form, scan):
    clerk, nurse = client.as_(CLERK), client.as_(NURSE)
    whose = {"data_subject": "0x" + client.fixture.ann.signer.hex()}
    draft = client.http.post(f"/papers/{what}/drafts", json=form | whose, headers=clerk).json()["typed_data"]
    requested = {"kind": kind.__name__, "message": draft["message"], "scan": scan}
    word = client.http.post("/papers/words/drafts", json=requested, headers=nurse).json()["typed_data"]
    both = {"statement": client.signed(CLERK, kind, draft), "word": client.signed(NURSE, Delegation, word)}
    answer = client.http.post("/papers", json={"kind": kind.__name__, "scan": scan, **both}, headers=clerk)
    client.fixture.anchor()
    return answer


def test_an_active_paper_consent_is_marked_for_the_person_the_reader_and_the_stranger(client):
    scan, record = client.issued("health.report", b'{"resourceType":"DocumentReference"}'), client.issued()
    client.fixture.anchor()
    answer = handed_in(client, Consent, "consents", client.wish(client.fixture.trial.address), scan)
    assert (answer.status_code, answer.json()["status"]) == (202, "pending")
    entry = answer.json()["entry"]
    ann, trial = client.as_(client.fixture.ann), client.as_(client.fixture.trial)
    (consent,) = client.http.get("/consents", headers=ann).json()
    commitment = client.fixture.store.index.record(bytes.fromhex(scan[2:])).issue.commitment
    assert consent["signed_by"] == {
        "signer": "0x" + CLERK.signer.hex(),
        "name": "Clerk",
        "relation": "paper",
        "on_paper": True,
        "second_witness": "0x" + NURSE.signer.hex(),
        "scan": "0x" + commitment.hex(),
    }
    question = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    release = client.http.post(f"/access/records/{record}", json=question, headers=trial).json()
    assert release["on_paper"] == [entry]
    accesses = client.http.get("/me/timeline", headers=ann).json()["accesses"]
    assert accesses[-1]["on_paper"] == [entry]
    copy = client.http.get(f"/consents/{entry}/copy", headers=ann).json()
    assert copy["delegation"]["message"]["relation"].startswith("paper:0x")
    ended = handed_in(client, Revocation, "revocations", {"grantee": client.fixture.trial.address}, scan).json()
    assert ended["status"] == "denies now"
    assert [one["kind"] for one in ended["ended"]] == ["wrapped_key"]
    assert client.http.post(f"/access/records/{record}", json=question, headers=trial).status_code == 404


def test_one_witness_is_not_enough(client):
    scan = client.issued("health.report")
    client.fixture.anchor()
    form = client.wish(client.fixture.trial.address) | {"data_subject": "0x" + client.fixture.ann.signer.hex()}
    clerk = client.as_(CLERK)
    draft = client.http.post("/papers/consents/drafts", json=form, headers=clerk).json()["typed_data"]
    requested = {"kind": "Consent", "message": draft["message"], "scan": scan}
    word = client.http.post("/papers/words/drafts", json=requested, headers=clerk).json()["typed_data"]
    both = {"statement": client.signed(CLERK, Consent, draft), "word": client.signed(CLERK, Delegation, word)}
    answer = client.http.post("/papers", json={"kind": "Consent", "scan": scan, **both}, headers=clerk)
    assert (answer.status_code, answer.json()["error"]) == (403, "not_entitled")
    alone = client.http.post("/consents", json=client.signed(CLERK, Consent, draft), headers=clerk)
    assert alone.status_code == 403
