"""A stream of releases: each as the same question alone would give it, in steps that are bounded by bytes."""

import tracemalloc
from dataclasses import replace

import pytest

from mydata_ledger.anchors.blockstore import BlockPayloads, Blocks
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.commitment import disclosure
from mydata_ledger.ledger.consent import Effect
from mydata_ledger.ledger.errors import InvalidStatement, MalformedInput, PayloadMissing, ReceiptRequired, UnknownTerm
from mydata_ledger.ledger.kernel import Bounds, Upload
from mydata_ledger.ledger.kernel.decisions import search, streams
from mydata_ledger.ledger.receipt import AccessReceipt
from testing.ledger_fixture import LAB, VITALS, LedgerFixture
from testing.population import COMPUTE, consent_all, issue_all, people, withdraw
from testing.stores import open_store
from tests.ledger.test_computing import erase
from tests.ledger.test_group_opening import on_disk

PURPOSE = "hl7:CLINTRCH"
VIEW = replace(COMPUTE, purposes=(PURPOSE,), actions=("view",))


@pytest.fixture(params=["memory", "sqlite"])
def world(request, tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'ledger.db'}") if request.param == "sqlite" else None
    return LedgerFixture(store=store)


def upload(person, content, media_type="application/json", category=LAB):
    return Upload(person.signer, category, media_type, content)


def crowded(world, count=6, *grants):
    """People with two records each who consent that the trial views them; returns wallets and record ids."""
    persons = people(count)
    ids = issue_all(
        world, [upload(p, b'{"name":"Kim %d","value":%d}' % (n, m)) for m in range(2) for n, p in enumerate(persons)]
    )
    consent_all(world, persons, world.trial, *(grants or [VIEW]))
    world.anchor()
    return persons, ids


def released(world, category=LAB, action="view", requester=None, **more):
    requester = requester or world.trial
    return world.kernel.decisions.streams.released(requester.address, category, PURPOSE, action, **more)


def opened(world, release):
    reader, record_id = world.reader_keys[world.trial.address], release.record.issue.record_id
    return envelope.open_sealed(release.sealed, envelope.unwrap(release.wrapped_key, reader, record_id), record_id)


def receipts(world):
    logged = [each.signed.statement for each in world.store.index.receipts_by(world.trial.address, -1, 1_000)]
    return [one.record_id for one in logged if isinstance(one, AccessReceipt) and one.permitted and any(one.record_id)]


def test_i6_the_stream_equals_the_single_releases(world):
    _, ids = crowded(world)
    stream = {one.record.issue.record_id: one for one in released(world)}
    assert sorted(receipts(world)) == sorted(ids) == sorted(stream)
    for record_id, one in stream.items():
        alone = world.reads(world.trial, record_id)
        assert opened(world, one) == opened(world, alone)
        assert (one.record, one.obligations, one.pseudonym) == (alone.record, alone.obligations, alone.pseudonym)
        assert one.receipt.signed.statement.record_id == record_id


def test_the_records_of_one_person_follow_one_another(world):
    crowded(world)
    persons = [one.record.issue.data_subject for one in released(world)]
    assert len(list(dict.fromkeys(persons))) == sum(a != b for a, b in zip([b"", *persons], persons, strict=False))


def test_what_a_consent_withholds_is_withheld_here_too(world):
    persons, ids = crowded(world, 3, replace(VIEW, conditions=("redact:name", "pseudonymise")))
    stream = list(released(world))
    assert len(stream) == len(ids)
    for one in stream:
        content = opened(world, one)
        assert content.media_type == disclosure.MEDIA_TYPE
        assert b"Kim" not in content.content
    assert len({one.pseudonym for one in stream}) == len(persons)
    alone = world.reads(world.trial, ids[0])
    assert alone.pseudonym in {one.pseudonym for one in stream}


def test_a_record_of_which_nothing_may_be_disclosed_is_left_out(world):
    persons = people(2)
    issue_all(world, [upload(persons[0], b"Kim, 1970", "text/plain"), upload(persons[1], b'{"a":1,"name":"Kim"}')])
    consent_all(world, persons, world.trial, replace(VIEW, conditions=("redact:name",)))
    world.anchor()
    assert [one.record.issue.data_subject for one in released(world)] == [persons[1].signer]


def test_i3_a_consent_that_is_withdrawn_while_it_streams_is_left_out_from_the_next_step_on(world):
    persons, _ = crowded(world)
    stream = released(world)
    first = [next(stream) for _ in range(3)]
    seen = {one.record.issue.data_subject for one in first}
    other = [person for person in persons if person.signer not in seen]
    for person in other:
        withdraw(world, person, world.trial)
    rest = {one.record.issue.data_subject for one in stream}
    assert rest.isdisjoint({person.signer for person in other})


