"""What a delegate makes for a person ends with the delegation, whichever way it ends, and the withdrawal names it."""

import io
import zipfile
from dataclasses import replace

import pytest

from mydata_ledger.anchors.store import Store
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.kernel import WitnessedPaper
from mydata_ledger.ledger.party import Party
from testing.ledger_fixture import NOW, wallet
from tests.api.door import Door
from tests.api.test_delegations import BEN, hand_in, hex_of
from tests.api.test_links import manifest, released

FIRST, SECOND = wallet(91), wallet(92)


@pytest.fixture(params=["memory", "database"])
def door(request, tmp_path):
    store = Store(f"sqlite:///{tmp_path}/ledger.db") if request.param == "database" else None
    return released(Door(store))


def named(door, *categories):
    form = {"delegate": hex_of(BEN), "delegate_name": "Ben", "categories": categories, "expires": NOW + 9_000}
    draft = door.http.post("/delegations/drafts", json=form, headers=door.as_(door.house.ann)).json()
    assert hand_in(door, door.house.ann, Delegation, "/delegations", draft).status_code == 202


def shared(door, **wish):
    form = {"label": "For school", "expires": NOW + 3_600, "data_subject": hex_of(door.house.ann)} | wish
    return door.http.post("/me/links", json=form, headers=door.as_(BEN))


def ended_by_the_person(door):
    """By the route: what the answer names."""
    end = door.house.kernel.consents.delegations.draft_end(door.house.ann.signer, BEN.signer).statement
    logged = door.house.kernel.consents.revocations.accept(end, door.house.sign(door.house.ann, end))
    return door.house.kernel.consents.endings.ended_by(logged)


def ended_on_paper(door):
    """Two witnesses hand in what the person signed on paper."""
    house = door.house
    witnesses = [Party(one.address, "W", frozenset({"witness"}), b"", 0, 0) for one in (FIRST, SECOND)]
    house.store.directory.set_parties([*house.directory, *witnesses])
    paper, scan = house.kernel.consents.paper, house.issued("health.lab", b'{"scan":1}')
    house.anchor()
    end = house.kernel.consents.delegations.draft_end(house.ann.signer, BEN.signer).statement
    said = replace(end, signer=SECOND.signer)
    word = paper.draft_witness_statement(said, FIRST.signer, scan).statement
    both = WitnessedPaper(said, house.sign(SECOND, said), word, house.sign(FIRST, word))
    return house.kernel.consents.endings.ended_by(paper.accept(both, scan))


def ended_on_chain(door):
    """The chain says that it is over, and the log of consents knows nothing of it."""
    (office,) = door.house.kernel.queries.delegations_of(door.house.ann.signer)
    door.house.store.anchoring.revealed({office.entry: 9})
    door.house.kernel.log_consumer.consume()


@pytest.mark.parametrize("road", [ended_by_the_person, ended_on_paper, ended_on_chain])
def test_i3_a_delegation_that_ends_on_any_road_ends_the_delegates_sessions_and_links(door, road):
    named(door, "health")
    bens, link = door.as_(BEN), shared(door).json()
    assert manifest(door, link).status_code == 200
    assert door.http.get("/delegations", headers=bens).status_code == 200
    ended = road(door)
    if ended is not None:
        assert {("link", link["link"]["name"]), ("session", "")} <= {(one.kind, one.reference) for one in ended}
        assert {one.holder for one in ended} == {BEN.address}
    assert manifest(door, link).status_code == 404
    assert door.http.get("/delegations", headers=bens).status_code == 401, "signed out"
    door.house.kernel.log_consumer.consume()
    assert [one.live for one in door.house.kernel.people.links.of(door.house.ann.signer)] == [False]
    again = door.as_(BEN)
    door.house.kernel.log_consumer.consume()
    assert door.http.get("/delegations", headers=again).status_code == 200, "who signs in afterwards stays"


def test_a_link_of_a_delegate_lasts_no_longer_than_the_delegation(door):
    named(door, "health")
    link = shared(door, expires=NOW + 20_000).json()
    assert link["link"]["expires"] == NOW + 9_000
    door.house.clock.passes(9_000)
    door.house.anchor()
    assert manifest(door, link).status_code == 404


def test_the_person_hears_of_it_and_ends_it(door):
    named(door, "health")
    link = shared(door).json()
    inbox = door.house.kernel.people.inbox.read(hex_of(door.house.ann))
    assert [(m.event, m.detail) for m in inbox] == [("link.made", {"by": BEN.address, "link": "For school"})]
    ann = door.as_(door.house.ann)
    assert door.http.delete(f"/me/links/{link['link']['name']}", headers=ann).status_code == 204
    assert manifest(door, link).status_code == 404


@pytest.mark.parametrize("held", [[], ["health.lab"], ["finance"]])
def test_nobody_shares_beyond_their_delegation(door, held):
    if held:
        named(door, *held)
    answer = shared(door, categories=["health"])
    assert (answer.status_code, answer.json()["error"]) == (403, "not_entitled")
    assert door.house.kernel.people.links.of(door.house.ann.signer) == []


def export(door):
    return door.http.post("/exports", json={"data_subject": hex_of(door.house.ann)}, headers=door.as_(BEN))


def test_a_delegate_for_everything_downloads_everything(door):
    named(door, "*")
    answer = export(door)
    assert answer.status_code == 200
    own = door.http.get("/me/export", headers=door.as_(door.house.ann))
    theirs, ours = (zipfile.ZipFile(io.BytesIO(one.content)).namelist() for one in (answer, own))
    assert theirs == ours
    assert ended_by_the_person(door)[0].kind == "session", "a download that is over is not named"


def test_a_delegate_for_less_downloads_nothing(door):
    named(door, "health")
    assert (export(door).status_code, export(door).json()["error"]) == (403, "not_entitled")


def test_a_withdrawal_names_the_download_that_is_under_way_and_breaks_it_off(door):
    named(door, "*")
    acting = door.house.kernel.consents.acting
    office = acting.office(BEN.signer, door.house.ann.signer, ["*"])
    acting.begin(office, "export", "one")
    assert acting.may_go_on(office.entry, "export", "one")
    assert ("export", "one") in {(one.kind, one.reference) for one in ended_by_the_person(door)}
    assert not acting.may_go_on(office.entry, "export", "one")
