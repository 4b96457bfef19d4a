"""The contract of the WorkItems port: optimistic locking, and queries by person, party and due time."""

import threading
from dataclasses import replace

from mydata_ledger.ledger.work_item import WorkItem, new_id
from tests.anchors.sample_statements import ANN, EVE, NOW, OTHER, TRIAL


def work_item(number, **more):
    return WorkItem("request", number.to_bytes(32, "big"), ANN, TRIAL, "open", NOW, {"said": ["동의", number]}, **more)


def test_a_work_item_comes_back_as_it_was_filed(store):
    kept = store.work_items.file(work_item(1))
    assert kept == replace(work_item(1), version=1)
    assert store.work_items.item("request", kept.id) == kept
    assert store.work_items.item("wish", kept.id) is None
    assert store.work_items.item("request", b"other") is None


def test_a_work_item_is_changed_only_by_who_read_its_newest_version(store):
    first = store.work_items.file(work_item(1))
    second = store.work_items.file(replace(first, state="closed"))
    assert second.version == 2
    assert store.work_items.file(replace(first, state="lost")) is None
    assert store.work_items.file(work_item(1)) is None, "a new one of the same name"
    assert store.work_items.file(replace(work_item(9), version=3)) is None, "a change of what is not there"
    assert store.work_items.item("request", first.id).state == "closed"


def test_work_items_are_paged_by_id_for_a_person_or_a_party(store):
    for number in range(5):
        store.work_items.file(
            replace(work_item(number), person=ANN if number % 2 else EVE, party=OTHER if number > 2 else TRIAL)
        )
    assert [p.id[-1] for p in store.work_items.items("request")] == [0, 1, 2, 3, 4]
    assert [p.id[-1] for p in store.work_items.items("request", person=ANN)] == [1, 3]
    assert [p.id[-1] for p in store.work_items.items("request", person=ANN, party=OTHER)] == [3]
    first = store.work_items.items("request", party=TRIAL, limit=2)
    assert [p.id[-1] for p in first + store.work_items.items("request", party=TRIAL, after=first[-1].id)] == [0, 1, 2]
    assert store.work_items.items("wish") == []


def test_due_work_items_come_longest_overdue_first(store):
    for number, due in enumerate((NOW + 1, NOW, 0, NOW - 9)):
        store.work_items.file(replace(work_item(number), due=due))
    assert [p.id[-1] for p in store.work_items.due("request", "open", NOW)] == [3, 1]
    assert store.work_items.due("request", "closed", NOW) == []
    assert len(store.work_items.due("request", "open", NOW, limit=1)) == 1


def test_a_discarded_work_item_is_gone_and_may_be_filed_anew(store):
    kept = store.work_items.file(work_item(1))
    store.work_items.discard("request", kept.id)
    store.work_items.discard("request", kept.id)
    assert store.work_items.item("request", kept.id) is None
    assert store.work_items.file(work_item(1)).version == 1


def test_of_many_who_change_the_same_version_one_wins(store):
    kept, won = store.work_items.file(work_item(1)), []
    start = threading.Barrier(8)

    def change(number):
        start.wait()
        if store.work_items.file(replace(kept, state=f"by {number}")):
            won.append(number)

    threads = [threading.Thread(target=change, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert store.work_items.item("request", kept.id).state == f"by {won[0]}"


def test_ids_sort_by_time_and_repeat_never():
    assert new_id(NOW) < new_id(NOW + 1)
    ids = [new_id(NOW) for _ in range(100)]
    assert ids == sorted(set(ids))


def test_two_ids_do_not_tell_how_many_were_made_between_them():
    first, second = (int.from_bytes(new_id(NOW)[8:14], "big") for _ in range(2))
    assert second - first != 1, "a part that counts the ids would tell a party how many others were asked"


def test_changed_work_items_are_found_by_whom_they_name(store):
    of_ann = store.work_items.file(work_item(1))
    of_eve = store.work_items.file(replace(work_item(2), person=EVE, party=OTHER, due=NOW + 1))
    store.work_items.file(replace(work_item(3), due=NOW - 9))
    store.work_items.file(replace(work_item(4), state="closed"))
    kinds, states = {"request", "wish"}, {"open"}
    assert store.work_items.changed_since(kinds, states, NOW, {ANN, "0x00"}) == [of_ann]
    assert store.work_items.changed_since(kinds, states, NOW, {OTHER}) == [of_eve]
    assert store.work_items.changed_since(kinds, states, NOW + 1, {ANN, EVE}) == [of_eve]
    assert store.work_items.changed_since({"wish"}, states, NOW, {ANN, EVE}) == []
    assert store.work_items.changed_since(kinds, states, NOW, set()) == []
