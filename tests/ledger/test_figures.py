"""Figures about groups: no combination of released figures reveals anything about fewer than k people."""

import hmac
import random
import threading
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from itertools import combinations

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mydata_ledger.ledger.kernel import Figure
from mydata_ledger.ledger.terms import DAY
from mydata_ledger.ledger.work_item import WorkItem
from testing.ledger_fixture import LedgerFixture, world_of
from testing.sizes import sized
from testing.stores import open_store
from tests.ledger.figure_faults import FIGURE_FAULTS, check_histories, check_history
from tests.ledger.planting import planted

K = 5


@pytest.fixture
def kernel():
    return LedgerFixture().kernel


def people(*numbers, **changed):
    return {bytes([n]) * 20: changed.get(f"p{n}", b"") for n in numbers}


def released(kernel, parts, name="n", least=K, whom="0xMerchant"):
    """Whether the figure is released on a day on which no other one was."""
    world_of(kernel).clock.passes(DAY)
    return passes(kernel, Figure(name, parts, least), whom=whom) == [True]


def passes(kernel, *figures, table="t", whom="0xMerchant"):
    return kernel.decisions.figures.passes_disclosure_control(whom, table, figures)


def test_a_group_below_k_is_not_released(kernel):
    assert not released(kernel, people(*range(4)))
    assert released(kernel, people(*range(5)))


@pytest.mark.parametrize(
    "others", [range(11), range(9), [*range(9), 20], range(14), [*range(8), 20, 21], [*range(7), 20, 21]]
)
def test_a_group_that_differs_by_fewer_than_k_is_not_released(kernel, others):
    assert released(kernel, people(*range(10)))
    assert not released(kernel, people(*others))


@pytest.mark.parametrize("others", [range(15), range(5), [*range(5), 20, 21], range(20, 30)])
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
    monkeypatch.setattr("mydata_ledger.ledger.kernel.decisions.figures.MOST_TABLES", 3)
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
    items = [item for kind in ("figure", "figure-set") for item in world_of(kernel).work_items.items(kind)]
    assert len(items) == 2
    kept = str([(item.id.hex(), item.body) for item in items])
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


def test_a_second_group_of_a_figure_on_one_day_is_withheld(kernel):
    assert released(kernel, people(*range(10)))
    other = Figure("n", people(*range(20, 40)), K)
    assert passes(kernel, other) == [False]
    assert passes(kernel, Figure("n", people(*range(10)), K)) == [True], "the same one is told again"
    world_of(kernel).clock.passes(DAY)
    assert passes(kernel, other) == [True]


def counted(kernel, name, parts):
    """Whether the answer to one of a requester's own questions is released."""
    control = kernel.decisions.figures
    (is_given,) = control.passes_disclosure_control("0xTrial", "t", [Figure(name, parts, K)], across=True)
    return is_given


def test_one_new_question_of_a_day_is_answered_whatever_it_is(kernel):
    assert counted(kernel, "all", people(*range(10)))
    assert not counted(kernel, "others", people(*range(20, 30))), "one number about a new group a day"
    assert counted(kernel, "all", people(*range(10)))
    world_of(kernel).clock.passes(DAY)
    assert counted(kernel, "others", people(*range(20, 30)))


def test_that_all_people_of_a_group_meet_another_question_too_is_withheld(kernel):
    assert counted(kernel, "diabetes", people(*range(10)))
    world_of(kernel).clock.passes(DAY)
    answers = [counted(kernel, "diabetes, female", people(*range(count))) for count in (10, 9)]
    assert answers == [False, False], "who knows nine of the ten would learn the sex of the last"


def test_cells_of_a_table_are_stored_together_and_compared_one_by_one(kernel):
    cells = [Figure(f"cell {n}", people(*range(10 * n, 10 * n + 10)), K) for n in range(20)]
    assert passes(kernel, *cells) == [True] * 20
    items = world_of(kernel).work_items
    assert [len(items.items(kind)) for kind in ("figure", "figure-set")] == [1, 1]
    world_of(kernel).clock.passes(DAY)
    changed = [replace(cells[0], parts=people(*range(9))), replace(cells[1], parts=people(*range(40, 60))), *cells[2:]]
    assert passes(kernel, *changed) == [False, True, *[True] * 18]
    assert len(items.items("figure")) == 2
    (_, second) = items.items("figure-set")
    assert len(second.body["tokens"]) == 8 * 20, "what was told before is not stored again"


def test_of_two_figures_of_one_name_in_a_table_one_is_withheld(kernel):
    assert passes(kernel, Figure("n", people(*range(10)), K), Figure("n", people(*range(11)), K)) == [True, False]


def test_one_person_and_figure_take_eight_bytes(kernel):
    group = {n.to_bytes(20, "big"): b"" for n in range(3_000)}
    assert passes(kernel, Figure("n", group, K)) == [True]
    (stored,) = world_of(kernel).work_items.items("figure-set")
    assert len(stored.body["tokens"]) == 8 * 3_000
    (table,) = world_of(kernel).work_items.items("figure")
    assert len(orjson.dumps(table.body)) < 500


def test_sets_are_read_only_where_sizes_do_not_tell(kernel, monkeypatch):
    for size in (10, 20, 30, 40):
        assert released(kernel, people(*range(size)))
    items, wanted = world_of(kernel).work_items, []
    whole = items.item
    monkeypatch.setattr(items, "item", lambda kind, item_id: wanted.append(kind) or whole(kind, item_id))
    assert released(kernel, people(*range(50, 72)))
    assert wanted.count("figure-set") == 1


def earlier_form(kernel, group, name="n", least=K, whom="0xMerchant"):
    """Store a figure as it was stored before: 16 bytes for each person."""
    world = world_of(kernel)
    key = world.gateway.derive("figures told")

    def mac(text):
        return hmac.digest(key, text, sha256)

    prefix = mac(f"{whom}\n{name}".encode())[:16]
    pairs = sorted((mac(b"who\n" + prefix + who)[:8], mac(b"what\n" + part)[:8]) for who, part in group.items())
    number = sum(item.id.startswith(prefix) for item in world.work_items.items("figure"))
    body = {"group": b64encode(b"".join(who + part for who, part in pairs)).decode(), "least": least}
    world.work_items.file(WorkItem("figure", prefix + number.to_bytes(16, "big"), party=whom, body=body))


def test_figures_of_the_earlier_form_still_count(kernel):
    earlier_form(kernel, people(*range(10)))
    earlier_form(kernel, people(*range(30, 50)), least=9)
    assert not released(kernel, people(*range(11)))
    assert not released(kernel, people(*range(30, 56)))
    assert not released(kernel, people(*range(10), p3=b"1"))
    assert released(kernel, people(*range(10)))
    assert released(kernel, people(*range(16)))
    assert released(kernel, people(*range(11)), name="another")


@settings(max_examples=sized(60), deadline=None)
@given(some.integers(0, 2**32))
def test_whatever_is_released_would_have_been_released_by_the_earlier_rule(seed):
    assert check_history(seed) >= 0


@pytest.mark.parametrize(("meaning", "module", "good", "bad"), FIGURE_FAULTS, ids=[each[0] for each in FIGURE_FAULTS])
def test_a_fault_in_the_comparison_is_found(meaning, module, good, bad):
    assert meaning
    with planted(module, good, bad), pytest.raises((AssertionError, ValueError, KeyError)):
        check_histories(200)


def test_the_histories_release_and_withhold():
    check_histories(20)
