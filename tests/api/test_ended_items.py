"""What ended with a withdrawal, in words: whose key, and of which record."""

import pytest

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.consent import Revocation
from testing.ledger_fixture import NOW, wallet
from tests.api.ward_life import SELF_VIEW, WardLife

BEN = wallet(100)


@pytest.fixture
def life():
    """The trial was handed the key of the laboratory result, by a consent of Ann."""
    life = WardLife()
    life.fixture.consents(life.fixture.trial, "health.lab")
    life.fixture.anchor()
    life.fixture.reads(life.fixture.trial, next(iter(life.records)))
    return life


def signed(life):
    draft = life.post("/revocations/drafts", life.ward, {"grantee": life.fixture.trial.address})
    return life.client.signed(life.ward, Revocation, draft.json()["typed_data"])


def submitted(life, form, submitter):
    answer = life.post("/revocations", submitter, form)
    assert answer.status_code == 202, answer.text
    return answer.json()["ended"]


def withdraws(life, submitter):
    return submitted(life, signed(life), submitter)


def test_a_key_that_was_handed_names_who_has_it_and_the_record(life):
    record = life.fixture.store.index.record(next(iter(life.records))).issue
    (key,) = withdraws(life, life.ward)
    assert (key["kind"], key["holder_name"], key["since"]) == ("wrapped_key", "The trial", NOW)
    assert key["record"] == {
        "category": "health.lab",
        "issuer": life.fixture.hospital.address,
        "issuer_name": "The hospital",
        "issued_at": record.issued_at,
        "data_from": record.data_from,
        "data_until": record.data_until,
    }


def test_who_submits_for_somebody_else_does_not_learn_about_the_record(life):
    form = signed(life)
    (key,) = submitted(life, form, life.fixture.insurer)
    assert (key["kind"], key["holder_name"], key["record"]) == ("wrapped_key", "The trial", None)
    (own,) = submitted(life, form, life.ward)
    assert own["record"]["category"] == "health.lab", "it is the same statement, submitted again"


def test_what_a_delegate_held_has_their_name(life):
    life.names(BEN, ("health",))
    life.fixture.anchor()
    made = life.post("/me/links", BEN, {"categories": ["health.lab"], "expires": NOW + 60, "label": "x"}, life.ward)
    assert made.status_code == 201
    typed = life.post("/delegations/ends/drafts", life.ward, {"delegate": "0x" + BEN.signer.hex()}).json()["typed_data"]
    form = life.client.signed(life.ward, Revocation, typed)
    stranger = life.post("/revocations", life.fixture.insurer, form).json()["ended"]
    assert {one["holder_name"] for one in stranger if one["kind"] == "link"} == {""}
    ended = life.post("/revocations", life.ward, form).json()["ended"]
    assert {(one["kind"], one["holder_name"], one["record"]) for one in ended if one["kind"] == "link"} == {
        ("link", "Ben", None)
    }


def test_a_record_that_was_erased_is_still_named(life):
    drafts = life.fixture.kernel.records.erasures.draft(life.ward.signer, None)
    signed = [(draft.statement, life.fixture.sign(life.ward, draft.statement)) for draft in drafts]
    life.fixture.kernel.records.erasures.accept(signed)
    (key,) = withdraws(life, life.ward)
    assert key["record"]["category"] == "health.lab"


def test_the_purpose_of_the_own_view_hands_nothing_that_a_withdrawal_ends(life):
    record = next(iter(life.records))
    key = "0x" + envelope.generate_reader_key().public.hex()
    form = {"category": "health.lab", "purpose": SELF_VIEW, "reader_key": key}
    assert life.post(f"/access/records/0x{record.hex()}", life.ward, form).status_code == 200
    assert len(withdraws(life, life.ward)) == 1
