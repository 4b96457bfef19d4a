"""POST /consents: those of the same moment are accepted in one step; who would hold up the others waits in a thread."""

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
from tests.api.door import Door

PEOPLE = [wallet(number) for number in range(20, 60)]


@pytest.fixture
def door():
    return Door()


def drafted(house, person, signer=None):
    whom = house.trial.address
    wish = GrantRequest(person.signer, whom, (house.grant(LAB),), NOTICE.digest, bytes(32), (signer or person).signer)
    return house.kernel.consents.drafts.consent(wish).statement


def handed(house, person, signer=None):
    said = drafted(house, person, signer)
    return SubmittedConsent(said, house.sign(signer or person, said))


def together(premises, group):
    async def run():
        batcher = ConsentBatcher(premises.kernel)
        return await asyncio.gather(*map(batcher.submit, group), return_exceptions=True)

    return asyncio.run(run())


def test_those_of_one_moment_are_one_step_and_each_has_its_own_place(door, monkeypatch):
    house, sizes = door.house, []
    soon = house.kernel.consents.acceptance.submit_soon
    monkeypatch.setattr(
        house.kernel.consents.acceptance, "submit_soon", lambda group: sizes.append(len(group)) or soon(group)
    )
    outcomes = together(door.app.state.premises, [handed(house, person) for person in PEOPLE])
    assert [one.logged.position for one in outcomes] == list(range(len(PEOPLE)))
    assert sizes == [len(PEOPLE)]


def test_one_that_is_refused_is_nobody_elses_trouble(door):
    house = door.house
    group = [handed(house, person) for person in PEOPLE[:4]]
    group[1] = replace(group[1], signature=group[0].signature)
    group.append(handed(house, PEOPLE[9], house.insurer))
    outcomes = together(door.app.state.premises, group)
    assert [type(one) for one in outcomes if isinstance(one, Exception)] == [SignatureInvalid, NotEntitled]
    assert house.store.log.head(CONSENTS).size == 3


def test_what_nobody_foresaw_fails_alone(door):
    house = door.house
    group = [handed(house, person) for person in PEOPLE[:3]]
    group[1] = replace(group[1], consent=replace(group[1].consent, version=-1))
    outcomes = together(door.app.state.premises, group)
    assert isinstance(outcomes[1], OverflowError)
    assert [one.is_new for one in (outcomes[0], outcomes[2])] == [True, True]


class Contracts:
    """A contract at one address that says yes to one signature, when its chain is asked."""

    def __init__(self, address, signature):
        self.knows, self.asked = (address, signature), []

    def agrees(self, address, _digest, signature):
        self.asked.append(threading.current_thread())
        return (address, signature) == self.knows


def test_a_contract_wallet_is_asked_in_a_thread_while_the_others_go_on(door):
    house, account = door.house, b"\xc0" * 20
    contracts = Contracts(account, b"the contract's own")
    kernel = Kernel.of(replace(house.world, signers=Signers(contracts=contracts)))
    premises = AppContext(kernel, house.store.sessions, door.app.state.premises.settings, None)
    said = replace(drafted(house, PEOPLE[0]), data_subject=account, signer=account)
    false = replace(handed(house, PEOPLE[1]), signature=b"\1" * 65)
    outcomes = together(premises, [SubmittedConsent(said, b"the contract's own"), handed(house, PEOPLE[2]), false])
    assert [getattr(one, "is_new", None) for one in outcomes] == [True, True, None]
    assert isinstance(outcomes[2], SignatureInvalid)
    assert len(contracts.asked) == 2
    assert threading.main_thread() not in contracts.asked


def post(door, person, form):
    return door.http.post("/consents", json=form, headers=door.as_(person))


def test_handed_in_again_or_as_the_next_version_the_answer_says_how_it_stands(door):
    ann, trial = door.house.ann, door.house.trial.address
    form = door.signed(ann, Consent, door.drafted(ann, trial))
    first, again = post(door, ann, form), post(door, ann, form)
    assert (first.status_code, first.json()) == (202, again.json())
    assert (first.json()["status"], first.json()["ended"]) == ("pending", [])
    door.house.anchor()
    assert post(door, ann, form).json()["status"] == "active"
    door.house.kernel.consents.endings.rests_on([bytes.fromhex(first.json()["entry"][2:])], "link", "one", "somebody")
    second = post(door, ann, door.signed(ann, Consent, door.drafted(ann, trial, category="health.vitals")))
    assert second.json()["position"] == 1
    assert [one["kind"] for one in second.json()["ended"]] == ["link"]
    stale = post(door, ann, form)
    assert (stale.status_code, stale.json()["error"]) == (409, StaleConsent.code)


def test_what_is_no_consent_is_refused_before_it_waits_with_others(door):
    form = door.signed(door.house.ann, Consent, door.drafted(door.house.ann, door.house.trial.address))
    spoilt = form | {"message": form["message"] | {"more": 1}}
    assert post(door, door.house.ann, spoilt).status_code == 400
    assert post(door, door.house.ann, form | {"domain": {"chainId": "x"}}).status_code == 400
    wrong = form | {"domain": form["domain"] | {"chainId": 5}}
    assert (post(door, door.house.ann, wrong).status_code, post(door, door.house.ann, form).status_code) == (403, 202)


def test_a_large_consent_is_read_in_a_thread_and_taken_all_the_same(door, monkeypatch):
    ann, kernel, threads = door.house.ann, door.house.kernel, []
    take = kernel.consents.acceptance.submit
    monkeypatch.setattr(
        kernel.consents.acceptance, "submit", lambda one: threads.append(threading.current_thread().name) or take(one)
    )
    records = ["0x" + bytes([n]).hex() * 32 for n in range(250)]
    large = door.signed(ann, Consent, door.drafted(ann, door.house.trial.address, records=records))
    assert (post(door, ann, large).status_code, len(threads)) == (202, 1)
    assert threads[0].startswith("AnyIO worker")
    small = door.signed(ann, Consent, door.drafted(ann, door.house.insurer.address))
    assert (post(door, ann, small).json()["position"], len(threads)) == (1, 1)
