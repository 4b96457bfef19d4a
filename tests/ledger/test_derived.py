"""Derived records: built by consent, asked about as a whole, gone with what they rest on."""

from dataclasses import replace

import pytest

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.consent import Effect
from mydata_ledger.ledger.derived import derived_id
from mydata_ledger.ledger.errors import AccessDenied, InvalidStatement, KeyDestroyed, PayloadMissing, ReceiptRequired
from mydata_ledger.ledger.kernel import Upload
from mydata_ledger.ledger.receipt import ACCESS
from testing.ledger_fixture import LAB, NOW, VITALS, wallet
from tests.ledger.derived_world import RESEARCH, SUM, DerivedWorld, make, permit


@pytest.fixture
def world():
    """Ann has two records, a derived record, and a consent to the trial."""
    ledger = DerivedWorld()
    ledger.records = [ledger.number(3), ledger.number(4, VITALS)]
    ledger.turn_on()
    ledger.says(ledger.trial.address, [permit()])
    ledger.anchor()
    ledger.rebuild_due()
    return ledger


def receipts(world):
    size = world.store.log.head(ACCESS).size
    return [world.store.log.statement_at(ACCESS, position).signed.statement for position in range(size)]


def is_lost(world, cid):
    with pytest.raises(PayloadMissing):
        world.payloads.get(cid)
    return True


def test_i1_each_source_and_each_question_has_a_receipt(world):
    opened = [r for r in receipts(world) if r.requester == world.operator.address]
    assert {r.record_id for r in opened} == set(world.records)
    assert all(r.permitted and r.action == "compute" and r.purpose == SUM.purpose for r in opened)
    (one,) = world.computed()
    question = receipts(world)[-1]
    assert (question.record_id, question.category, question.permitted) == (world.held().record.id, "health.sum", True)
    assert question.data_subject == world.ann.signer
    assert one.open == set(world.records)


def test_without_a_consent_to_the_operator_nothing_is_opened():
    world = DerivedWorld()
    world.number(3)
    world.says(world.trial.address, [permit()])
    world.anchor()
    assert world.rebuild_due() == 0
    world.says("*", [permit(effect=Effect.FORBID)])
    assert world.rebuild_due() == 1
    assert (world.held(), receipts(world)) == (None, [])


def test_a_consent_that_is_not_on_chain_yet_is_looked_at_again():
    world = DerivedWorld()
    world.number(3)
    world.says(world.operator.address, [permit(LAB, purpose=SUM.purpose)])
    world.rebuild_due()
    assert world.held() is None
    world.anchor()
    world.clock.passes(5)
    world.anchor()
    world.rebuild_due()
    assert world.held().is_live


def test_building_again_makes_a_new_id_and_destroys_the_old_key(world):
    before = world.held().record
    world.number(5)
    world.rebuild_due()
    after = world.held().record
    assert after.id != before.id
    assert is_lost(world, before.cid)
    answer, receipt = world.ask(record=after)
    assert answer.decision.permitted
    with pytest.raises(KeyDestroyed):
        world.world.keys.rewrap(before.id, world.world.computer.public, permitting(world, before, receipt))
    assert {one.id for one in world.derived.held.versions(world.ann.signer)[0]} == {before.id, after.id}


def permitting(world, record, receipt):
    """A receipt that names another derived record, as the operator could sign it."""
    statement = replace(receipt.signed.statement, record_id=record.id, request_id=b"\7" * 32)
    return world.store.log.append([world.kernel.statements.sign_as_gateway(statement)], NOW)[0]


def test_an_id_commits_to_its_sources(world):
    record = world.held().record
    assert {source.record_id for source in record.sources} == set(world.records)
    assert derived_id(record.kind, record.salt, record.sources[::-1]) == record.id
    assert derived_id(record.kind, record.salt, record.sources[:1]) != record.id
    assert derived_id(record.kind, bytes(32), record.sources) != record.id


def test_erasing_a_source_destroys_what_was_derived_from_it_at_once(world):
    record = world.held().record
    world.erase(world.records[0])
    assert world.held() is None
    assert is_lost(world, record.cid)
    assert world.ask(record=record)[0].decision.reason == "no_record"
    world.rebuild_due()
    assert [source.record_id for source in world.held().record.sources] == world.records[1:]


def test_a_source_erased_while_it_is_built_is_in_no_derived_record(world):
    def erasing(opened, now):
        if len(opened) == 3:
            world.erase(opened[0].source.record_id)
        return make(opened, now)

    world.number(5)
    world.hear()
    world.derived.builds.work(SUM, erasing, 1)
    assert world.held() is None
    world.rebuild_due()
    assert world.records[0] not in {source.record_id for source in world.held().record.sources}
    assert len(world.held().record.sources) == 2


def test_i3_the_end_of_the_consent_to_the_operator_denies_at_once_and_destroys(world):
    record = world.held().record
    world.withdraws(world.operator)
    assert world.ask(record=record)[0].decision.reason == "no_record"
    assert world.derived.questions.own(SUM, world.ann.signer, world.world.computer.public) is None
    world.rebuild_due()
    assert world.held() is None
    assert is_lost(world, record.cid)


