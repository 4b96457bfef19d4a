"""Transfer requests: their terms in and out, in Korean and English."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.message import Event
from mydata_ledger.ledger.party import checksum
from mydata_ledger.ledger.transfer import Transfer, terms_of
from testing.ledger_fixture import LAB, NOW
from tests.api.api_client import ApiClient

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
    holders=some.sampled_from([(), (checksum(b"\xbb" * 20),), (checksum(b"\xbb" * 20), checksum(b"\xcc" * 20))]),
    assets=some.sampled_from([(), ("meter-a",), ("meter-a", "card_7f")]),
)


@pytest.fixture
def client():
    return ApiClient()


def requested(client, **terms):
    bank = client.fixture.insurer.address
    wish = {"recipient": bank, "categories": ["finance.account"], "purpose": "mydata:PFM_VIEW", "ends": NOW + 90 * DAY}
    form = wish | {"language": "en"} | terms
    return client.http.post("/me/transfers/drafts", json=form, headers=client.as_(client.fixture.ann))


def signed(client, draft):
    ann = client.fixture.ann
    body = client.signed(ann, Consent, draft.json()["typed_data"])
    assert client.http.post("/consents", json=body, headers=client.as_(ann)).status_code == 202
    client.fixture.anchor()
    return client.http.get("/me/transfers", headers=client.as_(ann)).json()


@settings(deadline=None)
@given(TERMS)
def test_what_goes_into_a_grant_comes_out_again(terms):
    assert terms_of(terms.grant(NOW)) == terms


@pytest.mark.parametrize("wrong", [{"ends": NOW}, {"every_days": 367}, {"ends": 2**63 - 1}])
def test_a_request_without_an_end_or_an_interval_is_none(wrong):
    with pytest.raises(InvalidStatement):
        Transfer(**({"categories": ("*",), "purpose": "x", "every_days": 0, "ends": NOW + 1} | wrong)).grant(NOW)


def test_once_and_at_intervals_are_worded_in_both_languages_beside_each_other(client):
    draft = requested(client)
    assert draft.json()["summary"][0].startswith(
        "Transfer request: The insurer may transfer: Accounts and transactions."
    )
    (once,) = signed(client, draft)
    assert (once["every_days"], once["purpose"], once["ends"]) == (0, "mydata:PFM_VIEW", NOW + 90 * DAY)
    assert once["recipient"] == client.fixture.insurer.address
    assert once["words"]["ko"].startswith("전송요구 — The insurer: ")
    both = signed(client, requested(client, every_days=30, categories=["health.lab"], retain_until=NOW + DAY))
    assert [one["every_days"] for one in both] == [0, 30]
    assert "every so many days (30)" in both[1]["words"]["en"]
    assert "기록당 30일에 한 번" in both[1]["words"]["ko"]
    assert both[1]["retain_until"] == NOW + DAY


def test_a_transfer_that_comes_round_is_refused_until_it_is_due(client):
    fixture, bank = client.fixture, client.fixture.insurer
    one, other = fixture.issued(LAB), fixture.issued(LAB)
    signed(client, requested(client, every_days=30, categories=[LAB], purpose="hl7:HPAYMT", ends=NOW + 99 * DAY))

    def ask(record):
        form = {"subject": {"type": "party", "id": bank.address}, "action": {"name": "transfer"}}
        form |= {"resource": {"type": "record", "id": "0x" + record.hex()}, "context": {"purpose": "hl7:HPAYMT"}}
        return client.http.post("/access/v1/evaluation", json=form, headers=client.as_(bank)).json()

    first, again, beside = ask(one), ask(one), ask(other)
    assert (first["decision"], again["decision"], beside["decision"]) == (True, False, True)
    assert first["context"]["obligations"] == ["every-days:30"]
    fixture.clock.passes(30 * DAY - 1)
    fixture.store.anchoring.touch(fixture.clock.now())
    assert not ask(one)["decision"]
    fixture.clock.passes(1)
    assert [ask(record)["decision"] for record in (one, other, one)] == [True, True, False]


def test_a_withdrawn_or_ended_request_is_not_listed(client):
    fixture = client.fixture
    assert len(signed(client, requested(client))) == 1
    draft = fixture.kernel.consents.drafts.revocation(fixture.ann.signer, fixture.insurer.address, bytes(32))
    fixture.kernel.consents.revocations.accept(draft.statement, fixture.sign(fixture.ann, draft.statement))
    assert client.http.get("/me/transfers", headers=client.as_(fixture.ann)).json() == []


def test_other_grants_are_no_transfer_requests(client):
    draft = client.drafted(client.fixture.ann, client.fixture.trial.address, actions=["transfer"])
    body = client.signed(client.fixture.ann, Consent, draft)
    assert client.http.post("/consents", json=body, headers=client.as_(client.fixture.ann)).status_code == 202
    assert client.http.get("/me/transfers", headers=client.as_(client.fixture.ann)).json() == []
    assert requested(client, purpose="nonsense").status_code == 422
    assert requested(client, ends=NOW - 1).status_code == 422


def test_a_party_asks_for_a_transfer_in_terms_and_in_words(client):
    grant = Transfer(("finance.account",), "mydata:PFM_VIEW", 7, NOW + 90 * DAY).grant(NOW)
    plain = {"effect": "permit", "categories": ["finance.account"], "purposes": ["mydata:PFM_VIEW"]}
    plain |= {
        "actions": ["transfer"],
        "not_before": NOW,
        "expires": grant.expires,
        "conditions": list(grant.conditions),
    }
    notice = client.http.get("/notices").json()[0]["hash"]
    form = {"grants": [plain], "notice_hash": notice, "data_subject": "0x" + client.fixture.ann.signer.hex()}
    sent = client.http.post("/requests", json=form, headers=client.as_(client.fixture.insurer))
    assert sent.status_code == 202, sent.text
    (requested,) = client.http.get("/me/requests", headers=client.as_(client.fixture.ann)).json()
    assert requested["words"]["ko"][0].startswith("전송요구 — The insurer: 계좌·거래")
    assert requested["words"]["en"][0].startswith(
        "Transfer request: The insurer may transfer: Accounts and transactions."
    )
    assert requested["transfers"] == [
        {"categories": ["finance.account"], "purpose": "mydata:PFM_VIEW", "every_days": 7, "ends": NOW + 90 * DAY}
        | {"data_from": 0, "data_until": 0, "retain_until": 0, "holders": [], "assets": []}
    ]


def collector(client):
    """The insurer, which is a collector too."""
    fixture = client.fixture
    roles = frozenset({"insurer", "collector"})
    parties = [replace(p, roles=roles) if p.account == fixture.insurer.address else p for p in fixture.directory]
    fixture.store.directory.set_parties(parties)
    return client.as_(fixture.insurer)


def test_a_holder_lists_what_people_ask_of_it_and_nothing_else(client):
    fixture, hospital = client.fixture, client.fixture.hospital
    terms = {"holders": [hospital.address.lower()], "assets": ["card-7f"], "every_days": 30, "categories": [LAB]}
    draft = requested(client, **terms)
    assert f"only data that The hospital ({hospital.address}) holds" in draft.json()["summary"][0]
    (mine,) = signed(client, draft)
    assert (mine["holders"], mine["assets"]) == ([hospital.address], ["card-7f"])
    assert "The hospital" in mine["words"]["ko"]
    fixture.kernel.log_consumer.consume()
    (seen,) = client.http.get("/transfers", headers=client.as_(hospital)).json()
    assert seen.pop("transfer_id").startswith("0x")
    assert seen == {
        "entry": mine["entry"],
        "data_subject": "0x" + fixture.ann.signer.hex(),
        "recipient": fixture.insurer.address,
        "recipient_name": "The insurer",
        "categories": [LAB],
        "assets": ["card-7f"],
        "frequency": ["every-days:30"],
        "data_from": 0,
        "data_until": 0,
        "ends": NOW + 90 * DAY,
        "status": "active",
    }
    assert client.http.get("/transfers", headers=client.as_(fixture.trial)).json() == []
    assert client.http.get("/transfers").status_code == 401
    inbox = client.http.get("/me/inbox", headers=client.as_(hospital)).json()
    (message,) = [message for message in inbox if message["event"] == Event.TRANSFER_ASKED]
    assert (message["subject"], message["detail"]) == (mine["entry"], {})


@pytest.mark.parametrize(
    "wrong", [{"holders": ["role:holder"]}, {"holders": ["0xAb" + "ab" * 19]}, {"assets": ["1234-5678"]}]
)
def test_a_transfer_from_nobody_that_can_be_named_is_refused(client, wrong):
    assert requested(client, **wrong).status_code in {400, 422}


def test_a_collector_asks_whether_it_may_collect(client):
    fixture, headers = client.fixture, collector(client)
    signed(client, requested(client, holders=[fixture.hospital.address], assets=["card-7f"], categories=[LAB]))
    question = {"data_subject": "0x" + fixture.ann.signer.hex(), "holder": fixture.hospital.address.lower()}
    question |= {"category": LAB, "purpose": "mydata:PFM_VIEW", "asset": "card-7f"}

    def ask(headers=headers, **changes):
        return client.http.post("/access/collections", json=question | changes, headers=headers)

    beside = [ask(asset=""), ask(holder=fixture.trial.address), ask(data_subject="0x" + "ee" * 20)]
    assert [(a.json()["permitted"], a.json()["reason"]) for a in beside] == [(False, "no_consent")] * 3
    found, again = ask().json(), ask().json()
    assert (found["permitted"], again["permitted"]) == (True, False), "the request is for once"
    receipts = client.http.get("/receipts", headers=client.as_(fixture.ann)).json()
    assert [one["position"] for one in receipts if one["message"]["permitted"]] == [found["receipt"]]
    assert ask(client.as_(fixture.trial)).status_code == 403
    assert ask(category="health.lib").status_code == 422
    assert ask(holder="role:hospital").status_code == 400
