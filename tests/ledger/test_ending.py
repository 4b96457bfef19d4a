"""Everything that rested on a consent ends with it, however it ends, and the person gets the list."""

from dataclasses import replace

import pytest

from mydata_ledger.ledger.commitment.entry import NO_LOCK, RevocationMark
from mydata_ledger.ledger.kernel import DelegateAppointment, EndedItem
from testing.ledger_fixture import LAB, NOW, VITALS, LedgerFixture, wallet
from testing.stores import open_store

BEN = wallet(80)


@pytest.fixture(params=["memory", "database"])
def world(request, tmp_path):
    return LedgerFixture(store=open_store(f"sqlite:///{tmp_path}/ledger.db") if request.param == "database" else None)


def consents(world, grantee, category=LAB):
    logged = world.consents(grantee, category)
    world.anchor()
    return logged.signed.entry.entry


def linked(world, *entries, reference="a", kind="link"):
    world.kernel.consents.endings.rests_on(entries, kind, reference, "0xreader")


def rests(world, *entries, reference="a", kind="link"):
    return world.kernel.consents.endings.still_stands(entries, kind, reference)


def test_a_withdrawal_ends_what_rested_on_the_consent_and_names_it(world):
    record = world.issued(LAB)
    entry, other = consents(world, world.trial), consents(world, world.insurer)
    linked(world, entry)
    linked(world, entry, reference="b", kind="export")
    linked(world, other, reference="c")
    for _ in range(2):
        world.reads(world.trial, record)
    ended = world.kernel.consents.endings.ended_by(world.withdraws(world.trial))
    assert sorted(ended, key=lambda one: one.reference) == [
        EndedItem("wrapped_key", "0x" + record.hex(), world.trial.address, NOW),
        EndedItem("link", "a", "0xreader", NOW),
        EndedItem("export", "b", "0xreader", NOW),
    ]
    assert [rests(world, entry), rests(world, entry, reference="b", kind="export")] == [False, False]
    assert rests(world, other, reference="c")


def test_a_consent_to_a_party_that_is_no_longer_accredited_can_be_withdrawn(world):
    entry, name = consents(world, world.trial), world.store.directory.party(world.trial.address).name
    world.store.directory.change_parties({world.trial.address: None})
    withdrawn = world.withdraws(world.trial).signed.statement
    assert (withdrawn.consent, withdrawn.grantee_name) == (entry, name)
    assert world.store.index.consent(entry).revoked


def test_what_rests_on_two_consents_ends_with_the_first(world):
    both = (consents(world, world.trial), consents(world, world.insurer))
    linked(world, *both)
    assert rests(world, *both)
    world.withdraws(world.insurer)
    assert not rests(world, *both)


def test_a_consent_replaced_by_the_next_version_ends_what_rested_on_it(world):
    entry = consents(world, world.trial)
    linked(world, entry)
    later = world.consents(world.trial, VITALS)
    assert world.kernel.consents.endings.ended_by(later) == [EndedItem("link", "a", "0xreader", NOW)]
    assert not rests(world, entry)


def test_i3_a_consent_that_the_chain_ended_without_us_carries_nothing(world):
    entry = consents(world, world.trial)
    linked(world, entry)
    world.store.anchoring.revealed([RevocationMark(entry, NO_LOCK, 9)])
    assert not rests(world, entry)


def test_i9_a_crash_between_the_withdrawal_and_its_effects_is_repaired(world):
    entry = consents(world, world.trial)
    linked(world, entry)
    logged = world.withdraws(world.trial)
    assert not rests(world, entry), "before anything was ended"
    world.kernel.log_consumer.consume()
    assert world.kernel.consents.endings.ended_by(logged) == [EndedItem("link", "a", "0xreader", NOW)], (
        "said again, answered again"
    )


def test_what_nobody_noted_or_another_noted_does_not_stand(world):
    entry = consents(world, world.trial)
    linked(world, entry)
    assert not rests(world, entry, reference="b")
    assert not rests(world, entry, kind="export")


