"""What a delegate creates for a person ends with the delegation, however that ends, and the withdrawal lists it."""

import io
import zipfile
from dataclasses import replace

import pytest

from mydata_ledger.anchors.store import Store
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.kernel import WitnessedPaper
from mydata_ledger.ledger.party import Party
from testing.ledger_fixture import NOW, wallet
from tests.api.api_client import ApiClient
from tests.api.test_delegations import BEN, hand_in, hex_of
from tests.api.test_links import manifest, released

FIRST, SECOND = wallet(91), wallet(92)


@pytest.fixture(params=["memory", "database"])
def client(request, tmp_path):
    store = Store(f"sqlite:///{tmp_path}/ledger.db") if request.param == "database" else None
    return released(ApiClient(store))


def named(client, *categories):
    form = {"delegate": hex_of(BEN), "delegate_name": "Ben", "categories": categories, "expires": NOW + 9_000}
    draft = client.http.post("/delegations/drafts", json=form, headers=client.as_(client.fixture.ann)).json()
    assert hand_in(client, client.fixture.ann, Delegation, "/delegations", draft).status_code == 202


def shared(client, **wish):
    form = {"label": "For school", "expires": NOW + 3_600, "data_subject": hex_of(client.fixture.ann)} | wish
    return client.http.post("/me/links", json=form, headers=client.as_(BEN))


def ended_by_the_person(client):
    """End the delegation by the route, and return what its answer lists."""
    end = client.fixture.kernel.consents.delegations.draft_end(client.fixture.ann.signer, BEN.signer).statement
    logged = client.fixture.kernel.consents.revocations.accept(end, client.fixture.sign(client.fixture.ann, end))
    return client.fixture.kernel.consents.endings.ended_by(logged)


def ended_on_paper(client):
    """End the delegation by a withdrawal on paper, submitted by two witnesses."""
    fixture = client.fixture
    witnesses = [Party(one.address, "W", frozenset({"witness"}), b"", 0, 0) for one in (FIRST, SECOND)]
    fixture.store.directory.set_parties([*fixture.directory, *witnesses])
    paper, scan = fixture.kernel.consents.paper, fixture.issued("health.lab", b'{"scan":1}')
    fixture.anchor()
    end = fixture.kernel.consents.delegations.draft_end(fixture.ann.signer, BEN.signer).statement
    said = replace(end, signer=SECOND.signer)
    word = paper.draft_witness_statement(said, FIRST.signer, scan).statement
    both = WitnessedPaper(said, fixture.sign(SECOND, said), word, fixture.sign(FIRST, word))
    return fixture.kernel.consents.endings.ended_by(paper.accept(both, scan))


def ended_on_chain(client):
    """End the delegation on chain only; the consents log has no withdrawal of it."""
    (office,) = client.fixture.kernel.queries.delegations_of(client.fixture.ann.signer)
    client.fixture.store.anchoring.revealed({office.entry: 9})
    client.fixture.kernel.log_consumer.consume()


@pytest.mark.parametrize("road", [ended_by_the_person, ended_on_paper, ended_on_chain])
def test_i3_a_delegation_that_ends_on_any_road_ends_the_delegates_sessions_and_links(client, road):
    named(client, "health")
    bens, link = client.as_(BEN), shared(client).json()
    assert manifest(client, link).status_code == 200
    assert client.http.get("/delegations", headers=bens).status_code == 200
    ended = road(client)
    if ended is not None:
        assert {("link", link["link"]["name"]), ("session", "")} <= {(one.kind, one.reference) for one in ended}
        assert {one.holder for one in ended} == {BEN.address}
    assert manifest(client, link).status_code == 404
    assert client.http.get("/delegations", headers=bens).status_code == 401, "signed out"
    client.fixture.kernel.log_consumer.consume()
    assert [one.live for one in client.fixture.kernel.people.links.of(client.fixture.ann.signer)] == [False]
    again = client.as_(BEN)
    client.fixture.kernel.log_consumer.consume()
    assert client.http.get("/delegations", headers=again).status_code == 200, "who signs in afterwards stays"


def test_a_link_of_a_delegate_lasts_no_longer_than_the_delegation(client):
    named(client, "health")
    link = shared(client, expires=NOW + 20_000).json()
    assert link["link"]["expires"] == NOW + 9_000
    client.fixture.clock.passes(9_000)
    client.fixture.anchor()
    assert manifest(client, link).status_code == 404


def test_the_person_is_notified_and_ends_it(client):
    named(client, "health")
    link = shared(client).json()
    inbox = client.fixture.kernel.people.inbox.read(hex_of(client.fixture.ann))
    assert [(m.event, m.detail) for m in inbox] == [("link.made", {"by": BEN.address, "link": "For school"})]
    ann = client.as_(client.fixture.ann)
    assert client.http.delete(f"/me/links/{link['link']['name']}", headers=ann).status_code == 204
    assert manifest(client, link).status_code == 404


@pytest.mark.parametrize("held", [[], ["health.lab"], ["finance"]])
def test_nobody_shares_beyond_their_delegation(client, held):
    if held:
        named(client, *held)
    answer = shared(client, categories=["health"])
    assert (answer.status_code, answer.json()["error"]) == (403, "not_entitled")
    assert client.fixture.kernel.people.links.of(client.fixture.ann.signer) == []


def export(client):
    return client.http.post("/exports", json={"data_subject": hex_of(client.fixture.ann)}, headers=client.as_(BEN))


def test_a_delegate_for_everything_downloads_everything(client):
    named(client, "*")
    answer = export(client)
    assert answer.status_code == 200
    own = client.http.get("/me/export", headers=client.as_(client.fixture.ann))
    theirs, ours = (zipfile.ZipFile(io.BytesIO(one.content)).namelist() for one in (answer, own))
    assert theirs == ours
    assert ended_by_the_person(client)[0].kind == "session", "a download that is over is not named"


def test_a_delegate_for_less_downloads_nothing(client):
    named(client, "health")
    assert (export(client).status_code, export(client).json()["error"]) == (403, "not_entitled")


def test_a_withdrawal_names_the_download_that_is_under_way_and_breaks_it_off(client):
    named(client, "*")
    acting = client.fixture.kernel.consents.acting
    office = acting.office(BEN.signer, client.fixture.ann.signer, ["*"])
    acting.begin(office, "export", "one")
    assert acting.may_go_on(office.entry, "export", "one")
    assert ("export", "one") in {(one.kind, one.reference) for one in ended_by_the_person(client)}
    assert not acting.may_go_on(office.entry, "export", "one")
