"""Computing over many records: what may be opened, and nothing else, in groups, each record by its own receipt."""

import tracemalloc
from dataclasses import replace
from itertools import groupby

import pytest

from mydata_ledger.anchors.blockstore import BlockPayloads, Blocks
from mydata_ledger.ledger.consent import Effect
from mydata_ledger.ledger.errors import PayloadMissing, UnknownTerm
from mydata_ledger.ledger.kernel import Upload
from mydata_ledger.ledger.kernel.decisions import compute, group_opening, search
from mydata_ledger.ledger.receipt import AccessReceipt
from mydata_ledger.ledger.vocabulary import Term, Vocabulary
from testing.ledger_fixture import CATALOG, LAB, VITALS, LedgerFixture
from testing.population import COMPUTE, consent_all, issue_all, people, withdraw
from testing.stores import open_store

PURPOSE, BLOOD = "hl7:HMARKT", "health.lab.blood"
WORDS = Vocabulary([replace(CATALOG, categories={**CATALOG.categories, BLOOD: Term("Blood", "혈액")})])


@pytest.fixture(params=["memory", "sqlite"])
def world(request, tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'ledger.db'}") if request.param == "sqlite" else None
    return LedgerFixture(WORDS, store)


@pytest.fixture
def in_threes(monkeypatch):
    for module, name in ((search, "FOUND_AT_ONCE"), (compute, "GROUP"), (group_opening, "GROUP")):
        monkeypatch.setattr(module, name, 3)


def upload(person, category, content=b"1", media_type="application/json"):
    return Upload(person.signer, category, media_type, content)


def crowded(world, count=5):
    """People with three records each, in turn of two categories, who consent; returns wallets and record ids."""
    persons = people(count)
    ids = issue_all(
        world,
        [upload(p, [LAB, VITALS][(n + m) % 2], b"%d" % (10 * n + m)) for m in range(3) for n, p in enumerate(persons)],
    )
    consent_all(world, persons, world.merchant)
    world.anchor()
    return persons, ids


def opened(world, *categories, requester=None):
    return world.kernel.decisions.computation.records((requester or world.merchant).address, categories, PURPOSE)


def receipts(world, permitted=True):
    logged = [each.signed.statement for each in world.store.index.receipts_by(world.merchant.address, -1, 1_000)]
    return [
        one for one in logged if isinstance(one, AccessReceipt) and one.permitted == permitted and any(one.record_id)
    ]


@pytest.mark.usefixtures("in_threes")
def test_several_categories_of_one_person_come_together(world):
    persons, _ = crowded(world)
    found = list(opened(world, VITALS, LAB))
    assert sorted(one.content for one in found) == sorted(b"%d" % (10 * n + m) for n in range(5) for m in range(3))
    by_person = [(person, list(theirs)) for person, theirs in groupby(found, lambda one: one.data_subject)]
    assert {person for person, _ in by_person} == {person.signer for person in persons}
    assert [len(theirs) for _, theirs in by_person] == [3] * 5
    assert all({one.category for one in theirs} == {LAB, VITALS} for _, theirs in by_person)


@pytest.mark.usefixtures("in_threes")
def test_i1_every_opened_record_has_a_receipt_of_its_own(world):
    _, ids = crowded(world)
    assert len(list(opened(world, LAB, VITALS))) == 15
    assert sorted(one.record_id for one in receipts(world)) == sorted(ids)
    assert {(one.action, one.purpose) for one in receipts(world)} == {("compute", PURPOSE)}


@pytest.mark.parametrize("categories", [(LAB, BLOOD), (BLOOD, LAB), (LAB, LAB), (BLOOD, LAB, BLOOD)])
def test_no_record_is_asked_about_twice_where_one_category_covers_another(world, categories):
    persons = people(3)
    ids = issue_all(world, [upload(person, category) for person in persons for category in (LAB, BLOOD)])
    consent_all(world, persons, world.merchant)
    world.anchor()
    assert [one.category for one in opened(world, *categories)].count(BLOOD) == 3
    assert sorted(one.record_id for one in receipts(world)) == sorted(ids)


def test_nothing_is_opened_before_it_is_read_and_no_category_finds_nothing(world):
    crowded(world)
    opened(world, LAB)
    assert list(opened(world)) == []
    assert receipts(world) == receipts(world, permitted=False) == []


def test_an_unknown_category_is_refused(world):
    with pytest.raises(UnknownTerm):
        next(opened(world, LAB, "no.such"))


@pytest.mark.usefixtures("in_threes")
def test_i3_a_consent_that_is_withdrawn_between_two_groups_opens_nothing_more(world):
    persons, _ = crowded(world)
    found = opened(world, LAB, VITALS)
    before = [next(found) for _ in range(3)]
    for person in persons:
        withdraw(world, person, world.merchant)
    assert list(found) == []
    assert len(before) == len(receipts(world)) == 3


