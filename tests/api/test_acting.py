"""What a delegate creates for a person ends with the delegation, however that ends, and the withdrawal lists it."""

import io
import zipfile
from dataclasses import replace

import pytest

from mydata_ledger.api.routes import exports
from mydata_ledger.ledger.commitment.entry import NO_LOCK, RevocationMark
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.errors import NotEntitled, NotFound
from mydata_ledger.ledger.kernel import WitnessedPaper
from mydata_ledger.ledger.party import Party
from mydata_ledger.services.health.formats.shlink import read_shlink
from testing.ledger_fixture import NOW, wallet
from testing.stores import open_store
from tests.api.api_client import ApiClient
from tests.api.test_delegations import BEN, hand_in, hex_of
from tests.api.test_links import manifest, released

FIRST, SECOND = wallet(91), wallet(92)


@pytest.fixture(params=["memory", "database"])
def client(request, tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/ledger.db") if request.param == "database" else None
    return released(ApiClient(store))


def named(client, *categories, **more):
    form = {"delegate": hex_of(BEN), "delegate_name": "Ben", "categories": categories, "expires": NOW + 9_000} | more
    draft = client.http.post("/delegations/drafts", json=form, headers=client.as_(client.fixture.ann)).json()
    answer = hand_in(client, client.fixture.ann, Delegation, "/delegations", draft)
    assert answer.status_code == 202
    return answer.json()["ended"]


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
    message = replace(end, signer=SECOND.signer)
    word = paper.draft_witness_statement(message, FIRST.signer, scan).statement
    both = WitnessedPaper(message, fixture.sign(SECOND, message), word, fixture.sign(FIRST, word))
    return fixture.kernel.consents.endings.ended_by(paper.accept(both, scan))


def ended_on_chain(client):
    """End the delegation on chain only; the consents log has no withdrawal of it."""
    (office,) = client.fixture.kernel.queries.delegations_of(client.fixture.ann.signer)
    client.fixture.store.anchoring.revealed([RevocationMark(office.entry, NO_LOCK, 9)])
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
    inbox = client.fixture.kernel.people.inbox.read(hex_of(client.fixture.ann))
    assert [(m.event, m.detail) for m in inbox] == [("export.made", {"by": BEN.address})]
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


def is_live(client):
    """Whether the person's list has their only link as live."""
    (link,) = client.http.get("/me/links", headers=client.as_(client.fixture.ann)).json()
    return link["live"]


@pytest.mark.parametrize("categories", [["health"], ["*"], ["health.lab", "health", "finance"]])
def test_a_renewed_delegation_carries_what_was_made_under_the_earlier_one(client, categories):
    named(client, "health")
    link = shared(client).json()
    for _ in range(2):
        client.fixture.clock.passes(10)
        assert named(client, *categories, expires=NOW + 19_000) == []
        client.fixture.kernel.log_consumer.consume()
        assert (manifest(client, link).status_code, is_live(client)) == (200, True)
    kept = len(client.fixture.payloads.blocks)
    named_ones = [one.reference for one in ended_by_the_person(client) if one.kind == "link"]
    assert named_ones == [link["link"]["name"]], "by the end of the newest"
    assert (manifest(client, link).status_code, is_live(client)) == (404, False)
    client.fixture.kernel.log_consumer.consume()
    assert len(client.fixture.payloads.blocks) == kept - 1, "its content is let go"


@pytest.mark.parametrize("less", [{"categories": ["finance"]}, {"not_before": NOW + 50}])
def test_a_renewed_delegation_ends_what_it_does_not_cover_and_names_it(client, less):
    named(client, "health")
    link, kept = shared(client).json(), len(client.fixture.payloads.blocks)
    client.fixture.clock.passes(10)
    ended = named(client, *less.get("categories", ["health"]), **{k: v for k, v in less.items() if k != "categories"})
    assert [(one["kind"], one["reference"]) for one in ended] == [("link", link["link"]["name"])]
    assert (manifest(client, link).status_code, is_live(client)) == (404, False)
    client.fixture.kernel.log_consumer.consume()
    assert len(client.fixture.payloads.blocks) == kept - 1, "its content is let go"
    named(client, "health", expires=NOW + 19_000)
    assert (manifest(client, link).status_code, is_live(client)) == (404, False), "nothing comes back"
    assert [one.kind for one in ended_by_the_person(client)] == ["session"], "what ended before is not named again"


def test_a_delegation_that_ends_while_a_link_is_made_leaves_no_link(client, monkeypatch):
    named(client, "health")
    acting, kept = client.fixture.kernel.consents.acting, len(client.fixture.payloads.blocks)
    begin = type(acting).begin

    def begins_too_late(self, *args):
        ended_by_the_person(client)
        begin(self, *args)

    monkeypatch.setattr(type(acting), "begin", begins_too_late)
    assert shared(client).status_code == 403
    assert (is_live(client), len(client.fixture.payloads.blocks)) == (False, kept)


def test_a_download_breaks_off_when_the_delegation_ends(client):
    named(client, "*")
    fixture, pieces = client.fixture, iter([b"first", b"second"])
    office = fixture.kernel.consents.acting.office(BEN.signer, fixture.ann.signer, ["*"])
    download = exports._while_entitled(pieces, office, "one", fixture.kernel.consents.acting)
    assert next(download) == b"first"
    assert ("export", "one") in {(one.kind, one.reference) for one in ended_by_the_person(client)}
    with pytest.raises(NotEntitled):
        next(download)


def test_a_download_that_never_began_is_not_named(client):
    named(client, "*")
    fixture = client.fixture
    office = fixture.kernel.consents.acting.office(BEN.signer, fixture.ann.signer, ["*"])
    exports._while_entitled(iter([b""]), office, "one", fixture.kernel.consents.acting)
    assert [one.kind for one in ended_by_the_person(client)] == []


def test_only_the_maker_brings_a_link_up_to_date(client):
    named(client, "health")
    made = shared(client, long_term=True).json()
    name, key = bytes.fromhex(made["link"]["name"][2:]), read_shlink(made["shlink"]).key
    sharing = client.fixture.kernel.people.sharing
    for other in (client.fixture.ann.signer, client.fixture.trial.signer):
        with pytest.raises(NotFound):
            sharing.refresh(other, name, key, lambda content: b"{}")
    assert sharing.refresh(BEN.signer, name, key, lambda content: b"{}").live


def test_an_end_spares_sessions_that_were_opened_after_it(client):
    named(client, "health")
    client.as_(BEN)
    end = client.fixture.kernel.consents.delegations.draft_end(client.fixture.ann.signer, BEN.signer).statement
    logged = client.fixture.kernel.consents.revocations.accept(end, client.fixture.sign(client.fixture.ann, end))
    client.fixture.clock.passes(5)
    again = client.as_(BEN)
    assert len([one for one in client.fixture.kernel.consents.endings.ended_by(logged) if one.kind == "session"]) == 1
    assert client.http.get("/delegations", headers=again).status_code == 200


def test_the_sessions_of_a_party_serve_others_and_stay(client):
    fixture = client.fixture
    trial, session = fixture.trial, client.as_(fixture.trial)
    form = {"delegate": hex_of(trial), "delegate_name": "The trial", "categories": ["health"], "expires": NOW + 9_000}
    draft = client.http.post("/delegations/drafts", json=form, headers=client.as_(fixture.ann)).json()
    assert hand_in(client, fixture.ann, Delegation, "/delegations", draft).status_code == 202
    end = fixture.kernel.consents.delegations.draft_end(fixture.ann.signer, trial.signer).statement
    logged = fixture.kernel.consents.revocations.accept(end, fixture.sign(fixture.ann, end))
    assert fixture.kernel.consents.endings.ended_by(logged) == []
    assert client.http.get("/consents", headers=session).status_code == 200


def test_nobody_learns_when_a_delegate_signed_in(client):
    named(client, "health")
    client.fixture.clock.passes(50)
    client.as_(BEN)
    assert [(one.kind, one.since) for one in ended_by_the_person(client)] == [("session", NOW)]


DRAFTS = ("/consents/drafts", "/revocations/drafts", "/consents/what-if")
PAPER_DRAFTS = ("/papers/consents/drafts", "/papers/revocations/drafts")


def drafting(client, path, by, **form):
    """The answer to a draft for Ann."""
    grantee, person = client.fixture.trial.address, {"data_subject": hex_of(client.fixture.ann)}
    wish = {"grantee": grantee} if "revocations" in path else client.wish(grantee)
    return client.http.post(path, json=wish | person | form, headers=client.as_(by))


def test_a_draft_shows_what_a_person_consented_to_and_so_is_for_them_and_their_delegates_alone(client):
    client.fixture.consents(client.fixture.trial, "health.lab")
    for path in (*DRAFTS, *PAPER_DRAFTS):
        refused = drafting(client, path, wallet(77))
        assert (path, refused.status_code, refused.json()["error"]) == (path, 403, "not_entitled")
        assert client.fixture.trial.address not in refused.text
    named(client, "health.lab")
    assert [drafting(client, path, BEN).status_code for path in DRAFTS] == [200] * 3
    assert [drafting(client, path, BEN).status_code for path in PAPER_DRAFTS] == [403] * 2
    ended_by_the_person(client)
    assert [drafting(client, path, BEN).status_code for path in DRAFTS] == [403] * 3
    assert [drafting(client, path, client.fixture.hospital).status_code for path in PAPER_DRAFTS] == [200] * 2
