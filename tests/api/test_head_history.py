"""The heads of a log over time: what was on chain when, how long it waited, in bounded pages."""

import pytest

from mydata_ledger.anchors.memory import MemoryStore
from mydata_ledger.ledger.receipt import RECORDS
from testing.ledger_fixture import NOW
from testing.stores import open_store
from tests.api.api_client import ApiClient

WAITS = (0, 7, 40, 3)
"""Seconds from a record to the head that has it on chain."""


@pytest.fixture(params=["memory", "database"])
def client(request, tmp_path):
    """A ledger whose records log grew by one leaf for each of WAITS."""
    now = [NOW]
    database = f"sqlite:///{tmp_path}/ledger.db"
    store = MemoryStore(lambda: now[0]) if request.param == "memory" else open_store(database, lambda: now[0])
    one = ApiClient(store)
    for block, seconds in enumerate(WAITS, start=10):
        one.issued()
        now[0] += seconds
        one.fixture.clock.passes(seconds)
        store.anchoring.mark_anchored(RECORDS, store.log.head(RECORDS), block)
    store.anchoring.touch(now[0])
    return one


def history(client, **query):
    answer = client.http.get("/log/records/history", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def grown(found):
    """The heads that added a leaf, newest first."""
    return [head for head in found["heads"] if head["added"]]


def test_each_head_has_its_size_root_block_time_and_wait(client):
    heads = grown(history(client))
    assert [head["size"] for head in heads] == [4, 3, 2, 1]
    assert [head["block"] for head in heads] == [13, 12, 11, 10]
    assert [head["waited"] for head in heads] == [3, 40, 7, 0]
    assert [head["seen_at"] - NOW for head in heads] == [50, 47, 7, 0]
    store = client.fixture.store
    assert [head["root"] for head in heads] == [
        "0x" + store.log.head_at(RECORDS, size).root.hex() for size in (4, 3, 2, 1)
    ]


def test_pages_go_on_where_the_one_before_ended_and_end(client):
    seen, before = [], 2**62
    while before is not None:
        page = history(client, before=before, limit=2)
        assert len(page["heads"]) <= 2
        seen += page["heads"]
        before = page["next"]
    assert seen == history(client)["heads"]


def test_with_a_step_few_heads_cover_a_long_time(client):
    times = [head["seen_at"] - NOW for head in history(client, step=10)["heads"]]
    assert times == [50, 7]
    assert [head["added"] for head in history(client, step=10)["heads"]] == [1, 1], "against the head just before each"


def test_a_chain_that_went_back_added_less_than_nothing(client):
    store = client.fixture.store
    store.anchoring.roll_back(RECORDS, store.log.head_at(RECORDS, 2), 14)
    newest = history(client, limit=1)["heads"][0]
    assert (newest["size"], newest["added"], newest["waited"], newest["block"]) == (2, -2, None, 14)


def test_it_says_nothing_of_what_was_logged(client):
    members = {"size", "root", "number", "block", "seen_at", "added", "waited"}
    assert all(head.keys() == members for head in history(client)["heads"])
    access = client.http.get("/log/access/history").json()
    assert (access["log"], access["next"], grown(access)) == ("access", None, [])


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"step": -1}, {"before": "x"}, {"step": 10**9}])
def test_what_is_out_of_bounds_is_refused(client, query):
    answer = client.http.get("/log/records/history", params=query)
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed_input")
    assert client.http.get("/log/secrets/history").status_code in {400, 404}
