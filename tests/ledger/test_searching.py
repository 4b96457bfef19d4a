"""A search in a database decides once for all equivalent records; each record must get its own answer."""

from dataclasses import replace

import pytest

from mydata_ledger.anchors.store.facts import search
from mydata_ledger.ledger.access import EVERYTHING
from mydata_ledger.ledger.consent import category_covers
from testing.sizes import sampled
from testing.stores import open_store
from tests.anchors.sample_statements import TRIAL
from tests.ledger import crowd
from tests.ledger.crowd import PEOPLE, RECORDS, SEEDS
from tests.ledger.test_questions import loop, pages, world_over

AT_ONCE = [(1, 1), (1, 3), (4, 16), (search.FEWEST, search.MOST)]
"""How many candidates one query examines: the fewest after the first, and the most."""


def check_crowd(url, seed, monkeypatch):
    """Pages and single answers agree with one another, and with the single answers of a store that shares no code."""
    store, (fewest, most) = open_store(url), AT_ONCE[seed % len(AT_ONCE)]
    monkeypatch.setattr(search, "FEWEST", fewest)
    monkeypatch.setattr(search, "MOST", most)
    twin, kernel, sizes = world_over(crowd.check(store, seed)), world_over(store), []
    records = [record for person in PEOPLE for record in store.index.records_of(person)]
    for question in (requested(kernel), requested(kernel, category=EVERYTHING)):
        wanted = [r for r in records if category_covers(question.category, r.issue.category)]
        expected = loop(kernel, question, wanted)
        assert loop(twin, question, wanted) == expected
        for limit in (1, 4, 1_000):
            assert pages(kernel, question, limit) == expected
        sizes.append(len(expected))
    store.dispose()
    return sizes


def requested(kernel, **more):
    return replace(kernel.decisions.evaluation.request(TRIAL, bytes(32), "health.lab", "hl7:CLINTRCH", "view"), **more)


@pytest.mark.parametrize("part", sampled(range(3)))
def test_i6_in_a_crowd_every_record_gets_its_own_answer(tmp_path, monkeypatch, part):
    sizes = [check_crowd(f"sqlite:///{tmp_path / str(seed)}.db", seed, monkeypatch) for seed in SEEDS[part::3]]
    assert sum(lab > 0 for lab, _ in sizes) > 1, "there is something to find"
    assert all(lab <= every < RECORDS for lab, every in sizes), "and something hidden"


def test_i6_in_a_crowd_on_a_database_server_too(cluster, monkeypatch):
    for seed in range(1, 4):
        with cluster.database() as url:
            check_crowd(url, seed, monkeypatch)
