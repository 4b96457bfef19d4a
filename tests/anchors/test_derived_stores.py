"""Derived records over a database: facts and candidates equal those in memory, and answers those of the kernel."""

import pytest

from mydata_ledger.anchors.memory import MemoryKeys, MemoryStore
from mydata_ledger.ledger.kernel import ports_of
from mydata_ledger.ledger.search import DerivedQuery
from mydata_ledger.ledger.work_item import WorkItem
from testing.ledger_fixture import NOTICE
from testing.stores import open_store
from tests.ledger.crowd import CREW, NOW, PEOPLE, RECORDS, TRIAL, fill_store, name, receipt
from tests.ledger.derived_world import LAB, SUM, DerivedWorld, permit


def queries(most=RECORDS):
    members = {"category": "health.sum", "purposes": ("hl7:CLINTRCH", "hl7:HRESCH"), "action": "compute", "most": most}
    return [
        DerivedQuery(name(f"{number} {who}"), who, name("derived"), data_subject=person, builder=CREW, **members)
        for number, person in enumerate(PEOPLE)
        for who in (TRIAL, CREW)
    ]


def facts_of(store, questions):
    found = []

    def respond(question, facts):
        found.append(facts)
        return receipt(question, facts, permitted=False)

    store.log.answer_soon(questions, respond, NOW).result()
    return found


@pytest.mark.parametrize("seed", range(2))
def test_facts_and_candidates_equal_those_in_memory(store, seed):
    reference = MemoryStore()
    assert fill_store(store, seed) == fill_store(reference, seed)
    for most in (RECORDS, 1):
        found = facts_of(store, queries(most))
        assert found == facts_of(reference, queries(most))
        assert any(one.each for one in found)
    assert any(one.each is None for one in found)
    for names in ({TRIAL}, {TRIAL, "role:trial"}, {"*", CREW}, {"role:nobody"}, set()):
        everybody = reference.index.grantors(names, -1, 1_000)
        assert store.index.grantors(names, -1, 1_000) == everybody
        for limit in (1, 3):
            assert pages(store, names, limit) == everybody


def pages(store, names, limit):
    found, after = [], -1
    while page := store.index.grantors(names, after, limit):
        assert len(page) <= limit
        found, after = found + page, page[-1][0]
    return found


def test_work_items_by_their_ids(store):
    world = DerivedWorld(store)
    for kind in ("derived-record", "derived-sources"):
        ids = [number.to_bytes(32, "big") for number in range(1_100)]
        items = [world.store.work_items.file(WorkItem(kind, ids[number])) for number in (0, 5, 1_099)]
        found = world.store.work_items.items_named(kind, ids)
        assert sorted(found, key=lambda item: item.id) == items


class DatabaseWorld(DerivedWorld):
    def __init__(self, database):
        super().__init__()
        self.database = database
        self.open_store()

    def open_store(self):
        self.store = open_store(self.database, self.clock.now)
        self.store.directory.set_parties(self.directory)
        self.store.directory.publish(NOTICE)
        self.rebuild(**ports_of(self.store), keys=MemoryKeys(self.store.log))
        self.anchor()


def test_i9_built_asked_and_erased_over_a_restart(database):
    world = DatabaseWorld(database)
    records = [world.number(3), world.number(4)]
    world.turn_on()
    world.says(world.trial.address, [permit(LAB)])
    world.anchor()
    world.rebuild_due()
    keys = world.world.keys
    assert world.computed()[0].open == set(records)
    world.store.dispose()
    world.open_store()
    keys._log = world.store.log
    world.rebuild(keys=keys)
    assert world.computed()[0].open == set(records)
    world.erase(records[0])
    assert (world.held(), world.computed()) == (None, [])
    world.rebuild_due()
    assert world.computed()[0].open == {records[1]}
    world.withdraws(world.operator)
    assert world.computed() == []
    world.rebuild_due()
    assert world.held() is None
    assert world.derived.builds.sweep(SUM, 10) == 0
    world.store.dispose()