def test_a_narrowed_consent_to_the_operator_denies_until_it_is_built_again(world):
    world.turn_on(permit(LAB, purpose=SUM.purpose))
    assert not world.ask()[0].decision.permitted
    world.rebuild_due()
    assert world.ask()[0].sources == {world.records[0]}


def test_the_same_consent_again_opens_nothing_and_keeps_the_record(world):
    before, count = world.held().record, len(receipts(world))
    world.says(world.operator.address, [permit(*SUM.reads, purpose=SUM.purpose)])
    world.rebuild_due()
    assert not world.ask()[0].decision.permitted
    world.clock.passes(5)
    world.anchor()
    world.rebuild_due()
    assert (world.held().record, world.ask()[0].sources) == (before, set(world.records))
    assert len(receipts(world)) == count + 2


def test_a_wider_consent_builds_the_record_again_once_it_is_on_chain(world):
    world.turn_on(permit(LAB, purpose=SUM.purpose))
    world.rebuild_due()
    world.says(world.operator.address, [permit(*SUM.reads, purpose=SUM.purpose)])
    world.rebuild_due()
    assert world.held() is None
    world.clock.passes(5)
    world.anchor()
    world.rebuild_due()
    assert {source.record_id for source in world.held().record.sources} == set(world.records)


def test_a_narrower_consent_destroys_also_what_a_record_without_a_fact_was_opened_for(world):
    world.number("no number", VITALS)
    world.turn_on(permit(VITALS, LAB, purpose=SUM.purpose))
    world.erase(world.records[1])
    world.rebuild_due()
    assert [source.record_id for source in world.held().record.sources] == world.records[:1]
    world.says(world.operator.address, [permit(LAB, purpose=SUM.purpose)])
    world.rebuild_due()
    assert world.held() is None


def test_a_narrower_consent_destroys_the_record_before_it_is_on_chain(world):
    world.says(world.operator.address, [permit(LAB, purpose=SUM.purpose)])
    world.rebuild_due()
    assert world.held() is None


def test_a_consent_that_opens_a_record_without_a_fact_is_built_once(world):
    world.number("no number")
    world.rebuild_due()
    before, count = world.held().record, len(receipts(world))
    world.turn_on()
    world.rebuild_due()
    assert (world.held().record, len(receipts(world))) == (before, count)


def test_a_consent_that_ends_by_time_ends_the_derived_record():
    world = DerivedWorld()
    world.number(3)
    world.turn_on(permit(LAB, purpose=SUM.purpose, expires=NOW + 100))
    world.rebuild_due()
    assert world.held()
    world.clock.passes(100)
    world.anchor()
    assert world.rebuild_due() == 1
    assert world.held() is None


def test_stale_is_absent(world):
    for change in (lambda: world.number(5), lambda: world.number(6, supersedes=world.records[0])):
        record = world.held().record
        assert world.ask()[0].decision.permitted
        change()
        answer, receipt = world.ask(record=record)
        assert (answer.decision.permitted, receipt.signed.statement.reason) == (False, "no_record")
        assert world.computed() == []
        world.rebuild_due()
        assert world.ask()[0].decision.permitted


def test_records_of_other_categories_do_not_make_it_stale(world):
    world.number(5, "health.note")
    assert world.ask()[0].decision.permitted


def test_i2_only_sources_that_the_requester_may_compute_on_are_open(world):
    world.says(world.trial.address, [permit(VITALS)])
    world.anchor()
    assert world.ask()[0].sources == {world.records[1]}
    assert not world.ask(purpose="hl7:HMARKT")[0].decision.permitted
    assert not world.ask(world.insurer)[0].decision.permitted
    assert not world.ask(action="view")[0].decision.permitted
    world.withdraws(world.trial)
    assert not world.ask()[0].decision.permitted


@pytest.mark.parametrize("condition", ["once", "max-uses:9", "every-days:1", "redact:name", "mask:name"])
def test_a_condition_that_counts_or_withholds_closes_the_source(world, condition):
    world.says(world.trial.address, [permit(LAB, conditions=(condition,)), permit(VITALS)])
    world.anchor()
    assert world.ask()[0].sources == {world.records[1]}


def test_the_smallest_group_is_the_largest_of_the_consents(world):
    grants = (
        permit(LAB, conditions=("aggregate-only:7",)),
        permit(VITALS, conditions=("aggregate-only:9", "pseudonymise")),
    )
    world.says(world.trial.address, list(grants))
    world.anchor()
    assert world.computed()[0].least == 9


def test_a_refusal_of_its_own_category_counts(world):
    world.says(world.trial.address, [permit(), permit("health.sum", effect=Effect.FORBID)])
    world.anchor()
    answer, receipt = world.ask()
    assert (answer.decision.reason, receipt.signed.statement.permitted) == ("refused", False)
    assert world.computed() == []


