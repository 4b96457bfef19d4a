"""POST /consents: consents of the same moment are one batch; a slow one waits in a thread."""

import asyncio
import threading
from dataclasses import replace

import pytest

from mydata_ledger.api.auth import AppContext
from mydata_ledger.api.fastpath.consents import ConsentBatcher
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.errors import NotEntitled, SignatureInvalid, StaleConsent
from mydata_ledger.ledger.kernel import GrantRequest, Kernel, Signers, SubmittedConsent
from mydata_ledger.ledger.receipt import CONSENTS
from testing.ledger_fixture import LAB, NOTICE, wallet
from tests.api.api_client import ApiClient

PEOPLE = [wallet(number) for number in range(20, 60)]


@pytest.fixture
def client():
    return ApiClient()


def drafted(fixture, person, signer=None):
    whom = fixture.trial.address
    wish = GrantRequest(person.signer, whom, (fixture.grant(LAB),), NOTICE.digest, bytes(32), (signer or person).signer)
    return fixture.kernel.consents.drafts.consent(wish).statement


def submitted(fixture, person, signer=None):
    message = drafted(fixture, person, signer)
    return SubmittedConsent(message, fixture.sign(signer or person, message))


def submit_batch(context, group):
    async def run():
        batcher = ConsentBatcher(context.kernel)
        return await asyncio.gather(*map(batcher.submit, group), return_exceptions=True)

    return asyncio.run(run())


def test_those_of_one_moment_are_one_step_and_each_has_its_own_place(client, monkeypatch):
    fixture, sizes = client.fixture, []
    soon = fixture.kernel.consents.acceptance.submit_soon
    monkeypatch.setattr(
        fixture.kernel.consents.acceptance, "submit_soon", lambda group: sizes.append(len(group)) or soon(group)
    )
    outcomes = submit_batch(client.app.state.context, [submitted(fixture, person) for person in PEOPLE])
    assert [one.logged.position for one in outcomes] == list(range(len(PEOPLE)))
    assert sizes == [len(PEOPLE)]


def test_one_that_is_refused_is_nobody_elses_trouble(client):
    fixture = client.fixture
    group = [submitted(fixture, person) for person in PEOPLE[:4]]
    group[1] = replace(group[1], signature=group[0].signature)
    group.append(submitted(fixture, PEOPLE[9], fixture.insurer))
    outcomes = submit_batch(client.app.state.context, group)
    assert [type(one) for one in outcomes if isinstance(one, Exception)] == [SignatureInvalid, NotEntitled]
    assert fixture.store.log.head(CONSENTS).size == 3


def test_what_nobody_foresaw_fails_alone(client):
    fixture = client.fixture
    group = [submitted(fixture, person) for person in PEOPLE[:3]]
    group[1] = replace(group[1], consent=replace(group[1].consent, version=-1))
    outcomes = submit_batch(client.app.state.context, group)
    assert isinstance(outcomes[1], OverflowError)
    assert [one.is_new for one in (outcomes[0], outcomes[2])] == [True, True]


class Contracts:
    """A contract wallet at one address, which accepts one signature."""

    def __init__(self, address, signature):
        self.knows, self.calls = (address, signature), []

    def agrees(self, address, _digest, signature):
        self.calls.append(threading.current_thread())
        return (address, signature) == self.knows


def test_a_contract_wallet_is_asked_in_a_thread_while_the_others_go_on(client):
    fixture, account = client.fixture, b"\xc0" * 20
    contracts = Contracts(account, b"the contract's own")
    kernel = Kernel.of(replace(fixture.world, signers=Signers(contracts=contracts)))
    context = AppContext(kernel, fixture.store.sessions, client.app.state.context.settings, None)
    message = replace(drafted(fixture, PEOPLE[0]), data_subject=account, signer=account)
    false = replace(submitted(fixture, PEOPLE[1]), signature=b"\1" * 65)
    outcomes = submit_batch(
        context, [SubmittedConsent(message, b"the contract's own"), submitted(fixture, PEOPLE[2]), false]
    )
    assert [getattr(one, "is_new", None) for one in outcomes] == [True, True, None]
    assert isinstance(outcomes[2], SignatureInvalid)
    assert len(contracts.calls) == 2
    assert threading.main_thread() not in contracts.calls


def post(client, person, form):
    return client.http.post("/consents", json=form, headers=client.as_(person))


def test_submitted_again_or_as_the_next_version_the_answer_has_its_status(client):
    ann, trial = client.fixture.ann, client.fixture.trial.address
    form = client.signed(ann, Consent, client.drafted(ann, trial))
    first, again = post(client, ann, form), post(client, ann, form)
    assert (first.status_code, first.json()) == (202, again.json())
    assert (first.json()["status"], first.json()["ended"]) == ("pending", [])
    client.fixture.anchor()
    assert post(client, ann, form).json()["status"] == "active"
    client.fixture.kernel.consents.endings.rests_on(
        [bytes.fromhex(first.json()["entry"][2:])], "link", "one", "somebody"
    )
    second = post(client, ann, client.signed(ann, Consent, client.drafted(ann, trial, category="health.vitals")))
    assert second.json()["position"] == 1
    assert [one["kind"] for one in second.json()["ended"]] == ["link"]
    stale = post(client, ann, form)
    assert (stale.status_code, stale.json()["error"]) == (409, StaleConsent.code)


def test_what_is_no_consent_is_refused_before_it_waits_with_others(client):
    form = client.signed(client.fixture.ann, Consent, client.drafted(client.fixture.ann, client.fixture.trial.address))
    spoilt = form | {"message": form["message"] | {"more": 1}}
    assert post(client, client.fixture.ann, spoilt).status_code == 400
    assert post(client, client.fixture.ann, form | {"domain": {"chainId": "x"}}).status_code == 400
    wrong = form | {"domain": form["domain"] | {"chainId": 5}}
    assert (
        post(client, client.fixture.ann, wrong).status_code,
        post(client, client.fixture.ann, form).status_code,
    ) == (403, 202)


def test_a_large_consent_is_read_in_a_thread_and_taken_all_the_same(client, monkeypatch):
    ann, kernel, threads = client.fixture.ann, client.fixture.kernel, []
    take = kernel.consents.acceptance.submit
    monkeypatch.setattr(
        kernel.consents.acceptance, "submit", lambda one: threads.append(threading.current_thread().name) or take(one)
    )
    records = ["0x" + bytes([n]).hex() * 32 for n in range(250)]
    large = client.signed(ann, Consent, client.drafted(ann, client.fixture.trial.address, records=records))
    assert (post(client, ann, large).status_code, len(threads)) == (202, 1)
    assert threads[0].startswith("AnyIO worker")
    small = client.signed(ann, Consent, client.drafted(ann, client.fixture.insurer.address))
    assert (post(client, ann, small).json()["position"], len(threads)) == (1, 1)
