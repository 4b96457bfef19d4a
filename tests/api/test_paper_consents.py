"""A paper through the door: scanned, drafted, signed by two, in force and marked."""

import pytest

from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.party import Party
from testing.ledger_fixture import wallet
from tests.api.door import Door

NURSE, CLERK = wallet(80), wallet(81)


@pytest.fixture
def door():
    door = Door()
    staff = [
        Party(w.address, n, frozenset({"witness"}), b"", 0, 0) for w, n in ((NURSE, "Nurse Han"), (CLERK, "Clerk"))
    ]
    door.house.store.directory.set_parties([*door.house.directory, *staff])
    return door


def handed_in(door, kind, what, form, scan):
    clerk, nurse = door.as_(CLERK), door.as_(NURSE)
    whose = {"data_subject": "0x" + door.house.ann.signer.hex()}
    draft = door.http.post(f"/papers/{what}/drafts", json=form | whose, headers=clerk).json()["typed_data"]
    asked = {"kind": kind.__name__, "message": draft["message"], "scan": scan}
    word = door.http.post("/papers/words/drafts", json=asked, headers=nurse).json()["typed_data"]
    both = {"statement": door.signed(CLERK, kind, draft), "word": door.signed(NURSE, Delegation, word)}
    answer = door.http.post("/papers", json={"kind": kind.__name__, "scan": scan, **both}, headers=clerk)
    door.house.anchor()
    return answer


def test_a_paper_in_force_is_marked_for_the_person_the_reader_and_the_stranger(door):
    scan, record = door.issued("health.report", b'{"resourceType":"DocumentReference"}'), door.issued()
    door.house.anchor()
    answer = handed_in(door, Consent, "consents", door.wish(door.house.trial.address), scan)
    assert (answer.status_code, answer.json()["status"]) == (202, "pending")
    entry = answer.json()["entry"]
    ann, trial = door.as_(door.house.ann), door.as_(door.house.trial)
    (consent,) = door.http.get("/consents", headers=ann).json()
    commitment = door.house.store.index.record(bytes.fromhex(scan[2:])).issue.commitment
    assert consent["signed_by"] == {
        "signer": "0x" + CLERK.signer.hex(),
        "name": "Clerk",
        "relation": "paper",
        "on_paper": True,
        "second_witness": "0x" + NURSE.signer.hex(),
        "scan": "0x" + commitment.hex(),
    }
    question = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    release = door.http.post(f"/access/records/{record}", json=question, headers=trial).json()
    assert release["on_paper"] == [entry]
    accesses = door.http.get("/me/timeline", headers=ann).json()["accesses"]
    assert accesses[-1]["on_paper"] == [entry]
    copy = door.http.get(f"/consents/{entry}/copy", headers=ann).json()
    assert copy["delegation"]["message"]["relation"].startswith("paper:0x")
    ended = handed_in(door, Revocation, "revocations", {"grantee": door.house.trial.address}, scan).json()
    assert ended["status"] == "denies now"
    assert [one["kind"] for one in ended["ended"]] == ["wrapped_key"]
    assert door.http.post(f"/access/records/{record}", json=question, headers=trial).status_code == 404


def test_one_witness_is_not_enough(door):
    scan = door.issued("health.report")
    door.house.anchor()
    form = door.wish(door.house.trial.address) | {"data_subject": "0x" + door.house.ann.signer.hex()}
    clerk = door.as_(CLERK)
    draft = door.http.post("/papers/consents/drafts", json=form, headers=clerk).json()["typed_data"]
    asked = {"kind": "Consent", "message": draft["message"], "scan": scan}
    word = door.http.post("/papers/words/drafts", json=asked, headers=clerk).json()["typed_data"]
    both = {"statement": door.signed(CLERK, Consent, draft), "word": door.signed(CLERK, Delegation, word)}
    answer = door.http.post("/papers", json={"kind": "Consent", "scan": scan, **both}, headers=clerk)
    assert (answer.status_code, answer.json()["error"]) == (403, "not_entitled")
    alone = door.http.post("/consents", json=door.signed(CLERK, Consent, draft), headers=clerk)
    assert alone.status_code == 403