@pytest.mark.parametrize("suspended", [True, False])
def test_a_party_that_is_suspended_while_it_streams_gets_nothing_more(world, suspended):
    _, ids = crowded(world)
    stream = released(world)
    first = [next(stream) for _ in range(3)]
    if suspended:
        world.expire(world.trial)
    assert len(first) + len(list(stream)) == (3 if suspended else len(ids))
    assert len(receipts(world)) == (3 if suspended else len(ids))


def test_a_record_that_is_erased_while_it_streams_is_left_out(world):
    persons, ids = crowded(world)
    stream = released(world)
    first = {next(stream).record.issue.record_id for _ in range(3)}
    number = next(n for n, each in enumerate(ids) if each not in first)
    erase(world, persons[number % 6], ids[number])
    assert len(first) + len(list(stream)) == len(ids) - 1


def test_a_missing_payload_ends_the_stream_with_an_error(world):
    _, ids = crowded(world)
    world.payloads.remove(world.store.index.record(ids[4]).issue.cid)
    with pytest.raises(PayloadMissing):
        list(released(world))


def test_a_record_that_is_too_large_to_be_read_whole_is_released_as_a_stream_of_its_own(world):
    persons = people(1)
    issue_all(world, [upload(persons[0], b"1" * 5_000, "text/plain")])
    consent_all(world, persons, world.trial, VIEW)
    world.anchor()
    world.rebuild(bounds=Bounds(record_bytes=1_000))
    (one,) = released(world)
    assert one.sealed is None
    assert one.wrapped_key


def test_forbidden_records_and_strangers_find_nothing(world):
    persons, _ = crowded(world, 2)
    other = people(3)[2:]
    issue_all(world, [upload(other[0], b"3"), upload(other[0], b"4", category=VITALS)])
    consent_all(world, other, world.trial, VIEW, replace(VIEW, effect=Effect.FORBID, categories=(LAB,)))
    world.anchor()
    assert len(list(released(world))) == 2 * len(persons)
    assert list(released(world, requester=world.insurer)) == []


@pytest.mark.parametrize("action", ["compute", "contact", "publish", "no such"])
def test_an_action_that_releases_no_record_is_refused(world, action):
    with pytest.raises(InvalidStatement):
        next(released(world, action=action))


def test_bad_input_is_refused_before_anything_is_asked(world):
    crowded(world, 1)
    with pytest.raises(UnknownTerm):
        next(released(world, "no.such"))
    with pytest.raises(InvalidStatement, match="reader_key"):
        next(released(world, requester=world.ann))
    with pytest.raises(MalformedInput):
        next(released(world, requester=world.ann, reader_key=b"\x01"))
    assert receipts(world) == []


def test_a_step_is_bounded_by_count_and_by_bytes(world, monkeypatch):
    crowded(world, 20)
    steps, answer_soon = [], world.kernel.decisions.evaluation.answer_soon
    monkeypatch.setattr(
        type(world.kernel.decisions.evaluation),
        "answer_soon",
        lambda _, questions: steps.append(len(questions)) or answer_soon(questions),
    )
    monkeypatch.setattr(streams, "AT_ONCE", 9)
    assert len(list(released(world))) == 40
    assert steps == [1, 2, 4, 8, 9, 9, 7]
    steps.clear()
    size = len(next(released(world)).sealed)
    steps.clear()
    monkeypatch.setattr(streams, "STEP_BYTES", 3 * size)
    assert len(list(released(world))) == 40
    assert max(steps) <= 3


def test_who_waits_for_minutes_in_a_step_asks_again(tmp_path):
    world = on_disk(tmp_path)
    crowded(world, 6)
    stream = released(world)
    for _ in range(2):
        next(stream)
    world.clock.passes(301)
    world.anchor()
    with pytest.raises(ReceiptRequired, match="too old"):
        list(stream)
    assert len(list(released(world))) == 12


def test_memory_does_not_grow_with_the_number_of_records(tmp_path, monkeypatch):
    world, size = LedgerFixture(store=open_store(f"sqlite:///{tmp_path / 'ledger.db'}")), 200_000
    world.rebuild(payloads=BlockPayloads(Blocks(tmp_path / "blocks")))
    monkeypatch.setattr(search, "FOUND_AT_ONCE", 10)
    persons = people(40)
    issue_all(world, [upload(person, b"%05d" % n * (size // 5), "text/plain") for n, person in enumerate(persons)])
    consent_all(world, persons, world.trial, VIEW)
    world.anchor()
    next(released(world))
    tracemalloc.start()
    assert sum(len(one.sealed) for one in released(world)) >= 40 * size
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 8 * size