@pytest.mark.usefixtures("in_threes")
def test_i3_one_person_s_withdrawal_ends_theirs_alone(world):
    persons, _ = crowded(world)
    found = opened(world, LAB, VITALS)
    first = [next(found) for _ in range(3)]
    other = next(person for person in persons if person.signer not in {one.data_subject for one in first})
    withdraw(world, other, world.merchant)
    rest = list(found)
    assert other.signer not in {one.data_subject for one in rest}
    assert len(first) + len(rest) == 12


@pytest.mark.usefixtures("in_threes")
def test_a_party_that_is_suspended_while_it_computes_gets_nothing_more(world):
    crowded(world)
    found = opened(world, LAB, VITALS)
    assert len([next(found) for _ in range(3)]) == 3
    world.expire(world.merchant)
    assert list(found) == []
    assert len(receipts(world)) == 3


def erase(world, person, record_id):
    (draft,) = world.kernel.records.erasures.draft(person.signer, [record_id])
    world.kernel.records.erasures.accept([(draft.statement, world.sign(person, draft.statement))])


@pytest.mark.usefixtures("in_threes")
def test_a_record_that_is_erased_in_the_middle_is_left_out(world):
    persons, ids = crowded(world)
    found = opened(world, LAB, VITALS)
    first = [next(found) for _ in range(3)]
    questioned = {one.record_id for one in receipts(world)}
    later = next(number for number, each in enumerate(ids) if each not in questioned)
    erase(world, persons[later % 5], ids[later])
    rest = list(found)
    assert len(first) + len(rest) == 14
    assert ids[later] not in {one.record_id for one in receipts(world)}


def test_a_key_that_is_destroyed_after_the_receipt_leaves_its_record_out(world):
    _, ids = crowded(world)
    world.world.keys.destroy(ids[4])
    assert len(list(opened(world, LAB, VITALS))) == 14
    assert ids[4] in {one.record_id for one in receipts(world)}


@pytest.mark.usefixtures("in_threes")
def test_a_missing_payload_is_no_silent_gap(world):
    _, ids = crowded(world)
    world.payloads.remove(world.store.index.record(ids[7]).issue.cid)
    with pytest.raises(PayloadMissing):
        list(opened(world, LAB, VITALS))


def test_a_forbidden_category_and_a_stranger_find_nothing(world):
    persons, _ = crowded(world, 2)
    forbid = replace(COMPUTE, effect=Effect.FORBID, categories=(LAB,))
    other = people(3)[2:]
    issue_all(world, [upload(other[0], LAB, b"3"), upload(other[0], VITALS, b"4")])
    consent_all(world, other, world.merchant, COMPUTE, forbid)
    world.anchor()
    found = list(opened(world, LAB, VITALS))
    assert [one.content for one in found if one.data_subject == other[0].signer] == [b"4"]
    assert len(found) == 3 * len(persons) + 1
    assert list(opened(world, LAB, VITALS, requester=world.trial)) == []


def test_the_bound_of_each_consent_comes_with_its_records(world):
    persons = people(2)
    issue_all(world, [upload(person, LAB) for person in persons])
    consent_all(world, persons[:1], world.merchant, replace(COMPUTE, conditions=("aggregate-only:9",)))
    consent_all(world, persons[1:], world.merchant)
    world.anchor()
    assert {one.data_subject: one.least for one in opened(world, LAB)} == {
        persons[0].signer: 9,
        persons[1].signer: 1,
    }


def test_a_use_is_counted_for_each_record_once(world):
    persons = people(2)
    issue_all(world, [upload(person, LAB) for person in persons for _ in range(2)])
    consent_all(world, persons, world.merchant, replace(COMPUTE, conditions=("max-uses:1",)))
    world.anchor()
    assert len(list(opened(world, LAB))) == 2, "one use for each of the two consents"
    assert list(opened(world, LAB)) == []


def test_memory_does_not_grow_with_the_number_of_records(tmp_path):
    world, size = LedgerFixture(store=open_store(f"sqlite:///{tmp_path / 'ledger.db'}")), 100_000
    world.rebuild(payloads=BlockPayloads(Blocks(tmp_path / "blocks")))
    persons = people(20)
    issue_all(
        world, [upload(p, LAB, b"%03d" % (100 + n) * (size // 3), "text/plain") for n in range(4) for p in persons]
    )
    consent_all(world, persons, world.merchant)
    world.anchor()
    next(opened(world, LAB))
    tracemalloc.start()
    assert sum(len(one.content) for one in opened(world, LAB)) >= 79 * size
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 4 * group_opening.WAITING * size < 80 * size


@pytest.mark.parametrize("content", [b"[1,2]", b'"text"', b"7"])
def test_json_that_is_no_object_is_left_out_where_the_person_must_be_hidden(world, content):
    persons = people(3)
    issue_all(world, [upload(person, LAB, content if n == 1 else b'{"n":%d}' % n) for n, person in enumerate(persons)])
    grant = replace(COMPUTE, conditions=("pseudonymise", "redact:name"))
    consent_all(world, persons, world.merchant, grant)
    world.anchor()
    assert sorted(one.content for one in opened(world, LAB)) == [b'{"n":0}', b'{"n":2}']