def test_a_block_counts(world):
    everything = ("view", "copy", "transfer", "compute", "contact", "publish", "link")
    world.says("*", [permit("*", purpose="*", actions=everything, effect=Effect.FORBID)])
    assert world.ask()[0].decision.reason in {"blocked", "no_record"}
    assert world.computed() == []


def test_only_the_person_reads_it(world):
    key = envelope.generate_reader_key()
    own = world.derived.questions.own(SUM, world.ann.signer, key.public)
    assert own.fresh
    data_key = envelope.unwrap(own.wrapped_key, key, own.record.id)
    assert b": 3" in envelope.open_sealed(own.sealed, data_key, own.record.id).content
    assert receipts(world)[-1].reason == "own"
    assert world.derived.questions.own(SUM, world.trial.signer, key.public) is None
    assert not world.ask(world.ann, "mydata:SELF_VIEW")[0].decision.permitted
    world.number(5)
    assert not world.derived.questions.own(SUM, world.ann.signer, key.public).fresh


def test_i7_its_id_is_no_record_for_anybody(world):
    derived = world.held().record.id
    for requester in (world.trial, world.ann, world.operator):
        for category in ("health.sum", LAB):
            for record_id in (derived, b"\5" * 32):
                purpose = "mydata:SELF_VIEW" if requester is world.ann else RESEARCH
                with pytest.raises(AccessDenied):
                    world.reads(requester, record_id, category, purpose)
                assert receipts(world)[-1].reason == "no_record"
    refused = world.store.log.statement_at(ACCESS, world.store.log.head(ACCESS).size - 1)
    with pytest.raises(ReceiptRequired):
        world.world.keys.rewrap(derived, world.world.computer.public, refused)


def test_nobody_issues_a_record_of_its_category(world):
    upload = Upload(world.ann.signer, "health.sum", "application/json", b"7")
    with pytest.raises(InvalidStatement, match="derived"):
        world.kernel.records.issues.draft(world.hospital.address, [upload])


def test_a_person_who_cannot_be_built_holds_up_nobody(world):
    bob = wallet(77)
    world.number("broken", person=bob)
    world.consent_of(bob, world.operator.address, permit(LAB, purpose=SUM.purpose))
    world.number(5)
    assert world.rebuild_due() == 2
    assert (world.held(bob), len(world.held().record.sources)) == (None, 3)
    assert world.rebuild_due() == 0
    world.clock.passes(5)
    world.anchor()
    assert world.rebuild_due() == 1


def test_a_clock_that_goes_back_delays_nothing(world):
    world.number(5)
    world.clock.passes(-9_000)
    world.anchor()
    assert world.rebuild_due() == 1
    assert len(world.held().record.sources) == 3


def test_a_suspended_party_gets_nothing(world):
    world.expire(world.trial)
    assert world.computed() == []
    assert not world.ask()[0].decision.permitted


def test_an_end_that_no_statement_says_is_found_by_the_sweep(world):
    world.rebuild_due()
    assert world.derived.builds.sweep(SUM, 10) == 0
    world.expire(world.operator)
    assert world.derived.builds.sweep(SUM, 10) == 1
    world.derived.builds.work(SUM, make, 10)
    assert world.held() is None


def test_a_crash_between_plan_and_payload_leaves_no_key(world):
    before, crashed = world.held().record, []

    def fail(sealed):
        crashed.append(sealed)
        raise OSError("no power")

    world.number(5)
    world.hear()
    put, world.payloads.put_many = world.payloads.put_many, fail
    with pytest.raises(OSError, match="no power"):
        world.derived.builds.work(SUM, make, 1)
    world.payloads.put_many = put
    planned = world.held()
    assert not planned.is_live
    assert world.computed() == []
    world.rebuild_due()
    keys = world.world.keys._keys
    assert crashed
    assert before.id not in keys
    assert planned.record.id not in keys
    assert world.held().record.id in keys


def test_a_restored_backup_of_the_keys_opens_nothing_that_is_gone(world):
    before, keys = world.held().record, world.world.keys._keys
    backup = dict(keys)
    world.number(5)
    world.rebuild_due()
    keys.update(backup)
    assert before.id in keys
    assert world.derived.records.destroy_again() == 1
    assert before.id not in keys
    assert world.computed()


def test_the_builds_of_the_operator_fill_no_inbox(world):
    world.kernel.log_consumer.consume()
    world.computed()
    world.kernel.log_consumer.consume()
    used = [item for item in world.kernel.queries.work_items("message", limit=100) if item.body["event"] == "data.used"]
    assert len(used) == 1


def test_the_end_of_retention_destroys_what_was_derived_at_its_second():
    world = DerivedWorld()
    world.number(3)
    world.turn_on(permit(LAB, purpose=SUM.purpose, conditions=(f"retain-until:{NOW + 100}",)))
    world.anchor()
    world.clock.passes(5)
    world.rebuild_due()
    record = world.held().record
    world.clock.passes(95)
    world.rebuild_due()
    assert world.held() is None
    assert is_lost(world, record.cid)
