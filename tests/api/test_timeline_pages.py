"""Pages of a person's timeline: newest first, with filters, while new lines come in, for the person and delegates."""

import itertools

import pytest

from mydata_ledger.ledger.kernel import LinkTerms
from mydata_ledger.ledger.kernel.people import timeline
from mydata_ledger.ledger.kernel.work_items import LINK_USE
from mydata_ledger.ledger.receipt import ACCESS
from testing.ledger_fixture import NOW, wallet
from testing.stores import open_store
from tests.api.ward_life import SELF_VIEW, WardLife
from tests.ledger import timeline_definition

BEN = wallet(100)
KINDS = [None, "refused", "permitted", "emergency"]


@pytest.fixture(params=["memory", "database"])
def life(request, tmp_path):
    return WardLife(open_store(f"sqlite:///{tmp_path}/ledger.db") if request.param == "database" else None)


def busy(life):
    """Lines of every kind: of parties, of the person, of a delegate, of an incident and of a link."""
    life.names(BEN, ("health",))
    life.fixture.anchor()
    record = next(iter(life.records))
    life.get("/records", BEN, life.ward)
    for who in (BEN, life.ward, wallet(101)):
        life.fixture.kernel.decisions.evaluation.ask(life.fixture.asks(who, record, "health.lab", SELF_VIEW))
        form = {"data_subject": "0x" + life.ward.signer.hex(), "purpose": SELF_VIEW}
        life.post("/access/persons", who, form)
    urgent = life.fixture.issued("health.allergy", b"{}")
    life.fixture.anchor()
    incident = life.fixture.declares(life.fixture.responder)
    query = life.fixture.asks(life.fixture.responder, urgent, "health.allergy", "hl7:BTG", incident)
    life.fixture.kernel.decisions.evaluation.ask(query)
    made = life.fixture.kernel.people.sharing.make(
        life.ward.signer, LinkTerms(("health.lab",), "x", expires=NOW + 900), lambda _: b"{}", "application/json"
    )
    assert life.http.post(f"/shl/{made.link_id}", json={"recipient": "Dr. Lee"}).status_code == 200
    life.fixture.anchor()


def everything(life):
    """All lines about the person by position, the delegations and the questions that a link asked."""
    index, items = life.fixture.store.index, life.fixture.store.work_items
    lines = index.statements_about(ACCESS, life.ward.signer, -1, 10_000)
    statements = {one.position: one.signed.statement for one in lines}
    delegations = [state.delegation for state in index.delegations_of(life.ward.signer)]
    return statements, delegations, {item.id for item in items.items(LINK_USE, person=life.ward.signer)}


def followed(life, who, person=None, **params):
    """The pages, newest first, each as positions."""
    pages, place = [], {"order": "newest"}
    while place:
        answer = life.get("/me/timeline", who, person, **params, **place)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        pages.append([one["position"] for one in body["accesses"]])
        place = {} if body["next"] is None else {"before": body["next"]}
    return pages


@pytest.mark.parametrize("examined", [3, 7, 1_000])
def test_pages_list_what_the_definition_lists_under_every_filter(life, monkeypatch, examined):
    """However few lines a page may examine, and whatever its size, each wanted line is listed once, newest first."""
    monkeypatch.setattr(timeline, "EXAMINED", examined)
    busy(life)
    stored = everything(life)
    askers = ["", *(life.fixture.trial.address, life.fixture.responder.address, life.ward.address, BEN.address)]
    counts = set()
    for party, only, own in itertools.product(askers, KINDS, [True, False]):
        wanted = timeline_definition.lines(*stored, party, only, own=own)[::-1]
        query = {"party": party, "own": own} | ({"only": only} if only else {})
        for limit in (1, 4, 200) if examined == 7 else (4,):
            pages = followed(life, life.ward, limit=limit, **query)
            assert [one for page in pages for one in page] == wanted, (party, only, own)
            assert all(len(page) <= limit for page in pages)
        counts.add(len(wanted))
    assert len(counts) > 5, "the filters differ"


def test_the_same_lines_are_listed_oldest_first_with_after(life):
    busy(life)
    for query in ({}, {"own": False}, {"only": "refused"}):
        found, after = [], -1
        while after is not None:
            body = life.get("/me/timeline", life.ward, after=after, limit=3, **query).json()
            found += [one["position"] for one in body["accesses"]]
            after = body["next"]
        assert found[::-1] == [one for page in followed(life, life.ward, limit=3, **query) for one in page]


