"""Transfer requests: first-class terms, in and out, in Korean and English."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.transfer import Transfer, terms_of
from testing.ledger_fixture import LAB, NOW
from tests.api.door import Door

DAY = 86_400
TERMS = some.builds(
    Transfer,
    categories=some.sampled_from([("*",), ("finance.account",), ("health.lab", "finance.account")]),
    purpose=some.sampled_from(["mydata:PFM_VIEW", "hl7:TREAT"]),
    every_days=some.integers(0, 366),
    ends=some.integers(NOW + 1, NOW + 10_000 * DAY),
    data_from=some.sampled_from([0, 5]),
    data_until=some.sampled_from([0, NOW]),
    retain_until=some.sampled_from([0, NOW + DAY]),
)


@pytest.fixture
def door():
    return Door()


def asked(door, **terms):
    bank = door.house.insurer.address
    wish = {"recipient": bank, "categories": ["finance.account"], "purpose": "mydata:PFM_VIEW", "ends": NOW + 90 * DAY}
    form = wish | {"language": "en"} | terms
    return door.http.post("/me/transfers/drafts", json=form, headers=door.as_(door.house.ann))


def signed(door, draft):
    ann = door.house.ann
    body = door.signed(ann, Consent, draft.json()["typed_data"])
    assert door.http.post("/consents", json=body, headers=door.as_(ann)).status_code == 202
    door.house.anchor()
    return door.http.get("/me/transfers", headers=door.as_(ann)).json()


@settings(deadline=None)
@given(TERMS)
def test_what_goes_into_a_grant_comes_out_again(terms):
    assert terms_of(terms.grant(NOW)) == terms


@pytest.mark.parametrize("wrong", [{"ends": NOW}, {"every_days": 367}, {"ends": 2**63 - 1}])
def test_a_request_without_an_end_or_an_interval_is_none(wrong):
    with pytest.raises(InvalidStatement):
        Transfer(**({"categories": ("*",), "purpose": "x", "every_days": 0, "ends": NOW + 1} | wrong)).grant(NOW)


def test_once_and_at_intervals_are_said_in_both_languages_and_stand_beside_each_other(door):
    draft = asked(door)
    assert draft.json()["summary"][0].startswith(
        "Transfer request: The insurer may transfer: Accounts and transactions."
    )
    (once,) = signed(door, draft)
    assert (once["every_days"], once["purpose"], once["ends"]) == (0, "mydata:PFM_VIEW", NOW + 90 * DAY)
    assert once["recipient"] == door.house.insurer.address
    assert once["words"]["ko"].startswith("전송요구 — The insurer: ")
    both = signed(door, asked(door, every_days=30, categories=["health.lab"], retain_until=NOW + DAY))
    assert [one["every_days"] for one in both] == [0, 30]
    assert "every so many days (30)" in both[1]["words"]["en"]
    assert "주기(일) (30)" in both[1]["words"]["ko"]
    assert both[1]["retain_until"] == NOW + DAY


def test_a_transfer_that_comes_round_is_refused_until_it_is_due(door):
    house, bank = door.house, door.house.insurer
    one, other = house.issued(LAB), house.issued(LAB)
    signed(door, asked(door, every_days=30, categories=[LAB], purpose="hl7:HPAYMT", ends=NOW + 99 * DAY))

    def ask(record):
        form = {"subject": {"type": "party", "id": bank.address}, "action": {"name": "transfer"}}
        form |= {"resource": {"type": "record", "id": "0x" + record.hex()}, "context": {"purpose": "hl7:HPAYMT"}}
        return door.http.post("/access/v1/evaluation", json=form, headers=door.as_(bank)).json()

    first, again, beside = ask(one), ask(one), ask(other)
    assert (first["decision"], again["decision"], beside["decision"]) == (True, False, True)
    assert first["context"]["obligations"] == ["every-days:30"]
    house.clock.passes(30 * DAY - 1)
    house.store.anchoring.touch(house.clock.now())
    assert not ask(one)["decision"]
    house.clock.passes(1)
    assert [ask(record)["decision"] for record in (one, other, one)] == [True, True, False]


def test_a_withdrawn_or_ended_request_is_not_listed(door):
    house = door.house
    assert len(signed(door, asked(door))) == 1
    draft = house.kernel.consents.drafts.revocation(house.ann.signer, house.insurer.address, bytes(32))
    house.kernel.consents.revocations.accept(draft.statement, house.sign(house.ann, draft.statement))
    assert door.http.get("/me/transfers", headers=door.as_(house.ann)).json() == []


def test_other_grants_are_no_transfer_requests(door):
    draft = door.drafted(door.house.ann, door.house.trial.address, actions=["transfer"])
    body = door.signed(door.house.ann, Consent, draft)
    assert door.http.post("/consents", json=body, headers=door.as_(door.house.ann)).status_code == 202
    assert door.http.get("/me/transfers", headers=door.as_(door.house.ann)).json() == []
    assert asked(door, purpose="nonsense").status_code == 422
    assert asked(door, ends=NOW - 1).status_code == 422


def test_a_party_asks_for_a_transfer_in_terms_and_in_words(door):
    grant = Transfer(("finance.account",), "mydata:PFM_VIEW", 7, NOW + 90 * DAY).grant(NOW)
    plain = {"effect": "permit", "categories": ["finance.account"], "purposes": ["mydata:PFM_VIEW"]}
    plain |= {
        "actions": ["transfer"],
        "not_before": NOW,
        "expires": grant.expires,
        "conditions": list(grant.conditions),
    }
    notice = door.http.get("/notices").json()[0]["hash"]
    form = {"grants": [plain], "notice_hash": notice, "data_subject": "0x" + door.house.ann.signer.hex()}
    sent = door.http.post("/requests", json=form, headers=door.as_(door.house.insurer))
    assert sent.status_code == 202, sent.text
    (asked,) = door.http.get("/me/requests", headers=door.as_(door.house.ann)).json()
    assert asked["words"]["ko"][0].startswith("전송요구 — The insurer: 계좌·거래")
    assert asked["words"]["en"][0].startswith("Transfer request: The insurer may transfer: Accounts and transactions.")
    assert asked["transfers"] == [
        {"categories": ["finance.account"], "purpose": "mydata:PFM_VIEW", "every_days": 7, "ends": NOW + 90 * DAY}
        | {"data_from": 0, "data_until": 0, "retain_until": 0}
    ]
