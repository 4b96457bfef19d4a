"""A person's own records in pages, newest first, of a category, for the person and delegates."""

import itertools

import pytest

from testing.ledger_fixture import NOW, wallet
from testing.stores import open_store
from tests.api.ward_life import CATEGORIES, WardLife

BEN = wallet(100)


@pytest.fixture(params=["memory", "database"])
def life(request, tmp_path):
    life = WardLife(open_store(f"sqlite:///{tmp_path}/ledger.db") if request.param == "database" else None)
    for number, category in enumerate([*CATEGORIES, *CATEGORIES[:2]]):
        life.fixture.issued(category, b'{"n":%d}' % number)
    life.fixture.anchor()
    return life


def pages(life, who, person=None, **query):
    found, place = [], {"order": "newest"}
    while True:
        page = life.get("/records", who, person, **query, **place).json()
        found.append(page)
        if len(page) < query["limit"]:
            return found
        place = {"before": page[-1]["position"]}


def is_below(category, above):
    return above in {"*", category} or category.startswith(above + ".")


@pytest.mark.parametrize("held", [None, "health", "health.lab", "finance.account"])
def test_pages_list_each_record_that_the_caller_sees_once_newest_first(life, held):
    who, person = (life.ward, None) if held is None else (BEN, life.ward)
    if held:
        life.names(BEN, (held,))
        life.fixture.anchor()
    whole = life.get("/records", life.ward).json()
    for category, limit in itertools.product(["*", "health", "health.lab", "health.identity"], [1, 2, 5, 1_000]):
        wanted = [
            one["record_id"]
            for one in sorted(whole, key=lambda one: -one["position"])
            if is_below(one["category"], category) and is_below(one["category"], held or "*")
        ]
        found = pages(life, who, person, category=category, limit=limit)
        assert [one["record_id"] for page in found for one in page] == wanted
        assert all(len(page) == limit for page in found[:-1])


def test_without_a_query_it_is_the_whole_list_oldest_first(life):
    whole = life.get("/records", life.ward).json()
    assert [one["position"] for one in whole] == sorted(one["position"] for one in whole)
    assert len(whole) == 2 * len(CATEGORIES) + 2
    assert life.get("/records", life.ward, limit=3).json() == whole[:3]
    assert life.get("/records", life.ward, category="health.lab").json() == [
        one for one in whole if is_below(one["category"], "health.lab")
    ]


def test_the_list_is_narrowed_by_holder_and_time(life):
    whole, hospital = life.get("/records", life.ward).json(), life.fixture.hospital.address
    assert life.get("/records", life.ward, holder=hospital.lower()).json() == whole
    assert life.get("/records", life.ward, holder=life.fixture.trial.address).json() == []
    assert life.get("/records", life.ward, since=NOW, until=NOW + 1).json() == whole, "without a period, by the issue"
    assert life.get("/records", life.ward, since=NOW + 1).json() == []
    assert life.get("/records", life.ward, until=NOW, limit=3).json() == []
    assert life.get("/records", life.ward, since=NOW, category="health.lab", limit=1).json() == [
        next(one for one in whole if is_below(one["category"], "health.lab"))
    ]


@pytest.mark.parametrize("query", [{"holder": "0x12"}, {"holder": "Hospital"}, {"since": "soon"}, {"until": 2**63}])
def test_a_bound_that_is_none_is_refused(life, query):
    assert life.get("/records", life.ward, **query).status_code == 400


def test_a_record_that_comes_in_between_two_pages_shifts_nothing(life):
    whole = life.get("/records", life.ward, order="newest").json()
    first = life.get("/records", life.ward, order="newest", limit=3).json()
    life.fixture.issued("health.lab", b'{"late":1}')
    rest = life.get("/records", life.ward, before=first[-1]["position"]).json()
    assert [one["record_id"] for one in first + rest] == [one["record_id"] for one in whole]


def test_a_record_has_what_a_page_needs_to_choose_it(life):
    (newest,) = life.get("/records", life.ward, order="newest", limit=1).json()
    shown = {name: newest[name] for name in ("category", "holder", "holder_name", "declared_by", "status", "issued_at")}
    assert shown == {
        "category": CATEGORIES[1],
        "holder": life.fixture.hospital.address,
        "holder_name": "The hospital",
        "declared_by": "holder",
        "status": "anchored",
        "issued_at": NOW,
    }
    assert {"record_id", "data_from", "data_until", "position"} <= newest.keys()
    path = f"/me/records/{newest['record_id']}/readers"
    readers = life.get(path, life.ward, purpose="hl7:CLINTRCH").json()
    assert (life.fixture.trial.address, "The trial") in [(one["account"], one["name"]) for one in readers]


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ({"limit": 0}, 400, "limit"),
        ({"limit": 1_001}, 400, "limit"),
        ({"before": -1}, 400, "before"),
        ({"order": "up"}, 400, "order"),
        ({"categroy": "health"}, 400, "takes nothing but"),
        ({"category": "health.labs"}, 422, "health.lab"),
    ],
)
def test_a_wrong_query_is_refused_with_its_member(query, status, reason):
    life = WardLife()
    answer = life.get("/records", life.ward, **query)
    assert answer.status_code == status
    assert reason in answer.json()["detail"]