def test_own_says_of_each_line_what_own_false_leaves_out(life):
    busy(life)
    lines = life.get("/me/timeline", life.ward, order="newest", limit=200).json()["accesses"]
    rest = [one for page in followed(life, life.ward, own=False, limit=200) for one in page]
    assert [one["position"] for one in lines if not one["own"]] == rest
    texts = {one["text"].split(" for ")[0] for one in lines if one["own"]}
    assert texts >= {"asked to view *", "asked to view health", "asked to view health.lab"}
    links = [one for one in lines if "by the link `x`" in one["text"]]
    assert [one["own"] for one in links] == [False], "who opened a link is somebody else"
    reads = [one for one in lines if "(delegated)" in one["text"]]
    assert [one["own"] for one in reads] == [False], "a record that a delegate opened is listed"


def test_a_stranger_who_searches_as_if_for_themselves_is_no_delegate(life):
    """The purpose of the person's own view hides nobody: only who acted for the person then."""
    eve, record = wallet(102), next(iter(life.records))
    life.post("/access/persons", eve, {"data_subject": "0x" + life.ward.signer.hex(), "purpose": SELF_VIEW})
    life.fixture.kernel.decisions.evaluation.ask(life.fixture.asks(eve, record, "health.lab", SELF_VIEW))
    shown = life.get("/me/timeline", life.ward, party=eve.address, own=False).json()["accesses"]
    life.fixture.clock.passes(1)
    life.names(eve, ("*",))
    later = life.get("/me/timeline", life.ward, party=eve.address, own=False).json()["accesses"]
    assert [one["position"] for one in shown] == [one["position"] for one in later] != []


def test_lines_that_come_in_between_two_pages_shift_nothing(life):
    whole = [one for page in followed(life, life.ward, limit=200) for one in page]
    first = life.get("/me/timeline", life.ward, order="newest", limit=5).json()
    record = next(iter(life.records))
    for _ in range(7):
        life.fixture.permits(life.fixture.insurer, record)
    rest = life.get("/me/timeline", life.ward, before=first["next"], limit=200).json()
    assert [one["position"] for one in first["accesses"] + rest["accesses"]] == whole
    assert life.get("/me/timeline", life.ward, before=whole[-1]).json() == {"accesses": [], "next": None}


def test_a_page_examines_a_bounded_number_of_lines(life, monkeypatch):
    """A filter that wants nothing ends after `EXAMINED` lines, with a place to go on from."""
    monkeypatch.setattr(timeline, "EXAMINED", 4)
    monkeypatch.setattr(timeline, "AT_ONCE", 4)
    newest = life.get("/me/timeline", life.ward, order="newest", limit=4).json()["accesses"]
    read, index = [], life.fixture.kernel.people.views.timeline._world.index
    plain = type(index).statements_before
    monkeypatch.setattr(type(index), "statements_before", lambda *given: read.append(plain(*given)) or read[-1])
    page = life.get("/me/timeline", life.ward, order="newest", party=BEN.address, limit=2).json()
    assert (page["accesses"], page["next"]) == ([], newest[-1]["position"])
    assert sum(map(len, read)) == 4


@pytest.mark.parametrize("examined", [2, 1_000])
def test_pages_of_a_delegate_depend_on_what_they_see_alone(life, monkeypatch, examined):
    """Length and place of each page are those of a timeline that has only the lines that the delegation covers."""
    monkeypatch.setattr(timeline, "EXAMINED", examined)
    life.names(BEN, ("finance.account",))
    life.fixture.anchor()
    life.get("/records", BEN, life.ward)
    statements, delegations, uses = everything(life)
    seen = {place: one for place, one in statements.items() if getattr(one, "category", "health") == "finance.account"}
    size = max(statements) + 1
    for only, limit in itertools.product([None, "refused", "permitted"], [1, 2, 3]):
        place, pages = size, []
        while place is not None:
            query = {"before": place, "limit": limit} | ({"only": only} if only else {})
            body = life.get("/me/timeline", BEN, life.ward, **query).json()
            pages.append(([one["position"] for one in body["accesses"]], body["next"]))
            place = body["next"]
        wanted = timeline_definition.lines(seen, delegations, uses, only=only)[::-1]
        assert [one for page, _ in pages for one in page] == wanted
        assert {end for _, end in pages} - {None} <= set(seen), "a page ends at a line that the delegate sees"


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"before": 3, "after": 3}, "not both"),
        ({"before": -1}, "before"),
        ({"before": "x"}, "before"),
        ({"order": "upwards"}, "order"),
        ({"only": "all"}, "only"),
        ({"own": "maybe"}, "own"),
        ({"party": "trial"}, "party"),
        ({"party": "0x12"}, "party"),
        ({"onyl": "refused"}, "takes nothing but"),
        ({"limit": 201}, "limit"),
    ],
)
def test_a_question_for_a_page_that_is_wrong_is_refused_with_its_member(params, reason):
    life = WardLife()
    answer = life.get("/me/timeline", life.ward, **params)
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed_input")
    assert reason in answer.json()["detail"]
