"""What a delegate makes for a person ends with the delegation, whichever way it ends, and the withdrawal names it."""

import io
import zipfile
from dataclasses import replace

import pytest

from mydata_ledger.anchors.store import Store
from mydata_ledger.api.routes import exports
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.errors import NotEntitled, NotFound
from mydata_ledger.ledger.kernel import WitnessedPaper
from mydata_ledger.ledger.party import Party
from mydata_ledger.services.health.formats.shlink import read_shlink
from testing.ledger_fixture import NOW, wallet
from tests.api.door import Door
from tests.api.test_delegations import BEN, hand_in, hex_of
from tests.api.test_links import manifest, released

FIRST, SECOND = wallet(91), wallet(92)


@pytest.fixture(params=["memory", "database"])
def door(request, tmp_path):
    store = Store(f"sqlite:///{tmp_path}/ledger.db") if request.param == "database" else None
    return released(Door(store))


def named(door, *categories, **more):
    form = {"delegate": hex_of(BEN), "delegate_name": "Ben", "categories": categories, "expires": NOW + 9_000} | more
    draft = door.http.post("/delegations/drafts", json=form, headers=door.as_(door.house.ann)).json()
    answer = hand_in(door, door.house.ann, Delegation, "/delegations", draft)
    assert answer.status_code == 202
    return answer.json()["ended"]


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
    inbox = door.house.kernel.people.inbox.read(hex_of(door.house.ann))
    assert [(m.event, m.detail) for m in inbox] == [("export.made", {"by": BEN.address})]
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


def is_live(door):
    """What the person's list says of their only link."""
    (link,) = door.http.get("/me/links", headers=door.as_(door.house.ann)).json()
    return link["live"]


@pytest.mark.parametrize("categories", [["health"], ["*"], ["health.lab", "health", "finance"]])
def test_a_renewed_delegation_carries_what_was_made_under_the_earlier_one(door, categories):
    named(door, "health")
    link = shared(door).json()
    for _ in range(2):
        door.house.clock.passes(10)
        assert named(door, *categories, expires=NOW + 19_000) == []
        door.house.kernel.log_consumer.consume()
        assert (manifest(door, link).status_code, is_live(door)) == (200, True)
    kept = len(door.house.payloads.blocks)
    named_ones = [one.reference for one in ended_by_the_person(door) if one.kind == "link"]
    assert named_ones == [link["link"]["name"]], "by the end of the newest"
    assert (manifest(door, link).status_code, is_live(door)) == (404, False)
    door.house.kernel.log_consumer.consume()
    assert len(door.house.payloads.blocks) == kept - 1, "its content is let go"


@pytest.mark.parametrize("less", [{"categories": ["finance"]}, {"not_before": NOW + 50}])
def test_a_renewed_delegation_ends_what_it_does_not_cover_and_names_it(door, less):
    named(door, "health")
    link, kept = shared(door).json(), len(door.house.payloads.blocks)
    door.house.clock.passes(10)
    ended = named(door, *less.get("categories", ["health"]), **{k: v for k, v in less.items() if k != "categories"})
    assert [(one["kind"], one["reference"]) for one in ended] == [("link", link["link"]["name"])]
    assert (manifest(door, link).status_code, is_live(door)) == (404, False)
    door.house.kernel.log_consumer.consume()
    assert len(door.house.payloads.blocks) == kept - 1, "its content is let go"
    named(door, "health", expires=NOW + 19_000)
    assert (manifest(door, link).status_code, is_live(door)) == (404, False), "nothing comes back"
    assert [one.kind for one in ended_by_the_person(door)] == ["session"], "what ended before is not named again"


def test_a_delegation_that_ends_while_a_link_is_made_leaves_no_link(door, monkeypatch):
    named(door, "health")
    acting, kept = door.house.kernel.consents.acting, len(door.house.payloads.blocks)
    begin = type(acting).begin

    def begins_too_late(self, *args):
        ended_by_the_person(door)
        begin(self, *args)

    monkeypatch.setattr(type(acting), "begin", begins_too_late)
    assert shared(door).status_code == 403
    assert (is_live(door), len(door.house.payloads.blocks)) == (False, kept)


def test_a_download_breaks_off_when_the_delegation_ends(door):
    named(door, "*")
    house, pieces = door.house, iter([b"first", b"second"])
    office = house.kernel.consents.acting.office(BEN.signer, house.ann.signer, ["*"])
    download = exports._while_entitled(pieces, office, "one", house.kernel.consents.acting)
    assert next(download) == b"first"
    assert ("export", "one") in {(one.kind, one.reference) for one in ended_by_the_person(door)}
    with pytest.raises(NotEntitled):
        next(download)


def test_a_download_that_never_began_is_not_named(door):
    named(door, "*")
    house = door.house
    office = house.kernel.consents.acting.office(BEN.signer, house.ann.signer, ["*"])
    exports._while_entitled(iter([b""]), office, "one", house.kernel.consents.acting)
    assert [one.kind for one in ended_by_the_person(door)] == []


def test_only_the_maker_brings_a_link_up_to_date(door):
    named(door, "health")
    made = shared(door, long_term=True).json()
    name, key = bytes.fromhex(made["link"]["name"][2:]), read_shlink(made["shlink"]).key
    sharing = door.house.kernel.people.sharing
    for other in (door.house.ann.signer, door.house.trial.signer):
        with pytest.raises(NotFound):
            sharing.refresh(other, name, key, lambda content: b"{}")
    assert sharing.refresh(BEN.signer, name, key, lambda content: b"{}").live


def test_an_end_spares_sessions_that_were_opened_after_it(door):
    named(door, "health")
    door.as_(BEN)
    end = door.house.kernel.consents.delegations.draft_end(door.house.ann.signer, BEN.signer).statement
    logged = door.house.kernel.consents.revocations.accept(end, door.house.sign(door.house.ann, end))
    door.house.clock.passes(5)
    again = door.as_(BEN)
    assert len([one for one in door.house.kernel.consents.endings.ended_by(logged) if one.kind == "session"]) == 1
    assert door.http.get("/delegations", headers=again).status_code == 200
