"""Erasure of a record: the rule no longer knows it, its key is destroyed despite any crash, and its certificate
verifies.
"""

from contextlib import contextmanager
from dataclasses import replace

import pytest

from mydata_ledger.ledger.errors import (
    AccessDenied,
    InvalidStatement,
    KeyDestroyed,
    NotFound,
    ReceiptRequired,
    SignatureInvalid,
    SourceUnavailable,
    TooLarge,
)
from mydata_ledger.ledger.merkle import verify_inclusion
from mydata_ledger.ledger.receipt import ACCESS, RECORDS
from mydata_ledger.ledger.record import key_id
from testing.ledger_fixture import LAB, NOW, LedgerFixture, wallet
from testing.stores import open_store


@pytest.fixture(params=["memory", "database"])
def world(request, tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/ledger.db") if request.param == "database" else None
    return LedgerFixture(store=store)


def erases(world, *records, who=None, **wrong):
    signer = who or world.ann
    drafts = world.kernel.records.erasures.draft(signer.signer, list(records) or None)
    erasure = [replace(draft.statement, **wrong) for draft in drafts]
    return world.kernel.records.erasures.accept([(one, world.sign(signer, one)) for one in erasure])


def cid_of(world, record):
    return world.store.index.record(record).issue.cid


@pytest.fixture
def record(world):
    record = world.issued(LAB)
    world.consents(world.trial, LAB)
    world.anchor()
    assert world.permits(world.trial, record)
    return record


@pytest.mark.parametrize("who", ["ann", "hospital"])
def test_who_it_is_about_and_who_issued_it_may_erase_it(world, record, who):
    erases(world, record, who=getattr(world, who))
    assert world.store.index.record(record).erased
    decision, _ = world.kernel.decisions.evaluation.ask(world.asks(world.trial, record))
    assert decision.reason == "no_record"
    with pytest.raises(AccessDenied):
        world.reads(world.trial, record)


def test_an_old_permit_releases_nothing_any_more(world, record):
    _, receipt = world.kernel.decisions.evaluation.ask(world.asks(world.trial, record))
    key = world.reader_keys[world.trial.address].public
    assert world.world.keys.rewrap(record, key, receipt)
    erases(world, record)
    with pytest.raises(KeyDestroyed):
        world.world.keys.rewrap(record, key, receipt)


def test_a_search_receipt_never_releases_a_key(world, record):
    world.kernel.decisions.record_questions.actions(world.trial.address, record, "hl7:CLINTRCH")
    receipt = world.store.log.statement_at(ACCESS, world.store.log.head(ACCESS).size - 1)
    assert (receipt.signed.statement.permitted, receipt.signed.statement.record_id) == (True, record)
    with pytest.raises(ReceiptRequired):
        world.world.keys.rewrap(record, world.reader_keys[world.trial.address].public, receipt)


def test_the_payload_is_unpinned(world, record):
    cid = cid_of(world, record)
    erases(world, record)
    assert cid not in world.payloads.blocks


def test_the_certificate_is_for_those_it_concerns(world, record):
    with pytest.raises(NotFound):
        world.kernel.records.erasures.certificate(world.ann.signer, record)
    (logged,) = erases(world, record)
    world.anchor()
    for who in (world.ann, world.hospital):
        erasure, issue = world.kernel.records.erasures.certificate(who.signer, record)
        assert erasure.logged == logged
        assert issue.logged.signed.statement.record_id == record
        entry = erasure.logged.signed.entry
        verify_inclusion(entry.leaf, erasure.logged.position, erasure.head, erasure.path)
    with pytest.raises(NotFound):
        world.kernel.records.erasures.certificate(world.trial.signer, record)


def test_i10_erasing_again_changes_nothing(world, record):
    drafts = world.kernel.records.erasures.draft(world.ann.signer, [record])
    signed = [(drafts[0].statement, world.sign(world.ann, drafts[0].statement))]
    first = world.kernel.records.erasures.accept(signed)
    assert world.kernel.records.erasures.accept(signed) == first
    assert world.store.log.head(RECORDS).size == 2
    with pytest.raises(NotFound):
        world.kernel.records.erasures.draft(world.ann.signer, [record])


def test_everything_of_a_person_goes_in_one_call(world, record):
    others = [world.issued(LAB, b'{"n":%d}' % number) for number in range(3)]
    erases(world)
    assert all(world.store.index.record(one).erased for one in [record, *others])
    assert world.kernel.records.erasures.draft(world.ann.signer) == []


@pytest.mark.parametrize("who", ["trial", "responder"])
def test_i7_others_cannot_erase_and_do_not_learn_what_exists(world, record, who):
    for wanted in (record, bytes(32)):
        with pytest.raises(NotFound):
            world.kernel.records.erasures.draft(getattr(world, who).signer, [wanted])


@pytest.mark.parametrize(
    "wrong", [{"cid": "bafy"}, {"key_id": bytes(32)}, {"erased_at": NOW - 4_000}, {"erased_at": NOW + 400}]
)
def test_an_erasure_that_does_not_fit_is_refused_and_nothing_is_lost(world, record, wrong):
    with pytest.raises(InvalidStatement):
        erases(world, record, **wrong)
    assert world.permits(world.trial, record)


def test_a_forged_erasure_is_refused(world, record):
    (draft,) = world.kernel.records.erasures.draft(world.ann.signer, [record])
    with pytest.raises(SignatureInvalid):
        world.kernel.records.erasures.accept([(draft.statement, world.sign(wallet(99), draft.statement))])
    assert world.permits(world.trial, record)


def test_bounds(world, record):
    with pytest.raises(TooLarge):
        world.kernel.records.erasures.draft(world.ann.signer, [])
    with pytest.raises(TooLarge):
        world.kernel.records.erasures.accept([])
    with pytest.raises(TooLarge):
        world.kernel.records.erasures.draft(world.ann.signer, [bytes([n // 256, n % 256]) * 16 for n in range(1_001)])


class Crash(Exception):
    """The power fails."""


def crash(*_, **__):
    raise Crash


@contextmanager
def failing(owner, name, how=crash):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, how)
        yield


@pytest.mark.parametrize("at_time", ["append", "destroy", "remove", "file"])
def test_i9_a_crash_at_any_line_is_finished_at_the_next_turn(world, record, at_time):
    cid, ports = cid_of(world, record), world.world
    (draft,) = world.kernel.records.erasures.draft(world.ann.signer, [record])
    signed = [(draft.statement, world.sign(world.ann, draft.statement))]
    owner = {"append": ports.log, "destroy": ports.keys, "remove": ports.payloads, "file": ports.work_items}[at_time]
    with failing(owner, at_time), pytest.raises(Crash):
        world.kernel.records.erasures.accept(signed)
    world.kernel.records.erasures.finish()
    accepted = at_time in {"destroy", "remove"}
    assert world.store.index.record(record).erased is accepted
    assert (cid not in world.payloads.blocks) is accepted
    if not accepted:
        assert world.permits(world.trial, record), "what the log did not accept did not happen"
    world.kernel.records.erasures.accept(signed)
    world.anchor()
    assert world.kernel.records.erasures.certificate(world.ann.signer, record)
    assert world.kernel.records.erasures.finish() == 0
    with pytest.raises(AccessDenied):
        world.reads(world.trial, record)


def test_a_service_that_does_not_answer_leaves_the_rest_to_the_next_turn(world, record):
    with failing(world.world.payloads, "remove", _unavailable), pytest.raises(SourceUnavailable):
        erases(world, record)
    assert world.store.index.record(record).erased
    assert world.kernel.records.erasures.finish() == 1


def _unavailable(_):
    raise SourceUnavailable("not now")


def test_a_plan_that_was_never_logged_is_deleted(world, record):
    with failing(world.store.log, "append"), pytest.raises(Crash):
        erases(world, record)
    world.clock.passes(3_601)
    world.store.anchoring.touch(world.clock.now())
    world.kernel.records.erasures.finish()
    assert world.store.work_items.item("erasure", record) is None


def test_a_restored_backup_recovers_nothing(world, record):
    key = world.world.keys._keys[record]
    erases(world, record)
    world.world.keys._keys[record] = key
    assert world.kernel.records.erasures.destroy_again() == 1
    assert record not in world.world.keys._keys


def test_a_keys_name_reveals_nothing_about_the_key(world, record):
    assert world.world.keys.destroy(record) == key_id(record)
    assert len(key_id(record)) == 32
