"""Figures about groups: no combination of released figures reveals anything about fewer than k people."""

import random
import threading
from itertools import combinations

import pytest

from mydata_ledger.ledger.kernel import Figure
from testing.ledger_fixture import LedgerFixture, world_of
from testing.stores import open_store

K = 5


@pytest.fixture
def kernel():
    return LedgerFixture().kernel


def people(*numbers, **changed):
    return {bytes([n]) * 20: changed.get(f"p{n}", b"") for n in numbers}


def released(kernel, parts, name="n", least=K, whom="0xMerchant"):
    return kernel.decisions.figures.passes_disclosure_control(whom, [Figure(name, parts, least)]) == [True]


def test_a_group_below_k_is_not_released(kernel):
    assert not released(kernel, people(*range(4)))
    assert released(kernel, people(*range(5)))


@pytest.mark.parametrize("others", [range(11), range(9), [*range(9), 20], range(14), [*range(8), 20, 21]])
def test_a_group_that_differs_by_fewer_than_k_is_not_released(kernel, others):
    assert released(kernel, people(*range(10)))
    assert not released(kernel, people(*others))


@pytest.mark.parametrize("others", [range(15), range(5), [*range(7), 20, 21], range(20, 30)])
def test_a_group_that_differs_by_k_is_released(kernel, others):
    assert released(kernel, people(*range(10)))
    assert released(kernel, people(*others))


def test_the_same_group_is_released_as_often_as_it_is_requested(kernel):
    assert released(kernel, people(*range(10)))
    assert released(kernel, people(*range(20)))
    assert released(kernel, people(*range(10)))
    assert not released(kernel, people(*range(9)))


def test_what_one_person_contributes_counts_like_the_person(kernel):
    assert released(kernel, people(*range(10), p3=b"10.00"))
    assert not released(kernel, people(*range(10), p3=b"12.50"))
    assert released(kernel, people(*range(10), p3=b"12.50", p4=b"1", p5=b"1", p6=b"1", p7=b"1"))


def test_every_earlier_figure_counts_and_not_the_last_alone(kernel):
    assert released(kernel, people(*range(10)))
    assert released(kernel, people(*range(15)))
    assert not released(kernel, people(*range(1, 10)))


def test_the_larger_bound_of_the_two_holds(kernel):
    assert released(kernel, people(*range(20)), least=9)
    assert not released(kernel, people(*range(26)), least=5)
    assert released(kernel, people(*range(29)), least=5)


def test_askers_and_figures_stand_by_themselves(kernel):
    assert released(kernel, people(*range(10)))
    assert released(kernel, people(*range(11)), name="another")
    assert released(kernel, people(*range(11)), whom="0xOther")
    assert not released(kernel, people(*range(11)))


def test_there_is_an_end_to_new_groups_but_not_to_the_old_ones(kernel, monkeypatch):
    monkeypatch.setattr("mydata_ledger.ledger.kernel.decisions.figures.MOST_GROUPS", 3)
    groups = [people(*range(10 * n, 10 * n + 10)) for n in range(4)]
    assert [released(kernel, group) for group in groups] == [True, True, True, False]
    assert released(kernel, groups[1])


def test_any_two_released_groups_are_k_apart_or_equal(kernel):
    pick, seen = random.Random(3), []
    for _ in range(300):
        spent = {f"p{n}": bytes([pick.randrange(3)]) for n in range(20)}
        group = people(*(n for n in range(20) if pick.random() < 0.6), **spent)
        if released(kernel, group):
            seen.append(group)
    assert len(seen) > 20
    for one, other in combinations(seen, 2):
        apart = sum(one.get(person) != other.get(person) for person in {*one, *other})
        assert apart == 0 or apart >= K


def test_nothing_stored_names_anybody(kernel):
    released(kernel, people(*range(10), p3=b"10.00"))
    (item,) = world_of(kernel).work_items.items("figure")
    kept = item.id.hex() + str(item.body)
    assert not [name for name in ((b"\x03" * 20).hex(), "AwMDAw", "10.00") if name in kept]


def test_two_processes_cannot_pass_each_other(tmp_path):
    url = f"sqlite:///{tmp_path}/ledger.db"
    stores = [open_store(url) for _ in range(2)]
    kernels = [LedgerFixture(store=store).kernel for store in stores]
    answers, gate = [], threading.Barrier(2)

    def ask(kernel, count, turn):
        gate.wait()
        answers.append(released(kernel, people(*range(count)), name=str(turn)))

    for turn in range(10):
        requested = zip(kernels, (10, 11), strict=True)
        threads = [threading.Thread(target=ask, args=(kernel, count, turn)) for kernel, count in requested]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(answers) == [False] * 10 + [True] * 10
    for store in stores:
        store.dispose()