def test_the_end_of_a_delegation_ends_what_the_delegate_signed_and_what_rested_on_it(world):
    naming = DelegateAppointment(
        world.ann.signer, world.ann.signer, BEN.signer, "Ben", "representative", (LAB,), 0, NOW + 99
    )
    draft = world.kernel.consents.delegations.draft(naming)
    world.kernel.consents.delegations.accept(draft.statement, world.sign(world.ann, draft.statement))
    world.anchor()
    draft = world.draft(world.trial.address, [world.grant(LAB)])
    statement = replace(draft.statement, signer=BEN.signer)
    logged = world.kernel.consents.acceptance.accept(statement, world.sign(BEN, statement))
    world.anchor()
    entry = logged.signed.entry.entry
    linked(world, entry)
    end = world.kernel.consents.delegations.draft_end(world.ann.signer, BEN.signer)
    ended = world.kernel.consents.endings.ended_by(
        world.kernel.consents.revocations.accept(end.statement, world.sign(world.ann, end.statement))
    )
    assert ended == [
        EndedItem("consent", "0x" + entry.hex(), world.trial.address, NOW),
        EndedItem("link", "a", "0xreader", NOW),
    ]
    assert not rests(world, entry)


def named(world, *categories):
    naming = DelegateAppointment(
        world.ann.signer, world.ann.signer, BEN.signer, "Ben", "representative", categories, 0, NOW + 9_000
    )
    draft = world.kernel.consents.delegations.draft(naming)
    world.kernel.consents.delegations.accept(draft.statement, world.sign(world.ann, draft.statement))
    world.anchor()
    world.clock.passes(1)


def signed_by_ben(world, grantee):
    draft = world.draft(grantee.address, [world.grant(LAB)])
    statement = replace(draft.statement, signer=BEN.signer)
    entry = world.kernel.consents.acceptance.accept(statement, world.sign(BEN, statement)).signed.entry.entry
    world.clock.passes(1)
    world.anchor()
    return "0x" + entry.hex()


def end_delegation(world):
    end = world.kernel.consents.delegations.draft_end(world.ann.signer, BEN.signer)
    return world.kernel.consents.revocations.accept(end.statement, world.sign(world.ann, end.statement))


def consents_ended(world, logged):
    return [one.reference for one in world.kernel.consents.endings.ended_by(logged) if one.kind == "consent"]


def test_the_end_of_a_delegation_names_only_what_it_ended(world):
    named(world, LAB)
    signed_by_ben(world, world.trial)
    by_chain, kept = signed_by_ben(world, world.insurer), signed_by_ben(world, world.hospital)
    own = world.kernel.consents.drafts.revocation(world.ann.signer, world.trial.address, signer=world.ann.signer)
    world.kernel.consents.revocations.accept(own.statement, world.sign(world.ann, own.statement))
    world.store.anchoring.revealed([RevocationMark(bytes.fromhex(by_chain[2:]), NO_LOCK, 9)])
    world.clock.passes(1)
    first = end_delegation(world)
    assert consents_ended(world, first) == [kept]
    named(world, LAB)
    later = signed_by_ben(world, world.merchant)
    named(world, LAB, VITALS)
    assert consents_ended(world, end_delegation(world)) == [later], "what ended earlier is not named again"
    assert consents_ended(world, first) == [kept], "each call returns the equal list"


def test_all_receipts_are_read_for_the_released_keys(world, monkeypatch):
    monkeypatch.setattr("mydata_ledger.ledger.kernel.consents.endings.AT_ONCE", 1)
    records = [world.issued(LAB) for _ in range(3)]
    consents(world, world.trial)
    for record in records:
        world.reads(world.trial, record)
    ended = world.kernel.consents.endings.ended_by(world.withdraws(world.trial))
    assert {one.reference for one in ended} == {"0x" + record.hex() for record in records}
